"""The records in ``conda-meta``: one JSON file a package, decoded into the few fields that are used.

https://docs.conda.io/projects/conda/en/stable/dev-guide/specs/index.html (PrefixRecord); a record may hold tens of
thousands of paths, so they are looked at one record at a time and not kept.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from envdoctor.facts.base import Missing
from envdoctor.redact import credentials
from envdoctor.world import World, reason

LIMIT = 500_000_000  # bytes of one record
LEFTOVERS = ("prefix_record_", ".prefix_record_")  # records that were being written when the installation broke off


class PathEntry(Struct, gc=False):
    """A file of a package; ``size`` in bytes as it was packed."""

    path: str = field(name="_path")
    path_type: str | None = None
    size: int | None = field(name="size_in_bytes", default=None)
    prefix_placeholder: str | None = None
    sha256: str | None = None
    sha256_in_prefix: str | None = None


class PathsData(Struct, gc=False):
    paths: list[PathEntry] = []


class RawRecord(Struct):
    """What a record says. ``requested_spec`` is conda's word, ``requested_specs`` rattler's (pixi, and mamba 2)."""

    name: str
    version: str
    build: str = ""
    channel: str | None = None
    schannel: str | None = None
    url: str | None = None
    subdir: str | None = None
    depends: list[str] = []
    size: int | None = None
    files: msgspec.Raw = msgspec.Raw(b"[]")
    paths_data: PathsData | None = None
    requested_spec: str | UnsetType | None = UNSET
    requested_specs: list[str] | UnsetType | None = UNSET

    @property
    def requested(self) -> bool | None:
        """``None`` where the record does not say."""
        if self.requested_spec is UNSET and self.requested_specs is UNSET:
            return None
        single = self.requested_spec if isinstance(self.requested_spec, str) else ""
        several = self.requested_specs if isinstance(self.requested_specs, list) else []
        return single.strip() not in ("", "None") or any(spec.strip() for spec in several)

    def entries(self) -> list[PathEntry]:
        """The package's files; an old record has a list of names only."""
        if self.paths_data and self.paths_data.paths:
            return self.paths_data.paths
        try:
            return [PathEntry(path=name) for name in msgspec.json.decode(self.files, type=list[str])]
        except msgspec.MsgspecError:
            return []


_decoder: Any = None
# What conda takes for a name or a version (CEP 26); a line break or an option of a command is neither.
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.!+~-]*", re.ASCII)


def decode(data: bytes) -> RawRecord:
    """Raises ValueError, in one line, where ``data`` is no record."""
    global _decoder
    if _decoder is None:
        _decoder = msgspec.json.Decoder(RawRecord)
    try:
        record: RawRecord = _decoder.decode(data)
        data.rindex(b"}")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.MsgspecError as error:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise ValueError(f"not UTF-8 (byte {fault.start})") from None
        raise ValueError("empty" if not data.strip() else str(error)) from None
    for word in (record.name, record.version):
        if not _WORD.fullmatch(word):
            raise ValueError(f"{credentials(word)[:40]!r} is no name or version of a package")
    return record


def named(file_name: str) -> tuple[str, str, str]:
    """Name, version and build of ``name-version-build.json``."""
    stem = file_name.removesuffix(".json")
    parts = stem.rsplit("-", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (stem, "", "")


def read(world: World, prefix: str, names: list[str]) -> Iterator[tuple[str, RawRecord | Missing]]:
    """Each record of ``names`` (those in ``conda-meta``), decoded, or why it could not be."""
    for name in names:
        if not name.endswith(".json") or name.startswith((".", *LEFTOVERS)):
            continue
        path = f"{prefix}/conda-meta/{name}"
        try:
            with open(world.real(path), "rb", buffering=0, opener=_opener) as file:
                data = file.read(LIMIT) or b""
            yield name, decode(data)
        except OSError as error:
            yield name, Missing(reason(error, path))
        except ValueError as error:
            yield name, Missing(f"{path}: {error}")


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
