"""The records in ``conda-meta``: one JSON file a package, decoded into the few fields that are used.

https://docs.conda.io/projects/conda/en/stable/dev-guide/specs/index.html (PrefixRecord); a record may hold tens of
thousands of paths, so they are looked at one record at a time and not kept.
"""

import os
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from envdoctor.ecosystem.names import CONDA, is_a
from envdoctor.facts.base import Missing
from envdoctor.privacy.lazy import pattern
from envdoctor.privacy.redact import credentials
from envdoctor.probe.world import World, reason

LIMIT = 500_000_000  # bytes of one record
LEFTOVERS = ("prefix_record_", ".prefix_record_")  # records that were being written when the installation broke off


_SITE = pattern(rb'"((?:lib/p[\w.]+|Lib))/site-packages/')
_SCRIPTS = pattern(rb'"(bin|Scripts)/')
PACKED = ("site-packages/", "python-scripts/")  # where a package for any Python keeps what is linked elsewhere


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
    constrains: msgspec.Raw = msgspec.Raw(b"[]")
    track_features: msgspec.Raw = msgspec.Raw(b'""')
    features: msgspec.Raw = msgspec.Raw(b'""')
    build_number: int | str | UnsetType | None = UNSET
    size: int | None = None
    noarch: Any = None
    extracted_package_dir: str | None = None
    files: msgspec.Raw = msgspec.Raw(b"[]")
    paths_data: PathsData | None = None
    requested_spec: str | UnsetType | None = UNSET
    requested_specs: list[str] | UnsetType | None = UNSET

    @property
    def fault(self) -> str:
        """What conda stops at in a record that is one otherwise; empty: nothing.

        Source: https://github.com/conda/conda/blob/24.7.1/conda/models/records.py (the kinds of a record's fields)
        """
        if not self.build:
            return "it has no build"
        if self.build_number is UNSET or self.build_number is None:
            return "it has no build_number"
        if not isinstance(self.build_number, int):
            return "its build_number is a text, not a number"
        if not bytes(self.constrains).startswith((b"[", b"{")):
            return "its constrains is no list"
        empty = {"track_features": self.track_features, "features": self.features}
        return next((f"its {name} is null" for name, value in empty.items() if bytes(value) == b"null"), "")

    @property
    def requested(self) -> bool | None:
        """``None`` where the record does not say."""
        if self.requested_spec is UNSET and self.requested_specs is UNSET:
            return None
        single = self.requested_spec if isinstance(self.requested_spec, str) else ""
        several = self.requested_specs if isinstance(self.requested_specs, list) else []
        return single.strip() not in ("", "None") or any(spec.strip() for spec in several)

    def entries(self) -> list[PathEntry]:
        """The package's files, by their paths in the prefix; an old record has a list of names only.

        Of a package for any Python conda writes the paths that the package itself has (``site-packages/…``,
        ``python-scripts/…``: https://github.com/mamba-org/mamba/issues/4242), rattler and mamba those in the prefix;
        ``files`` has the latter in both. One whose place neither tells is left out: nobody knows where to look.
        """
        paths = self.paths_data.paths if self.paths_data else []
        if not paths:
            try:
                return [PathEntry(path=name) for name in msgspec.json.decode(self.files, type=list[str])]
            except msgspec.MsgspecError:
                return []
        if self.noarch != "python" or not any(entry.path.startswith(PACKED) for entry in paths):
            return paths
        return self._in_prefix(paths)

    def _in_prefix(self, paths: list[PathEntry]) -> list[PathEntry]:
        # Looked for in the text: to decode thousands of names for these two words takes longer than all else here.
        site = _SITE.search(self.files)
        scripts = _SCRIPTS.search(self.files)
        folders = {
            "site-packages": f"{site[1].decode()}/site-packages" if site else "",
            "python-scripts": scripts[1].decode() if scripts else "",
        }
        found = []
        for entry in paths:
            packed, _, rest = entry.path.partition("/")
            if packed in folders and rest:
                if not folders[packed]:
                    continue
                entry.path = f"{folders[packed]}/{rest}"
            found.append(entry)
        return found


_decoder: Any = None


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
        if not is_a(CONDA, word):
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
