"""What RECORD files say: which files of a distribution are gone, and which belong to several at once.

Format: https://packaging.python.org/specifications/recording-installed-packages/#the-record-file
A large environment's RECORDs have a hundred thousand lines, of which a check-up has use for few: lines are
looked for, not parsed.
"""

import os
from collections.abc import Collection, Iterable
from functools import lru_cache
from stat import S_ISDIR, S_ISREG

from envdoctor.data import listed
from envdoctor.facts.packages import Collision, Distribution
from envdoctor.probe.world import World

SUFFIXES = {"win32": (b".pyd", b".dll"), "darwin": (b".so", b".dylib")}
GONE, CUT_OFF = "gone", "cut off"
MANY = 50  # folders and modules at the top; most distributions have one
Line = tuple[str, str, int]  # path relative to the location, hash (``sha256=…`` or empty), bytes (0: not told)
TRUSTED = ("pip", "uv", "poetry")  # whose RECORD is a true list of what was installed


def split(line: bytes) -> tuple[str, str]:
    """The path, relative to the location, and the hash (``sha256=…`` or empty) in one line of a RECORD."""
    path, _, digest = line.rpartition(b",")[0].rpartition(b",")
    return _path(path), digest.decode("ascii", "replace")


def _path(written: bytes) -> str:
    """A path as it stands in a RECORD, perhaps quoted as in CSV."""
    if written.startswith(b'"'):
        written = written.strip(b'"').replace(b'""', b'"')
    return os.fsdecode(written)


@lru_cache(maxsize=1024)
def libraries(record: bytes, platform: str) -> tuple[Line, ...]:
    """The lines of a RECORD that name a library: ``libx.so.1.2`` and extensions are, ``x.so.txt`` is none."""
    found = []
    for suffix in SUFFIXES.get(platform, (b".so",)):
        at = record.find(suffix)
        while at >= 0:
            end = record.find(b"\n", at)
            end = len(record) if end < 0 else end
            line = _line(record[record.rfind(b"\n", 0, at) + 1 : end])
            if is_library(line[0]):
                found.append(line)
            at = record.find(suffix, end)
    return tuple(found)


def _line(written: bytes) -> Line:
    front, _, size = written.rpartition(b",")
    path, _, digest = front.rpartition(b",")
    length = size.strip()
    return _path(path), digest.decode("ascii", "replace"), int(length) if length.isdigit() else 0


@lru_cache(maxsize=1024)
def first_components(record: bytes) -> frozenset[bytes]:
    """The folders and modules at the location's top that a RECORD has files in (``..`` for what lies outside).

    Files of one folder mostly stand together, so that all but its first and last line can be leapt over.
    """
    found = set()
    at, end, patience = 0, len(record), MANY
    while at < end:
        stop = record.find(b"\n", at)
        stop = end if stop < 0 else stop
        slash = record.find(b"/", at, stop)
        top = record[at:slash] if slash >= 0 else record[at:stop].partition(b",")[0]
        found.add(top)
        at = stop + 1
        if slash >= 0 and patience:
            start = b"\n" + top + b"/"
            last = record.rfind(start, stop)
            if last > stop and record.count(b"\n", stop, last) == record.count(start, stop, last):
                after = record.find(b"\n", last + 1)
                at = end if after < 0 else after + 1
            else:
                patience -= 1
    return frozenset(found - {b"", b"\r"})


def is_library(path: str) -> bool:
    """Whether a file's name is that of an extension or a shared library."""
    if path.endswith((".so", ".pyd", ".dll", ".dylib")):
        return True
    stem, found, version = path.rpartition("/")[2].rpartition(".so.")
    return bool(stem and found) and version.replace(".", "").isdigit()


def is_trusted(distribution: Distribution) -> bool:
    """Whether the RECORD is a true list of what was installed: by its INSTALLER, and no other manager owns it."""
    return distribution.owner is None and (distribution.installer or "").partition(" ")[0].lower() in TRUSTED


class Survey:
    """Takes in one RECORD after the other, and knows in the end which files are gone or claimed twice."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._important = listed("modules", "whole")
        self.missing: dict[str, list[str]] = {}
        self.cut_off: dict[str, list[str]] = {}
        self.barred: dict[str, tuple[str, ...]] = {}  # files and folders that can't be read, with whose they are
        self._judges_modes = hasattr(os, "geteuid") and os.geteuid() != 0
        # (real folder, first component) -> the distributions that have files there, with their RECORDs
        self._shared: dict[tuple[str, bytes], list[tuple[Distribution, bytes]]] = {}

    def add(self, distribution: Distribution, record: bytes, folder: str) -> None:
        """Take in the RECORD of a distribution that lies in ``folder`` (the real path of its location)."""
        if distribution.owner is not None:
            if distribution.key in self._important:
                self.look_at(distribution, (distribution.key.encode(),))
            return
        tops = {top for top in first_components(record) if not top.endswith((b".dist-info", b"__pycache__"))}
        for top in tops:
            self._shared.setdefault((folder, top), []).append((distribution, record))
        self.look_at(distribution, tops)
        if is_trusted(distribution):
            wanted = _wanted(record, tops, self._world.platform)
            gone: list[str] = []
            for path, size in wanted.items():
                fate = self._fate(f"{distribution.location}/{path}", size, distribution.name)
                if fate == GONE:
                    gone.append(path)
                elif fate == CUT_OFF:
                    self.cut_off.setdefault(distribution.path, []).append(path)
            if distribution.key in self._important and not distribution.editable:
                self._modules(distribution, record, wanted, gone)
            if gone:
                self.missing[distribution.path] = gone

    def look_at(self, distribution: Distribution, tops: Iterable[bytes]) -> None:
        """Whether this user may read the folders and modules at the top of a distribution."""
        if not self._judges_modes:
            return
        base = os.fsencode(self._world.real(distribution.location)) + b"/"
        for top in tops:
            if top != b".." and not os.access(base + top, os.R_OK) and os.path.lexists(base + top):
                self.barred.setdefault(f"{distribution.location}/{os.fsdecode(top)}", (distribution.name,))

    def _modules(self, distribution: Distribution, record: bytes, seen: Collection[str], gone: list[str]) -> None:
        """Look for all modules at the location of a distribution that are not ``seen``; those of tests are left out.

        There are thousands: only of those that are gone, or hold nothing, more than a number is made.
        """
        stat, base = os.stat, os.fsencode(self._world.real(distribution.location)) + b"/"
        lines = [line.split(b",") for line in record.split(b"\n") if b".py," in line and b"test" not in line]
        for path, _, size in [line for line in lines if len(line) == 3 and line[0][:1] not in b'."']:
            try:
                status = stat(base + path)
                if S_ISREG(status.st_mode) and (status.st_size or size.strip() == b"0"):
                    continue
            except (FileNotFoundError, NotADirectoryError):
                pass
            except (OSError, ValueError):
                self.barred.setdefault(f"{distribution.location}/{os.fsdecode(path)}", (distribution.name,))
                continue
            file = os.fsdecode(path)
            if file in seen:
                continue
            length = int(size) if size.strip().isdigit() else 0
            fate = self._fate(f"{distribution.location}/{file}", length, distribution.name)
            if fate == GONE:
                gone.append(file)
            elif fate == CUT_OFF:
                self.cut_off.setdefault(distribution.path, []).append(file)

    def _fate(self, path: str, size: int, name: str) -> str:
        """What became of a file that had ``size`` bytes; empty where nothing is wrong, or it can't be told.

        A library that grew was patched (``patchelf``, a signature); a module is edited at times. One that holds nothing
        was never written to its end.
        """
        try:
            status = os.stat(self._world.real(path))
        except (FileNotFoundError, NotADirectoryError):
            return GONE
        except (OSError, ValueError):
            self.barred.setdefault(path, (name,))
            return ""
        if S_ISDIR(status.st_mode):  # something else stands where the file was
            return GONE
        if self._judges_modes and status.st_mode & 0o444 != 0o444 and not os.access(self._world.real(path), os.R_OK):
            self.barred.setdefault(path, (name,))
        found = status.st_size
        if found < size and (not found or is_library(path)):
            return CUT_OFF
        return ""

    def collisions(self) -> list[Collision]:
        """Modules and libraries that two or more distributions claim."""
        tops: dict[str, set[bytes]] = {}  # metadata's path -> what it shares with another distribution
        owners: dict[str, tuple[Distribution, bytes, str]] = {}
        for (folder, top), sharing in self._shared.items():
            if len({distribution.key for distribution, _ in sharing}) > 1:
                for distribution, record in sharing:
                    tops.setdefault(distribution.path, set()).add(top)
                    owners[distribution.path] = (distribution, record, folder)
        claims: dict[tuple[str, str], dict[str, tuple[Distribution, str]]] = {}  # (folder, path) -> key -> claim
        for path, (distribution, record, folder) in owners.items():
            for file, digest in _claimed(record, tops[path], self._world.platform):
                claims.setdefault((folder, file), {}).setdefault(distribution.key, (distribution, digest))
        found = []
        for (_, file), by_key in claims.items():
            if len(by_key) > 1:
                location = next(iter(by_key.values()))[0].location
                found.append(
                    Collision(
                        path=os.path.normpath(f"{location}/{file}"),
                        claims={distribution.name: digest for distribution, digest in by_key.values()},
                    )
                )
        return sorted(found, key=lambda collision: collision.path)


def _wanted(record: bytes, tops: set[bytes], platform: str) -> dict[str, int]:
    """The files without which a distribution can't work, with their sizes: libraries, and its packages' ``__init__.py``.

    Files of tests are left out: slimmed images delete them.
    """
    wanted = {path: size for path, _, size in libraries(record, platform) if "test" not in path}
    lines = []
    if len(tops) > MANY:  # one search for each would take the square of the time
        begin = (line for line in record.split(b"\n") if b"/__init__.py," in line)
        lines = [line for line in begin if line.partition(b"/")[2].startswith(b"__init__.py,")]
    for top in tops if len(tops) <= MANY else ():
        start = top + b"/__init__.py,"
        at = 0 if record.startswith(start) else record.find(b"\n" + start) + 1
        if at or record.startswith(start):
            end = record.find(b"\n", at)
            lines.append(record[at : len(record) if end < 0 else end])
    return wanted | {path: size for path, _, size in map(_line, lines) if "test" not in path}


def _claimed(record: bytes, tops: set[bytes], platform: str) -> list[tuple[str, str]]:
    """Path and hash of the modules and libraries below ``tops``; outside of the location (``..``) libraries only."""
    found = [(path, digest) for path, digest, _ in libraries(record, platform) if _top(os.fsencode(path)) in tops]
    modules = tops - {b".."}
    if modules:
        below = [line for line in record.split(b"\n") if b".py," in line and b"/__init__.py," not in line]
        found += [split(line) for line in below if _top(line) in modules]
    return found


def _top(line: bytes) -> bytes:
    """As `first_components` cuts it off."""
    top, slash, _ = line.partition(b"/")
    return top if slash else line.partition(b",")[0]
