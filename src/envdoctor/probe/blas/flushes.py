"""Which installed libraries set flush-to-zero for the whole process: their start-up code is read, then they are loaded, for ``--deep`` only."""

import json
import os
import time
from collections.abc import Iterator, Sequence

from envdoctor.facts.base import Missing
from envdoctor.facts.blas import Blas, Flush
from envdoctor.probe.binaries.start_code import sets_flush_to_zero
from envdoctor.probe.child import Child
from envdoctor.probe.interrogation import FLAGS, HERE, Interrogation
from envdoctor.probe.world import World

SCRIPT = os.path.join(HERE, "inside", "subnormal.py")
LIMIT = 30.0  # seconds of the child that loads
READING = 15.0  # seconds for reading the start-up code of all libraries
MOST_LOADED = 64  # files that are loaded; each has shown that it sets the bits


def read(
    interview: Interrogation, world: World, blas: Blas, sys_path: Sequence[str], imported: Sequence[str]
) -> list[Flush] | None | Missing:
    """What the ordinary check-up saw, and the libraries on ``sys_path`` that set the bits once they are loaded.

    ``imported`` are the modules after whose import it was so.
    """
    known = blas.flushes if isinstance(blas.flushes, list) else []
    if any(it.how == "start" for it in known) or "start" in imported:
        return known or [Flush(how="start", what="")]  # nothing that is loaded then can be told from it
    if world.platform == "linux":
        if interview.mode not in FLAGS:
            return Missing("the interpreter does not start")
        files = _that_set_it(world, sys_path)
        if isinstance(files, Missing):
            return files
        told = {it.library for it in known}
        loaded = _loaded(interview, world, [path for path in files if path not in told])
        if isinstance(loaded, Missing):
            return loaded
        known = known + loaded
    if not any(it.library for it in known):  # else a package that imports the culprit is no second one
        known = known + [Flush(how="import", what=module) for module in dict.fromkeys(imported)]
    return known


def _that_set_it(world: World, sys_path: Sequence[str]) -> list[str] | Missing:
    """The shared libraries below site-packages whose start-up code sets the bits, links followed."""
    end = time.monotonic() + READING
    found: dict[str, None] = {}
    for path in _shared_libraries(world, sys_path):
        if time.monotonic() > end:
            return Missing(f"reading the start-up code of all libraries took longer than {READING:g} s")
        if sets_flush_to_zero(world, path) is True:
            found[os.path.realpath(path)] = None
    return list(found)


def _shared_libraries(world: World, sys_path: Sequence[str]) -> Iterator[str]:
    for entry in dict.fromkeys(sys_path):
        if os.path.basename(entry) not in ("site-packages", "dist-packages"):
            continue
        for folder, folders, names in os.walk(world.real(entry)):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (os.path.join(folder, name) for name in names if name.endswith(".so") or ".so." in name)


def _loaded(interview: Interrogation, world: World, files: list[str]) -> list[Flush] | Missing:
    """Those that set the bits indeed; a file that can't be loaded alone says nothing."""
    if not files:
        return []
    cookie = "envdoctor-" + os.urandom(12).hex() + ":"
    argv = [interview.executable, *FLAGS[interview.mode], "-B", SCRIPT, cookie, *files[:MOST_LOADED]]
    child = Child(argv, cookie, dict(world.environ))
    try:
        answered = child.wait(
            lambda records: bool(records) and '"section":"flushes"' in records[-1], time.monotonic() + LIMIT
        )
        ended = child.ending()
    finally:  # an interruption, too, must not leave it running
        child.stop()
    try:
        last = json.loads(child.records[-1]) if child.records else {}
        if not answered:
            where = f" while loading {last['value']}" if last.get("section") == "at" else ""
            return Missing(f"the child that loads libraries: {ended}{where}")
        answers = last["value"]["files"]
        found = [
            Flush(how="load", what=answer["path"], library=answer["path"]) for answer in answers if answer["flushes"]
        ]
        silent = [f"{answer['path']}: {answer['problem']}" for answer in answers if not answer["flushes"]]
        return (
            Missing(f"a library that seems to set it can't be loaded alone: {silent[0]}")
            if silent and not found
            else found
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return Missing("the child that loads libraries: not the answer that was asked for")
