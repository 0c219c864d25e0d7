"""The prefixes of the patient's chain, one after the other, and what in them tells who made them."""

import os
import re

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import ENGINE_FILES
from envdoctor.facts.base import Missing
from envdoctor.facts.installation import Installation, Owner, Place
from envdoctor.facts.interpreter import Interpreter
from envdoctor.facts.packages import Packages
from envdoctor.facts.prefix import Prefix
from envdoctor.probe.path.scripts import foreign_prefixes
from envdoctor.probe.prefix import installer_marks
from envdoctor.probe.prefix.owners import guesses_for_python, owner
from envdoctor.probe.prefix.prefix import parse_pyvenv
from envdoctor.probe.world import World

PIP_LIKE = ("pip", "uv")
MOST_LINKS = 5  # prefixes in a chain: more would be a circle
_ROOT_IN_HISTORY = r"(?m)^# cmd: (\S.*?)[/\\](?:bin|condabin|Scripts|lib[/\\]python[^/\\]+)[/\\]"


def read(world: World, prefix: Prefix, interpreter: Interpreter | Missing, packages: Packages) -> Installation:
    """Everything that `envdoctor.origin.identify` judges by, and what else hangs on the kind of installation."""
    places = _chain(world, prefix, interpreter if isinstance(interpreter, Interpreter) else None)
    managed = places[-1].telling.get("EXTERNALLY-MANAGED") is not None and places[-1].stdlib
    in_environment = prefix.configuration is not None or prefix.conda_meta
    return Installation(
        places=places,
        externally_managed=f"{places[-1].stdlib}/EXTERNALLY-MANAGED" if managed else None,
        container_files=[path for path in ENGINE_FILES if world.platform == "linux" and world.exists(path)],
        script_prefixes=foreign_prefixes(world, prefix.path) if in_environment else {},
        owned={} if in_environment else _owned(world, packages),
    )


def _chain(world: World, prefix: Prefix, interpreter: Interpreter | None) -> list[Place]:
    places: list[Place] = []
    path, executable = prefix.path, prefix.executable
    while len(places) < MOST_LINKS:
        place = _place(world, path, executable, interpreter)
        if any(place.real == other.real for other in places):
            break
        places.append(place)
        after = _next(world, place, interpreter)
        if after is None:
            break
        path, executable = after
    return places


def _next(world: World, place: Place, interpreter: Interpreter | None) -> tuple[str, str] | None:
    """The prefix that ``place`` was made from and its executable; ``None`` at the end of the chain."""
    if "conda-meta" in place.telling:
        root = _conda_root(world, place)
        return (root, paths.installed_python(root)) if root else None
    configuration = place.configuration
    if configuration is None:
        return None
    home = configuration.get("home", "").rstrip("/\\")
    version = (configuration.get("version_info") or configuration.get("version") or "3").split(".")
    named = configuration.get("base-executable") or configuration.get("executable")
    names = [f"python{'.'.join(version[:2])}", "python3", "python", "pypy3", "python.exe", "pypy3.exe"]
    executable = next(
        (path for path in [named, *(paths.join(home, name) for name in names)] if path and world.exists(path)),
        named or paths.join(home, "python.exe" if paths.windows(home) else "python"),
    )
    folder = os.path.basename(home).lower()
    above = os.path.dirname(home) if folder in ("bin", "scripts") else home
    if interpreter is not None and not world.exists(paths.join(above, "pyvenv.cfg")):
        return interpreter.base_prefix, executable
    return (above, executable) if above else None


def _conda_root(world: World, place: Place) -> str | None:
    """The conda installation that made an environment: the folder above ``envs``, or the one its history names."""
    if "condabin" in place.telling or "envs" in place.telling:
        return None
    above, name = os.path.split(os.path.dirname(place.path))
    if name == "envs" and world.is_dir(f"{above}/conda-meta"):
        return above
    found = re.search(_ROOT_IN_HISTORY, place.telling.get("conda-meta/history", ""))
    root = found.group(1) if found else ""
    return root if root and world.is_dir(f"{root}/conda-meta") else None


def _place(world: World, path: str, executable: str, interpreter: Interpreter | None) -> Place:
    real = world.resolve(path)
    text = world.text(f"{path}/pyvenv.cfg")
    configuration = parse_pyvenv(text) if isinstance(text, str) else None
    real_executable = world.resolve(executable) if world.exists(executable) else None
    conda = world.is_dir(f"{path}/conda-meta")
    stdlib = None if conda or configuration is not None else _stdlib(world, path, real_executable, interpreter)
    if conda:
        signs = installer_marks.of_conda(world, path)
    elif configuration is not None:
        signs = installer_marks.of_environment(world, path)
    else:
        signs = installer_marks.of_base(world, real, real_executable, stdlib, interpreter)
    return Place(
        path=path,
        exists=world.is_dir(path),
        real=real,
        executable=executable,
        real_executable=real_executable,
        stdlib=stdlib,
        configuration=configuration,
        telling=signs,
        owner=_owner(world, real_executable) if not conda and configuration is None else None,
    )


def _owner(world: World, executable: str | None) -> Owner | None | Missing:
    """The system package of an interpreter: asked only of those that lie where packages put them."""
    if executable is None or not executable.startswith(("/usr/", "/bin/", "/opt/")):
        return None
    if executable.startswith("/usr/local/"):
        return None  # the file system standard keeps it for what no package owns
    return owner(world, executable, guesses_for_python(os.path.basename(executable)))


def _stdlib(world: World, path: str, executable: str | None, interpreter: Interpreter | None) -> str | None:
    if interpreter is not None and interpreter.base_prefix == path and "stdlib" in interpreter.paths:
        return interpreter.paths["stdlib"]
    name = os.path.basename(executable or "").removesuffix(".exe")
    if name.startswith(("python3.", "pypy3.")) and world.is_dir(f"{path}/lib/{name}"):
        return f"{path}/lib/{name}"
    if world.is_file(f"{path}/Lib/os.py"):
        return f"{path}/Lib"
    names = world.names(f"{path}/lib")
    found = [name for name in names if name.startswith(("python3.", "pypy3."))] if isinstance(names, list) else []
    return f"{path}/lib/{found[0]}" if len(found) == 1 else None


def _owned(world: World, packages: Packages) -> dict[str, str | None | Missing]:
    """For metadata written by pip into the system packages' folders: the package that owns it after all."""
    answers: dict[str, str | None | Missing] = {}
    for item in packages.distributions:
        inside = item.location.startswith("/usr/") and not item.location.startswith("/usr/local/")
        if inside and item.installer in PIP_LIKE:
            path = world.resolve(f"{item.path}/METADATA")
            found = owner(world, path, (f"python3-{item.key}", f"python3-{item.key.removeprefix('python-')}"))
            answers[item.path] = found if isinstance(found, Missing) else found.package if found else None
    return answers
