"""Compiled modules of the standard library that do not load, since a variable of the loader puts other libraries first.

Imported where such a variable is set.
"""

import os
from collections.abc import Mapping, Sequence

from msgspec import Struct

from envdoctor.data import table
from envdoctor.facts.interpreter import Interpreter
from envdoctor.probe.binaries import elf
from envdoctor.probe.imports import trial
from envdoctor.probe.world import World

ALSO = ("pyexpat", "readline", "_uuid")


class _Module(Struct):
    name: str


def broken(
    world: World, interpreter: Interpreter, argv: Sequence[str], environ: Mapping[str, str], deadline: float
) -> dict[str, str]:
    """The modules whose import fails, each with Python's message.

    Tried are those that need a library of which ``LD_LIBRARY_PATH`` or ``LD_PRELOAD`` has one of the same name, and one
    after the other only where importing all of them together fails. ``deadline`` is of `time.monotonic`.
    """
    folder = os.path.join(interpreter.paths.get("stdlib", ""), "lib-dynload")
    wanted = {row.name for row in table("compiled_modules", "modules", _Module)} | set(ALSO)
    names = world.names(folder)
    first = _first(world)
    found = []
    for name in names if first and isinstance(names, list) else ():
        module = name.partition(".")[0]
        image = elf.read(world, f"{folder}/{name}") if module in wanted else None
        if isinstance(image, elf.Elf) and first & set(image.needed):
            found.append(module)
    if not found or not trial.attempt(found, argv, environ, deadline):
        return {}
    ended = {module: trial.attempt([module], argv, environ, deadline) for module in found}
    return {module: error for module, error in ended.items() if error and not error.startswith(trial.UNANSWERED)}


def _first(world: World) -> set[str]:
    """The names of the libraries that the variables put in front."""
    listings = [world.names(folder) for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    preload = world.environ.get("LD_PRELOAD", "").replace(":", " ").split()
    return {name for names in listings if isinstance(names, list) for name in names} | set(
        map(os.path.basename, preload)
    )
