"""Editable installations: is what they point to still there?

Formats: https://packaging.python.org/specifications/direct-url/ and https://docs.python.org/3/library/site.html; a
finder of setuptools holds a ``MAPPING`` of modules to places (setuptools: command/editable_wheel.py).
"""

import ast
import os
from urllib.parse import unquote, urlsplit

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
            places += _of_finder(world.text(f"{distribution.location}/{path}"))
    if not places and (folder := _project(distribution.url)):
        places.append(folder)
    return [place for place in dict.fromkeys(places) if not any(world.exists(place + end) for end in ("", ".py"))]


def _of_pth(world: World, location: str, name: str) -> list[str]:
    text = world.text(f"{location}/{name}")
    lines = [line.strip() for line in text.splitlines()] if isinstance(text, str) else []
    kept = [line for line in lines if line and not line.startswith(("#", "import ", "import\t"))]
    return [os.path.normpath(os.path.join(location, line)) for line in kept]


def _of_finder(text: object) -> list[str]:
    """The places in the ``MAPPING`` of a finder."""
    try:
        tree = ast.parse(text) if isinstance(text, str) else ast.Module(body=[], type_ignores=[])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == "MAPPING" and isinstance(node, ast.AnnAssign) and node.value:
            try:
                mapping = ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                return []
            return [place for place in mapping.values() if isinstance(place, str)] if isinstance(mapping, dict) else []
    return []


def _project(url: str | None) -> str | None:
    """The folder of a ``file:`` URL on this machine."""
    parts = urlsplit(url or "")
    return unquote(parts.path) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None
