"""Credentials in configuration files, and who can read them there. None of them leaves this module."""

import os
from collections.abc import Iterable, Mapping

from envdoctor.facts.conda import CondaSecret
from envdoctor.privacy.redact import channel
from envdoctor.probe.conda.condarc import Raw
from envdoctor.probe.world import World


def find(world: World, files: Mapping[str, Mapping[str, Raw]]) -> list[CondaSecret]:
    """Where credentials stand in a file, and whether others can read it."""
    found: dict[tuple[str, str], CondaSecret] = {}
    for path, settings in files.items():
        for raw in settings.values():
            for text in _words(raw.value):
                clean = channel(text)
                if clean != text and "$" not in _difference(text, clean):
                    secret = CondaSecret(
                        file=path,
                        channel=clean,
                        others_can_read=_others_can_read(world, path),
                        shelter=_shelter(world, path),
                    )
                    found.setdefault((path, clean), secret)
    return list(found.values())


def _difference(text: str, clean: str) -> str:
    """The part of ``text`` that was redacted: a variable's name there is no secret."""
    start = next((index for index, (one, other) in enumerate(zip(text, clean, strict=False)) if one != other), 0)
    return text[start : start + len(text)].partition("/")[0] if "/t/" in text else text[start:].partition("@")[0]


def _words(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words(item)


def _others_can_read(world: World, path: str) -> bool | None:
    """True where the file's mode lets others in; ``None`` where modes don't tell (Windows)."""
    if world.platform == "win32":
        return None
    try:
        return bool(os.stat(world.real(path)).st_mode & 0o044)
    except OSError:
        return None


def _shelter(world: World, path: str) -> str | None:
    """The nearest folder above that lets nobody else in."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder):
        try:
            if not os.stat(world.real(folder)).st_mode & 0o011:
                return folder
        except OSError:
            return None
        folder = os.path.dirname(folder)
    return None
