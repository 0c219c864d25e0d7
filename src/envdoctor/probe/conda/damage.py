"""Are the files of a package as they were installed? Told by `lstat`, or with ``deep`` by their hashes.

Which hash holds, and for which files none does: CEP 32 (https://conda.org/learn/ceps/cep-0032).
"""

import os
import re
import stat
from collections.abc import Iterable
from typing import Any

from envdoctor.facts.conda import CondaDamage
from envdoctor.probe.conda.records import PathEntry, RawRecord

SHOWN = 5  # files named for each package
_CODE = re.compile(r"\.(?:py|pyd|dll|dylib|so)$|\.so\.[0-9.]+$|\.[0-9.]+\.dylib$")
# Slimmed images leave these out; nothing imports them.
_SPARE = re.compile(r"(?:^|/)(?:tests?|idlelib|turtledemo|examples?|docs?|benchmarks?)/")
_REGULAR = ("hardlink", None, "softlink", "unix_python_entry_point")


def examine(
    record: RawRecord, root: str, deep: bool = False, unhashed: dict[str, str] | None = None
) -> tuple[CondaDamage | None, int | None]:
    """What is wrong with the files of ``record`` below ``root`` (a real path), and their size in bytes.

    The size is ``None`` where the record does not tell it. Links and files into which a prefix was written have no
    size of their own to compare; what Python compiles (``.pyc``) comes and goes. What can't be read is put into
    ``unhashed``, with the reason.
    """
    severe: dict[str, str] = {}
    minor: dict[str, str] = {}
    count = total = 0
    told = False
    lstat = os.lstat
    prefix = root + "/"
    for entry in record.entries():
        path = entry.path
        size = entry.size
        kind = entry.path_type
        if size is not None and kind != "softlink":
            total += size
            told = True
        if path.endswith(".pyc") or kind not in _REGULAR:
            continue
        try:
            there = lstat(prefix + path)
        except (FileNotFoundError, NotADirectoryError):
            count += 1
            _note(severe if matters(path) or _is_command(path) else minor, path, "gone")
            continue
        except (OSError, ValueError) as error:  # not ours to look at
            if unhashed is not None and matters(path):
                unhashed[prefix + path] = getattr(error, "strerror", None) or str(error)
            continue
        if size is None or kind != "hardlink" or there.st_size == size:
            if not deep:
                continue
        elif entry.prefix_placeholder is None and matters(path) and not _rewritten(entry) and not _is_link(there):
            count += 1
            _note(severe, path, f"{there.st_size} bytes, not {size}")
            continue
        if (
            deep
            and kind == "hardlink"
            and matters(path)
            and stat.S_ISREG(there.st_mode)  # a FIFO would hold whoever opens it
            and _other_content(prefix + path, entry, unhashed)
        ):
            count += 1
            _note(severe, path, "other content")
    damage = CondaDamage(package=record.name, severe=severe, minor=minor, count=count) if count else None
    return damage, total if told else record.size


def without_shared(damaged: Iterable[CondaDamage], owners: Iterable[RawRecord]) -> list[CondaDamage]:
    """Less the files that another package brings, too: the one that was linked last has won.

    conda lets it pass with a word (``path_conflict: clobber``). ``owners`` are all records, once more.
    """
    suspects = {path: item.package for item in damaged for path, what in item.severe.items() if what != "gone"}
    shared: set[tuple[str, str]] = set()
    for record in owners if suspects else ():
        for entry in record.entries():
            if entry.path in suspects and suspects[entry.path] != record.name:
                shared.add((suspects[entry.path], entry.path))
    kept = []
    for item in damaged:
        severe = {path: what for path, what in item.severe.items() if (item.package, path) not in shared}
        count = item.count - (len(item.severe) - len(severe))
        if count and (severe or item.minor or count > SHOWN):
            kept.append(CondaDamage(package=item.package, severe=severe, minor=item.minor, count=count))
    return kept


def _note(files: dict[str, str], path: str, what: str) -> None:
    if len(files) < SHOWN:
        files[path] = what


def matters(path: str) -> bool:
    """True for code that is imported or loaded."""
    return bool(_CODE.search(path)) and not _SPARE.search(path)


def _is_command(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder in ("bin", "Scripts", "condabin") and not name.startswith(".")


def _is_link(there: os.stat_result) -> bool:
    return there.st_mode & 0o170000 == 0o120000


def _rewritten(entry: PathEntry) -> bool:
    return bool(entry.sha256_in_prefix and entry.sha256 and entry.sha256_in_prefix != entry.sha256)


def _other_content(path: str, entry: PathEntry, unhashed: dict[str, str] | None) -> bool:
    """True where the file's SHA-256 is another; with a placeholder only ``sha256_in_prefix`` tells."""
    expected = entry.sha256_in_prefix or (entry.sha256 if entry.prefix_placeholder is None else None)
    if not expected:
        return False
    import hashlib

    try:
        with open(path, "rb") as file:
            digest: Any = hashlib.file_digest(file, "sha256")
    except OSError as error:
        if unhashed is not None:
            unhashed[path] = error.strerror or str(error)
        return False
    return bool(digest.hexdigest() != expected.lower())
