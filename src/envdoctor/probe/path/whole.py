"""The neighbourhood of the patient: PATH, the variables of active environments, PYTHONPATH, the working directory."""

import os
from collections.abc import Iterable

from msgspec import structs

from envdoctor.data import listed
from envdoctor.ecosystem import paths
from envdoctor.ecosystem.prefixes import is_conda_installation
from envdoctor.facts.base import Missing
from envdoctor.facts.interpreter import Interpreter
from envdoctor.facts.path import Active, Command, Path, PythonPathEntry
from envdoctor.probe.path.resolve import CommandResolver, is_pip, is_python
from envdoctor.probe.world import World

EDITORS = frozenset(
    ["code", "codium", "code-insiders", "cursor", "spyder", "spyder3", "jupyter-lab", "pycharm", "charm", "positron"]
)
STEMS = ("python", "pip", "pypy", "graalpy", "jupyter")
PROGRAMS = (".exe", ".cmd", ".bat")
ANYWHERE = "?"  # an entry of sys.path that nobody has looked for
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "meson.build")
APPLICATIONS = ("Visual Studio Code.app", "Spyder.app", "Spyder 6.app", "PyCharm.app", "PyCharm CE.app")


def read(world: World, resolver: CommandResolver) -> Path:
    """Who answers here, whoever the patient is; `of_patient` adds what depends on that."""
    commands, editors, jupyter = _listing(world, resolver.folders, resolver)
    return Path(
        commands=commands,
        python=_first(commands, ("python", "python3")),
        pip=_first(commands, ("pip", "pip3")),
        jupyter=jupyter,
        active=_active(world),
        working_directory=world.cwd,
        editors=editors,
    )


def of_patient(
    world: World, path: Path, patient: str, interpreter: Interpreter | Missing, site_packages: list[str]
) -> Path:
    """``path`` as seen from the prefix ``patient``, whose packages lie in ``site_packages``."""
    known = interpreter if isinstance(interpreter, Interpreter) else None
    return structs.replace(
        path,
        patient_real=world.resolve(patient),
        pythonpath=_pythonpath(world, known, site_packages),
        here=_here(world, known),
    )


def path_folders(world: World) -> list[str]:
    """The folders of PATH that exist, each once; an empty entry is the working directory."""
    separator = ";" if world.platform == "win32" else ":"
    kept: dict[str, str] = {}
    for entry in world.environ.get("PATH", "").split(separator):
        folder = entry or world.cwd
        folder = folder if os.path.isabs(folder) else os.path.join(world.cwd, folder)
        folder = paths.without_end(folder)
        kept.setdefault(world.resolve(folder), folder)
    return [folder for folder in kept.values() if world.is_dir(folder)]


def _listing(
    world: World, folders: list[str], resolver: CommandResolver
) -> tuple[list[Command], list[str], Command | None]:
    commands, editors = [], []
    jupyter: Command | None = None
    for folder in folders:
        try:
            names = world.listed(folder)
        except OSError:
            continue
        for item, name in _called(names, world.platform == "win32"):
            wanted = is_python(name) or is_pip(name)
            first_jupyter = jupyter is None and name == "jupyter"
            if not wanted and not first_jupyter and name not in EDITORS:
                continue
            path = paths.join(folder, item)
            if not os.access(world.real(path if world.root == "/" else world.resolve(path)), os.X_OK):
                continue
            if wanted:
                commands.append(resolver.command(name, path))
            elif first_jupyter:
                jupyter = resolver.command(name, path)
            else:
                editors.append(path)
    if world.platform == "darwin":
        editors += [f"/Applications/{name}" for name in APPLICATIONS if world.is_dir(f"/Applications/{name}")]
    return commands, editors, jupyter


def _called(names: Iterable[str], windows: bool) -> list[tuple[str, str]]:
    """The files that matter, each with the name it is called by: on Windows without its suffix, and in lower case."""
    if not windows:
        return [(name, name) for name in sorted(names) if name.startswith(STEMS) or name in EDITORS]
    programs = [(name, paths.program(name).lower()) for name in sorted(names) if name.lower().endswith(PROGRAMS)]
    found: dict[str, str] = {}
    for name, called in programs:
        if called.startswith(STEMS) or called in EDITORS:
            found.setdefault(called, name)
    return [(name, called) for called, name in found.items()]


def _first(commands: list[Command], names: tuple[str, ...]) -> Command | None:
    """The first command of the first name that there is."""
    for name in names:
        for command in commands:
            if command.name == name:
                return command
    return None


def _active(world: World) -> list[Active]:
    found = []
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix = world.environ.get(variable)
        if prefix:
            found.append(
                Active(
                    variable=variable,
                    prefix=prefix,
                    real_prefix=world.resolve(prefix),
                    exists=world.is_dir(prefix),
                    base=is_conda_installation(prefix, world.is_dir),
                    python=_python_in(world, prefix),
                )
            )
    return found


def _python_in(world: World, prefix: str) -> str | None:
    windows = world.platform == "win32"
    names = ("Scripts/python.exe", "python.exe") if windows else ("bin/python", "bin/python3", "bin/pypy3")
    there = (name for name in names if os.path.lexists(world.real(paths.join(prefix, name))))
    return next((paths.program(name) if windows else paths.name(name) for name in there), None)


def _pythonpath(world: World, interpreter: Interpreter | None, site_packages: list[str]) -> list[PythonPathEntry]:
    separator = ";" if world.platform == "win32" else ":"
    entries = [entry for entry in world.environ.get("PYTHONPATH", "").split(separator) if entry]
    if not entries:
        return []
    owners: dict[str, str] = {}
    stdlib = interpreter.paths.get("stdlib") if interpreter is not None else None
    elsewhere = [*site_packages, *([stdlib] if stdlib else [])]
    resolved = {world.resolve(_absolute(world, entry)) for entry in entries}
    for folder in elsewhere:
        if world.resolve(folder) not in resolved:
            for module in modules_at(world, folder):
                owners.setdefault(module, folder)
    found = []
    for entry in entries:
        path = _absolute(world, entry)
        hidden = sorted(modules_at(world, path) & owners.keys())
        found.append(
            PythonPathEntry(path=entry, exists=world.exists(path), hides={name: owners[name] for name in hidden})
        )
    return found


def _absolute(world: World, path: str) -> str:
    return path if os.path.isabs(path) else os.path.join(world.cwd, path)


def modules_at(world: World, entry: str) -> set[str]:
    """The modules that an entry of ``sys.path`` offers, a folder or a zip file: Python files, extensions, packages."""
    names = world.names(entry)
    if not isinstance(names, list):
        if not world.is_file(entry):
            return set()
        from envdoctor.probe.zips import modules

        return modules(world, entry)
    files = {name.partition(".")[0] for name in names if name.endswith((".py", ".so", ".pyd"))}
    return files | {name for name in names if "." not in name and world.is_file(f"{entry}/{name}/__init__.py")}


def _here(world: World, interpreter: Interpreter | None) -> list[str]:
    """What in the working directory bears the name of an installed or standard module, unless it is that module.

    Python files, compiled ones, and folders with an ``__init__.py``: any other folder lets a module behind it pass.
    """
    names = world.names(world.cwd)
    offered = {name: name.partition(".")[0] for name in names if _offers(name)} if isinstance(names, list) else {}
    if not offered or interpreter is None:
        return []
    cwd = world.resolve(world.cwd)
    entries = {world.resolve(entry): entry for entry in interpreter.sys_path if entry}
    if cwd in entries:
        return []
    stdlib = {world.resolve(entry) for key, entry in interpreter.paths.items() if key.endswith("stdlib")}
    known = dict.fromkeys(listed("modules", "scientific"), ANYWHERE) | dict.fromkeys(listed("modules", "standard"), "")
    for real, entry in entries.items():
        inside = world.names(entry)
        is_standard = any(real == folder or real.startswith(f"{folder}/lib-dynload") for folder in stdlib)
        for name in inside if isinstance(inside, list) else ():
            if _offers(name):
                known.setdefault(name.partition(".")[0], "" if is_standard else entry)
    own = isinstance(names, list) and any(name in PROJECT_FILES for name in names)
    usual = listed("modules", "usual")
    return [
        name
        for name, module in offered.items()
        if module in known and module not in usual and _hides(world, name, module, known[module], own)
    ]


def _offers(name: str) -> bool:
    """Whether a name in a folder can be that of a module."""
    stem, dot, suffix = name.partition(".")
    return stem.isidentifier() and (not dot or suffix == "py" or name.endswith((".so", ".pyd")))


def _hides(world: World, name: str, module: str, entry: str, own: bool) -> bool:
    """``own``: the working directory is a project's, whose package's folder may be installed as well."""
    if "." in name:
        return not entry or world.resolve(f"{world.cwd}/{name}") != world.resolve(f"{entry}/{name}")
    return not (own and entry) and world.is_file(f"{world.cwd}/{name}/__init__.py")
