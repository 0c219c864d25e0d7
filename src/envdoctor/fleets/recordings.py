"""Recordings in files: which there are, and what they are called."""

import os
from collections.abc import Callable, Iterable

from envdoctor.engine.selection import UsageError
from envdoctor.facts.document import RecordingError
from envdoctor.facts.recording import Memory, load
from envdoctor.fleets.groups import Gathering

MOST_FILES = 100_000


def files(paths: Iterable[str]) -> list[str]:
    """The files that are named, and every ``*.json`` below the folders that are. Raises `UsageError` where there is none."""
    found: dict[str, None] = {}
    for path in paths:
        if not os.path.isdir(path):
            found[path] = None
            continue
        before = len(found)
        refused: list[OSError] = []
        for folder, folders, names in os.walk(path, onerror=refused.append):
            folders.sort()
            found |= dict.fromkeys(os.path.join(folder, name) for name in sorted(names) if name.endswith(".json"))
            if len(found) > MOST_FILES:
                raise UsageError(f"{path}: more than {MOST_FILES} recordings")
        if refused:  # what lies there would be missing from the verdict without a word
            raise UsageError(f"{refused[0].filename}: {refused[0].strerror}")
        if len(found) == before:
            raise UsageError(
                f"{path}: no recording in it (*.json; `envdoctor snapshot -o 'FOLDER/{{host}}.json'` makes one)"
            )
    if not any(os.path.exists(path) for path in found):
        raise UsageError(f"{next(iter(found))}: no such file or folder")
    return list(found)


def gathered(paths: list[str], content: Callable[[str], bytes]) -> Gathering:
    """What the files hold; one that is gone or broken counts as a machine that nothing is known of."""
    gathering = Gathering()
    memory: Memory = {}
    for path, name in zip(paths, called(paths), strict=True):
        try:
            gathering.add(name, load(content(path), path, memory))
        except RecordingError as error:
            gathering.miss(name, str(error).removeprefix(f"{path}: "))
        except OSError as error:
            gathering.miss(name, str(error.strerror))
    return gathering


def called(paths: list[str]) -> list[str]:
    """A name for each file: its stem, or as much of its path as tells it apart."""
    names = [os.path.splitext(os.path.basename(path))[0] for path in paths]
    if len(set(names)) == len(names):
        return names
    common = os.path.commonpath([os.path.abspath(path) for path in paths])
    return [os.path.splitext(os.path.relpath(os.path.abspath(path), common))[0] for path in paths]
