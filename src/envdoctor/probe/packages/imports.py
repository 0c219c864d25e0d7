"""Which file an import would take, found as Python's own path finder finds it, without importing anything."""

import os
from collections.abc import Iterable

from msgspec import Struct

from envdoctor.facts.packages import Distribution
from envdoctor.probe.world import World

SUFFIXES = (".py", ".so", ".pyd", ".pyc")
MOST = 200  # folders of a search path that are looked into


class Found(Struct, frozen=True):
    """The ``path`` that answers an import. ``kind`` is package, module (a file, compiled or not) or namespace
    (a folder without ``__init__.py``); ``entry`` is the folder of the search path that it lies below."""

    path: str
    kind: str
    entry: str


def find(world: World, search_path: Iterable[str], module: str, compiled: tuple[str, ...] = ()) -> Found | None:
    """What ``import module`` (a dotted name) would take along ``search_path``; ``None`` where nothing answers.

    ``compiled`` are the suffixes of the compiled modules that the Python loads (``.cpython-312-x86_64-linux-gnu.so``); a file
    for another Python does not answer. Empty: not known, and each answers.
    A regular package or a module wins over namespace folders in front of it:
    https://docs.python.org/3/reference/import.html#namespace-packages
    """
    first, *rest = module.split(".")
    namespaces: list[Found] = []
    for entry in list(search_path)[:MOST]:
        found = _in(world, entry, first, compiled)
        if found is None:
            continue
        if found.kind == "namespace":
            namespaces.append(found)
            continue
        return _below(world, [found], rest, compiled)
    return _below(world, namespaces, rest, compiled) if namespaces else None


def _below(world: World, places: list[Found], rest: list[str], compiled: tuple[str, ...]) -> Found | None:
    for name in rest:
        folders = [place.path for place in places if place.kind != "module"]
        found = [inner for folder in folders if (inner := _in(world, folder, name, compiled))]
        regular = [inner for inner in found if inner.kind != "namespace"]
        places = [Found(inner.path, inner.kind, places[0].entry) for inner in regular[:1] or found]
        if not places:
            return None
    return places[0]


def _in(world: World, folder: str, name: str, compiled: tuple[str, ...]) -> Found | None:
    path = f"{folder}/{name}"
    for init in ("__init__.py", "__init__.pyc"):
        if os.path.exists(world.real(f"{path}/{init}")):
            return Found(path, "package", folder)
    names = world.names(folder)
    if not isinstance(names, list):
        return None
    for file in names:
        stem, dot, suffix = file.partition(".")
        if stem == name and dot and _loads(f".{suffix}", compiled) and not world.is_dir(f"{folder}/{file}"):
            return Found(f"{folder}/{file}", "module", folder)
    return Found(path, "namespace", folder) if name in names and world.is_dir(path) else None


def _loads(suffix: str, compiled: tuple[str, ...]) -> bool:
    if compiled and suffix.endswith((".so", ".pyd")):
        return suffix in compiled
    return suffix.endswith(SUFFIXES)


def owner(world: World, distributions: Iterable[Distribution], found: Found) -> str:
    """The name of the distribution whose RECORD (or installed-files.txt, or top_level.txt) lists what was found, empty
    where none does."""
    relative = os.path.relpath(found.path, found.entry).replace(os.sep, "/")
    start = f"{relative}/" if found.kind != "module" else relative
    for item in distributions:
        if os.path.normpath(item.location) != os.path.normpath(found.entry):
            continue
        for file in ("RECORD", "installed-files.txt"):
            text = world.text(f"{item.path}/{file}", 16_000_000)
            if isinstance(text, str) and (text.startswith(start) or f"\n{start}" in text or f"\n../{start}" in text):
                return item.name
        tops = world.text(f"{item.path}/top_level.txt")
        if isinstance(tops, str) and relative.partition("/")[0].partition(".")[0] in tops.split():
            return item.name
    return ""
