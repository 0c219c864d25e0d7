"""Where the project is that a folder belongs to: it, the workspace around it, and its members. No list is read yet."""

import os
from bisect import bisect_left

from envdoctor.facts.base import Missing
from envdoctor.probe.project.catalogue import PARTS
from envdoctor.probe.world import World

MARKERS = (
    *("pyproject.toml", "environment.yml", "environment.yaml", "pixi.toml", "setup.py", "setup.cfg", "Pipfile"),
    *("conda-lock.yml", "hatch.toml"),
)
OWN = ("pyproject.toml", "pixi.toml", "Pipfile", "uv.lock", "poetry.lock", "conda-lock.yml", ".venv", ".pixi")
FOLDERS = ("requirements", "binder")
LISTED = (("requirements", (".txt", ".in")), ("environment", (".yml", ".yaml")))
MOST_MEMBERS = 2_000
DEEPEST = 5  # folders that ``**`` goes down

Place = tuple[str, list[str], str]  # the folder, the names in it, and what makes it a project


def owner(world: World, prefix: str) -> str | None:
    """The project that carries the environment at ``prefix`` in its folder (``.venv``, ``.pixi/envs/NAME``)."""
    folder = os.path.dirname(prefix)
    if os.path.basename(folder) == "envs" and os.path.basename(os.path.dirname(folder)) == ".pixi":
        folder = os.path.dirname(os.path.dirname(folder))
    names = world.names(folder) if folder not in ("", os.sep, world.home) else None
    return folder if isinstance(names, list) and marker(world, folder, names) else None


def locate(world: World, project: str | None = None) -> Place | None | Missing:
    """The project's folder, the names in it, and what makes it one.

    Without ``project``, which names it, the nearest upwards from the working directory, below HOME; a folder of
    documentation, notebooks or examples is a part of the project around it, unless it has a manifest of its own.
    """
    if project is not None:
        root = os.path.normpath(os.path.join(world.cwd, project))
        names = world.names(root)
        if names is None:
            return Missing(f"{project}: no such folder")
        return names if isinstance(names, Missing) else (root, names, "named by --project")
    nearest = _upwards(world, world.cwd)
    if nearest is None or any(name in OWN for name in nearest[1]):
        return nearest
    around = _upwards(world, os.path.dirname(nearest[0]))
    if around is None:
        return nearest
    between = os.path.relpath(nearest[0], around[0]).split(os.sep)
    return around if any(name.lower() in PARTS for name in between) else nearest


def _upwards(world: World, folder: str) -> Place | None:
    while folder != world.home and folder != os.path.dirname(folder):
        names = world.names(folder)
        if isinstance(names, list):
            evidence = marker(world, folder, names)
            if evidence:
                return folder, names, evidence
        folder = os.path.dirname(folder)
    return None


def marker(world: World, folder: str, names: list[str]) -> str | None:
    """What makes a folder a project, of the sorted ``names`` in it the first; ``None``: it is none."""
    found = [name for name in MARKERS if _in(names, name)]
    found += [name for name in FOLDERS if _in(names, name) and world.is_dir(f"{folder}/{name}")]
    for stem, ends in LISTED:
        for number in range(bisect_left(names, stem), len(names)):
            if not names[number].startswith(stem):
                break
            if names[number].endswith(ends):
                found.append(names[number])
                break
    if found:
        return min(found)
    if _in(names, ".git") and any(name.endswith((".py", ".ipynb")) for name in names):
        return ".git"
    return None


def _in(names: list[str], name: str) -> bool:
    """Whether the sorted ``names`` have this one."""
    at = bisect_left(names, name)
    return at < len(names) and names[at] == name


def part(world: World, root: str) -> str:
    """The folder of documentation, notebooks or examples below ``root`` that the working directory lies in."""
    if world.cwd == root or not world.cwd.startswith(root.rstrip(os.sep) + os.sep):
        return ""
    first = os.path.relpath(world.cwd, root).split(os.sep)[0]
    return first if first.lower() in PARTS else ""


def members(world: World, root: str, patterns: list[str], strangers: list[str]) -> list[str]:
    """The folders of a workspace's members, relative to its root, by the patterns of their names
    (https://docs.astral.sh/uv/concepts/projects/workspaces/)."""
    found: dict[str, None] = {}
    for pattern in patterns:
        for folder in _expanded(world, root, "", [word for word in pattern.split("/") if word not in ("", ".")]):
            if not belongs(folder, strangers) and folder and len(found) < MOST_MEMBERS:
                found[folder] = None
    return list(found)


def _expanded(world: World, root: str, at: str, words: list[str], deep: int = 0) -> list[str]:
    if not words:
        return [at] if world.is_file(f"{root}/{at}/pyproject.toml") else []
    word, rest = words[0], words[1:]
    if not set(word) & set("*?["):
        return _expanded(world, root, f"{at}/{word}" if at else word, rest, deep)
    names = world.names(f"{root}/{at}" if at else root)
    found = _expanded(world, root, at, rest, deep) if word == "**" else []
    for name in names if isinstance(names, list) and deep < DEEPEST else ():
        inner = f"{at}/{name}" if at else name
        if name.startswith("."):
            continue
        if word == "**":
            if world.is_dir(f"{root}/{inner}"):
                found += _expanded(world, root, inner, words, deep + 1)
        elif _fits(name, word):
            found += _expanded(world, root, inner, rest, deep)
    return found


def belongs(folder: str, patterns: list[str]) -> bool:
    """Whether a folder, relative to the workspace, is meant by one of the patterns."""
    return any(
        _matches(folder.split("/"), [word for word in row.split("/") if word not in ("", ".")]) for row in patterns
    )


def _matches(parts: list[str], words: list[str]) -> bool:
    if not words:
        return not parts
    if words[0] == "**":
        return any(_matches(parts[at:], words[1:]) for at in range(len(parts) + 1))
    return bool(parts) and _fits(parts[0], words[0]) and _matches(parts[1:], words[1:])


def _fits(name: str, pattern: str) -> bool:
    import fnmatch  # workspaces are few

    return fnmatch.fnmatchcase(name, pattern)
