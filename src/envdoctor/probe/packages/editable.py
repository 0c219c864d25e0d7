"""Editable installations: is what they point to still there?

Formats: https://packaging.python.org/specifications/direct-url/ and https://docs.python.org/3/library/site.html; a
finder of setuptools holds a ``MAPPING`` of modules to places (setuptools: command/editable_wheel.py).
"""

import ast
import os
from urllib.parse import unquote, urlsplit

from envdoctor.data import listed
from envdoctor.facts.packages import Distribution
from envdoctor.probe.packages.records import split
from envdoctor.probe.world import World


def gone(world: World, distribution: Distribution, record: bytes) -> list[str]:
    """The folders and modules that an editable ``distribution`` takes its code from and that are gone, each once."""
    places: list[str] = []
    for line in record.split(b"\n"):
        path = split(line)[0]
        if "/" in path:
            continue
        if path.endswith(".pth"):
            places += _of_pth(world, distribution.location, path)
        elif path.startswith("__editable__") and path.endswith(".py"):
            places += _mapping(world.text(f"{distribution.location}/{path}")).values()
    if not places and (folder := _project(distribution.url)):
        places.append(folder)
    return [place for place in dict.fromkeys(places) if not any(world.exists(place + end) for end in ("", ".py"))]


def hidden(world: World, distribution: Distribution, record: bytes, entries: list[str]) -> list[tuple[str, str]]:
    """The top-level modules of an editable ``distribution`` that something else on ``sys.path`` hides, each with the culprit.

    Python asks the finder of setuptools, or of editables, only for what no entry of ``sys.path`` has: there any folder of the
    name hides the package, one without ``__init__.py`` too. A folder that a ``.pth`` file adds stands behind its entry.
    """
    found: list[tuple[str, str]] = []
    for line in record.split(b"\n"):
        path = split(line)[0]
        if "/" in path:
            continue
        if path.endswith(".pth"):
            for source in _of_pth(world, distribution.location, path):
                before = entries[: entries.index(source)] if source in entries else []
                found += _hiding(world, _own_packages(world, source), before, False)
        elif path.endswith(".py") and path.startswith(("__editable__", "_editable_impl_")):
            mapping = _mapping(world.text(f"{distribution.location}/{path}"))
            found += _hiding(world, {name: place for name, place in mapping.items() if "." not in name}, entries, True)
    return list(dict.fromkeys(found))


def _hiding(world: World, places: dict[str, str], entries: list[str], anything: bool) -> list[tuple[str, str]]:
    """What in ``entries`` has the name of one of the modules at ``places``; ``anything``: folders without ``__init__.py`` too."""
    found = []
    for name, place in places.items():
        for entry in entries:
            folder = f"{entry}/{name}"
            if world.resolve(folder) == world.resolve(place.removesuffix("/__init__.py")):
                break
            culprits = (f"{folder}/__init__.py", f"{folder}.py")
            other = next((path for path in culprits if path != place and world.is_file(path)), "")
            if other or (anything and world.is_dir(folder)):
                found.append((name, other or folder))
                break
    return found


def _own_packages(world: World, source: str) -> dict[str, str]:
    """The packages at the top of a project's source folder, less what projects only keep there (tests, docs, …)."""
    names = world.names(source)
    others = listed("modules", "usual")
    kept = [name for name in names if name.isidentifier() and name not in others] if isinstance(names, list) else []
    return {name: f"{source}/{name}" for name in kept if world.is_file(f"{source}/{name}/__init__.py")}


def _of_pth(world: World, location: str, name: str) -> list[str]:
    text = world.text(f"{location}/{name}")
    lines = [line.strip() for line in text.splitlines()] if isinstance(text, str) else []
    kept = [line for line in lines if line and not line.startswith(("#", "import ", "import\t"))]
    return [os.path.normpath(os.path.join(location, line)) for line in kept]


def _mapping(text: object) -> dict[str, str]:
    """The modules that a finder serves, each with its place: setuptools' ``MAPPING``, or the calls that editables writes."""
    try:
        tree = ast.parse(text) if isinstance(text, str) else ast.Module(body=[], type_ignores=[])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[object, object] = {}
    for node in tree.body:
        value: ast.expr | None = None
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "MAPPING":
            value = node.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and len(node.value.args) == 2:
            called, (name, place) = node.value.func, node.value.args
            if isinstance(called, ast.Attribute) and called.attr == "map_module":
                value = ast.Dict([name], [place])
        try:
            literal = ast.literal_eval(value) if value is not None else {}
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        found |= literal if isinstance(literal, dict) else {}
    return {name: place for name, place in found.items() if isinstance(name, str) and isinstance(place, str)}


def _project(url: str | None) -> str | None:
    """The folder of a ``file:`` URL on this machine."""
    parts = urlsplit(url or "")
    return unquote(parts.path) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None
