"""The project around the working directory, and the files in it that list dependencies."""

import os

from envdoctor.facts.base import Missing
from envdoctor.facts.project import Declaration, Project
from envdoctor.world import World

MARKERS = ("pyproject.toml", "environment.yml", "environment.yaml", "pixi.toml", "setup.py", "setup.cfg", "Pipfile")
FOLDERS = ("requirements", "binder")
LOCKS = {
    "uv.lock": "uv.lock",
    "poetry.lock": "poetry.lock",
    "pdm.lock": "pdm.lock",
    "pixi.lock": "pixi.lock",
    "Pipfile.lock": "Pipfile.lock",
    "conda-lock.yml": "conda-lock",
}


def find(world: World, project: str | None = None) -> Project | None | Missing:
    """The project that ``project`` names, or the nearest one upwards from the working directory, below HOME."""
    if project is not None:
        root = os.path.normpath(os.path.join(world.cwd, project))
        names = world.names(root)
        if names is None:
            return Missing(f"{project}: no such folder")
        return names if isinstance(names, Missing) else _read(world, root, names, "named by --project")
    folder = world.cwd
    while folder != world.home and folder != os.path.dirname(folder):
        names = world.names(folder)
        if isinstance(names, list):
            evidence = _marker(world, folder, names)
            if evidence:
                return _read(world, folder, names, evidence)
        folder = os.path.dirname(folder)
    return None


def _marker(world: World, folder: str, names: list[str]) -> str | None:
    for name in names:
        if name in MARKERS or (name.startswith("requirements") and name.endswith((".txt", ".in"))):
            return name
        if name in FOLDERS and world.is_dir(f"{folder}/{name}"):
            return name
    if ".git" in names and any(name.endswith((".py", ".ipynb")) for name in names):
        return ".git"
    return None


def _read(world: World, root: str, names: list[str], evidence: str) -> Project:
    declarations: list[Declaration] = []
    unreadable: dict[str, str] = {}
    for name in names:
        if name in LOCKS or (name.startswith("pylock.") and name.endswith(".toml")) or name == "pylock.toml":
            declarations.append(Declaration(file=name, kind=LOCKS.get(name, "pylock"), lock=True))
        elif "environment" in name and name.endswith((".yml", ".yaml")):
            declarations.append(Declaration(file=name, kind="environment.yml"))
        elif "requirements" in name and name.endswith((".txt", ".in")):
            declarations.append(Declaration(file=name, kind="requirements"))
        elif name == "Pipfile":
            declarations.append(Declaration(file=name, kind="Pipfile"))
        elif name == "pixi.toml":
            declarations.append(Declaration(file=name, kind="pixi"))
        elif name in ("setup.py", "setup.cfg"):
            text = world.text(f"{root}/{name}")
            if isinstance(text, str) and "install_requires" in text:
                declarations.append(Declaration(file=name, kind=name))
            elif isinstance(text, Missing):
                unreadable[name] = text.reason
        elif name == "pyproject.toml":
            kinds = _pyproject(world, f"{root}/{name}")
            if isinstance(kinds, Missing):
                unreadable[name] = kinds.reason
            else:
                declarations += [Declaration(file=name, kind=kind) for kind in kinds]
        elif name in FOLDERS:
            inside = world.names(f"{root}/{name}")
            found = (
                [item for item in inside or [] if item.endswith((".txt", ".in", ".yml", ".yaml", ".toml"))]
                if isinstance(inside, list)
                else []
            )
            declarations += [Declaration(file=f"{name}/{item}", kind=name) for item in found]
    return Project(root=root, evidence=evidence, declarations=declarations, unreadable=unreadable)


def _pyproject(world: World, path: str) -> list[str] | Missing:
    """The kinds of dependency lists in a pyproject.toml (PEP 621, PEP 735, Poetry's, pixi's tables)."""
    data = world.read(path)
    if isinstance(data, Missing):
        return data
    import tomllib

    try:
        document = tomllib.loads((data or b"").decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return Missing(f"{path}: {error or 'nested too deeply'}")
    kinds = []
    project = document.get("project")
    dynamic = project.get("dynamic") if isinstance(project, dict) else None
    if isinstance(project, dict) and not (isinstance(dynamic, list) and "dependencies" in dynamic):
        kinds.append("pyproject")
    if document.get("dependency-groups"):
        kinds.append("dependency-groups")
    tool = document.get("tool")
    if isinstance(tool, dict):
        kinds += [name for name in ("poetry", "pixi", "conda-lock") if isinstance(tool.get(name), dict)]
    return kinds
