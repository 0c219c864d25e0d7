"""The dynamic loader's work, done without loading: what does a compiled file need, and does anything bring it?

Where the answer is no, that is a reason to try an import (`envdoctor.probe.imports.trial`), never a finding: an
extension may be one of several alternatives, or find its libraries loaded already.
Order of the search: https://man7.org/linux/man-pages/man8/ld.so.8.html; the cache: glibc, sysdeps/generic/dl-cache.h.
"""

import os
import struct

from msgspec import Struct

from envdoctor.data import listed
from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.binaries import elf
from envdoctor.probe.packages.records import first_components, libraries
from envdoctor.probe.world import World

MAGIC = b"glibc-ld.so.cache1.1"
FLAGS = {"x86_64": 0x0303, "aarch64": 0x0A03}  # of the cache's entries for this machine's own libraries
FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")
# Of the C library's own; and what a driver, or a choice of MPI, brings where there is one.
GRANTED = (
    *("ld-", "linux-vdso", "libc.", "libpthread.", "libdl.", "librt.", "libm.", "libutil.", "libpython"),
    *("libcuda.", "libnvidia-", "libnvrtc", "libnvcuvid", "libcudart", "libamdhip", "libhsa", "libze_", "libmpi"),
    *("libpmi", "libtbb"),
)
MOST = 1200  # compiled files in one check-up
_NEAR = pattern(
    rb"(?m)^((\w+)/(?:\w+\.py|\w+/__init__\.py)),[^,\n]*,(\d{1,9})\s*$"
)  # modules near the top of a package
_INSIDE = pattern(rb"(?m)^([\w./-]+)/__init__\.py,")


class Suspect(Struct, frozen=True):
    """A file that may not load, or a package that another one hides.

    ``package`` is the nearest package that holds it, ``module`` the file's own name as a module (empty for a library);
    ``lacks`` a soname, a version (``GLIBCXX_3.4.30``), or nothing where the file itself is the matter; ``chosen`` the
    file in which that version was looked for or, where no file is named, what PYTHONPATH puts in front of the package
    or of a module of the standard library.
    """

    distribution: Distribution
    package: str
    file: str = ""
    module: str = ""
    lacks: str = ""
    chosen: str = ""


def suspects(
    world: World,
    records: list[tuple[Distribution, bytes]],
    entries: list[str],
    every: bool = False,
) -> list[Suspect]:
    """What may not be importable among the packages of the table ``modules``, or among ``every`` one."""
    chosen = listed("modules", "whole") | listed("modules", "foretold")
    wanted = [(distribution, record) for distribution, record in records if every or distribution.key in chosen]
    found = [suspect for distribution, record in wanted for suspect in _hidden(world, distribution, record, entries)]
    found += [suspect for distribution, record in wanted for suspect in _altered(world, distribution, record)]
    if world.environ.get("PYTHONPATH"):
        found += _replaced(world, wanted, entries)
    if world.platform == "linux":
        loader = _Loader(world, records)
        left = MOST
        for distribution, record in wanted:
            files = [path for path, _, _ in libraries(record, "linux") if "test" not in path]
            found += [it for path in files[:left] for it in loader.doubts(distribution, record, path)]
            left = max(0, left - len(files))
        found += loader.foreign()
    return found


def _hidden(world: World, distribution: Distribution, record: bytes, entries: list[str]) -> list[Suspect]:
    """Folders without ``__init__.py`` that a package of the same name elsewhere hides (PEP 420)."""
    found = []
    for top in first_components(record):
        name = os.fsdecode(top)
        start = top + b"/__init__.py,"
        if not name.isidentifier() or record.startswith(start) or b"\n" + start in record:
            continue
        others = [entry for entry in entries if entry != distribution.location]
        if any(world.is_file(f"{entry}/{name}/__init__.py") for entry in others):
            inside = [os.fsdecode(path) for path in _INSIDE.findall(record) if path.startswith(top + b"/")]
            below = [path.replace("/", ".") for path in inside if path.count("/") == 1 and "test" not in path]
            found += [Suspect(distribution, module) for module in below[:1]]
    return found


def _replaced(world: World, wanted: list[tuple[Distribution, bytes]], entries: list[str]) -> list[Suspect]:
    """Packages that something on PYTHONPATH is imported in place of; and NumPy, or the first of the packages, where that
    hides a module of the standard library."""
    from envdoctor.probe.path.whole import modules_at

    written = {os.path.join(world.cwd, entry) for entry in world.environ["PYTHONPATH"].split(os.pathsep) if entry}
    found, standard = [], listed("modules", "standard")
    first = next((item for item in wanted if item[0].key == "numpy"), wanted[0] if wanted else None)
    for place, entry in enumerate(entries):
        if os.path.join(world.cwd, entry) not in written:
            continue
        offered = modules_at(world, entry)
        behind = [item for item in wanted if item[0].location in entries[place + 1 :]]
        for distribution, record in behind:
            tops = {os.fsdecode(top).partition(".")[0] for top in first_components(record)}
            found += [Suspect(distribution, name, chosen=f"{entry}/{name}") for name in tops & offered]
        if first and (hidden := sorted(offered & standard)) and (names := _packages(first[1])):
            found.append(Suspect(first[0], names[0], chosen=f"{entry}/{hidden[0]}"))
    return found


def _altered(world: World, distribution: Distribution, record: bytes) -> list[Suspect]:
    """Packages with a module near their top that is not as long as when it was installed: an edit may be sound."""
    found: dict[str, Suspect] = {}
    for path, top, size in _NEAR.findall(record):
        name = os.fsdecode(top)
        if name in found:
            continue
        try:
            length = os.stat(world.real(f"{distribution.location}/{os.fsdecode(path)}")).st_size
        except (OSError, ValueError):
            continue
        if length not in (0, int(size)):  # that none is there, or an empty one, is known without
            found[name] = Suspect(distribution, name)
    return list(found.values())


class _Loader:
    """Finds libraries as the dynamic loader would, as far as files tell."""

    def __init__(self, world: World, records: list[tuple[Distribution, bytes]]) -> None:
        self._world = world
        self._records = records
        self._bundled: set[str] | None = None
        self._cache: bytes | None = None
        self._cached: dict[str, str | None] = {}
        self._listings: dict[str, frozenset[str]] = {}
        self._defined: dict[str, dict[int, str]] = {}
        self._winners: dict[tuple[tuple[str, ...], str, str], dict[str, str | None]] = {}
        self._agreed: set[tuple[str, tuple[int, ...]]] = set()
        self._forms: dict[bytes, list[tuple[Distribution, bytes, str, str]]] = {}
        preload = world.environ.get("LD_PRELOAD", "").replace(":", " ").split(" ")
        self._preloaded = {os.path.basename(path): path for path in preload if "/" in path}
        self._preferred = [folder for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]

    def doubts(self, distribution: Distribution, record: bytes, path: str) -> list[Suspect]:
        """Why a file of a distribution may not load; empty where nothing speaks against it."""
        full = f"{distribution.location}/{path}"
        full = os.path.normpath(full) if ".." in path else full
        image = elf.read(self._world, full)
        if image is None:
            return []
        if isinstance(image, elf.Elf):
            self._forms.setdefault(image.form, []).append((distribution, record, path, full))
        lacks: list[tuple[str, str]] = []
        if isinstance(image, Missing):
            if "damaged" not in image.reason:
                return []
            lacks.append(("", ""))
        else:
            lacks += self._lacks(image, full.rpartition("/")[0])
        if not lacks:
            return []
        package = _package_of(path, record)
        module = _module_of(path)
        names = [package] if package else _packages(record)[:1]
        return [Suspect(distribution, name, full, module, what, where) for name in names for what, where in lacks[:2]]

    def foreign(self) -> list[Suspect]:
        """The files that are built for another processor than most of those that were looked at."""
        if len(self._forms) < 2:
            return []
        usual = max(self._forms.values(), key=len)
        others = [item for items in self._forms.values() if items is not usual for item in items]
        return [
            Suspect(distribution, package, full)
            for distribution, record, path, full in others
            if (package := _package_of(path, record))
        ]

    def _lacks(self, image: elf.Elf, origin: str) -> list[tuple[str, str]]:
        """The libraries, and versions of their symbols, that a file in the folder ``origin`` needs and nothing brings."""
        found: list[tuple[str, str]] = []
        winners = self._winners_of(image.needed, image.runpath, image.late, origin)
        if None in winners.values():
            for soname, winner in winners.items():
                if winner is None and not soname.startswith(GRANTED) and soname not in self._brought():
                    found.append((soname, ""))
        for soname, hashes in image.hashes:
            winner = winners.get(soname)
            if winner is None or (winner, hashes) in self._agreed:
                continue
            defined = self._versions(winner)
            if not defined or defined.keys() >= set(hashes):
                self._agreed.add((winner, hashes))
                continue
            lacking = [name for value, name in image.versions[soname].items() if value not in defined]
            found += [(version, winner) for version in lacking[-1:]]
        return found

    def _winners_of(self, needed: tuple[str, ...], runpath: str, late: bool, origin: str) -> dict[str, str | None]:
        """The file that is taken for each name; files of one folder mostly need the same."""
        key = (needed, runpath, runpath and origin)
        if key not in self._winners:
            named = [
                os.path.normpath(folder.replace("$ORIGIN", origin).replace("${ORIGIN}", origin))
                for folder in runpath.split(":")
                if folder
            ]
            # The folders that the file names come before those of LD_LIBRARY_PATH, or after.
            folders = ([], named) if late else (named, [])
            self._winners[key] = {soname: self.find(soname, *folders) for soname in needed}
        return self._winners[key]

    def find(self, soname: str, first: list[str], then: list[str]) -> str | None:
        """The file that the loader takes for a name."""
        if "/" in soname:
            return soname if self._world.exists(soname) else None
        if soname in self._preloaded:
            return self._preloaded[soname]
        for folder in (*first, *self._preferred, *then):
            if soname in self._names(folder):
                return f"{folder}/{soname}"
        if cached := self._in_cache(soname):
            return cached
        machine = os.uname().machine if hasattr(os, "uname") else ""
        places = (*(f"{base}/{machine}-linux-gnu" for base in FOLDERS[:2]), *FOLDERS)
        return next((file for folder in places if self._world.exists(file := f"{folder}/{soname}")), None)

    def _names(self, folder: str) -> frozenset[str]:
        if folder not in self._listings:
            names = self._world.names(folder)
            self._listings[folder] = frozenset(names if isinstance(names, list) else ())
        return self._listings[folder]

    def _brought(self) -> set[str]:
        """The libraries of all distributions: one that is loaded already satisfies whoever needs its name."""
        if self._bundled is None:
            self._bundled = {
                path.rpartition("/")[2] for _, record in self._records for path, _, _ in libraries(record, "linux")
            }
        return self._bundled

    def _versions(self, path: str) -> dict[int, str]:
        if path not in self._defined:
            image = elf.read(self._world, path)
            self._defined[path] = image.defined if isinstance(image, elf.Elf) else {}
        return self._defined[path]

    def _in_cache(self, soname: str) -> str | None:
        """The file that ld.so.cache has for a name; ``None`` where there is none, or its format is another."""
        if self._cache is None:
            data = self._world.read("/etc/ld.so.cache", 8 << 20)
            begin = data.find(MAGIC) if isinstance(data, bytes) else -1
            self._cache = data[begin:] if isinstance(data, bytes) and begin >= 0 else b""
        if soname not in self._cached:
            self._cached[soname] = _looked_up(self._cache, os.fsencode(soname) + b"\0")
        return self._cached[soname]


def _looked_up(cache: bytes, name: bytes) -> str | None:
    """What the cache's table has for a name that ends in a null byte.

    The names of thousands of libraries are not made into a table of our own: a dozen are asked for.
    """
    if len(cache) < 48:
        return None
    flags = FLAGS.get(os.uname().machine if hasattr(os, "uname") else "")
    end = 48 + 24 * struct.unpack_from("=I", cache, len(MAGIC))[0]
    found: list[tuple[int, int]] = []
    at = cache.find(name, end)
    while at >= 0:  # a name may be the end of another's, or of a path
        key = struct.pack("=I", at)
        entry = cache.find(key, 48, end)
        while entry >= 0:
            if (entry - 48) % 24 == 4 and flags in (None, struct.unpack_from("=i", cache, entry - 4)[0]):
                found.append((entry, struct.unpack_from("=I", cache, entry + 4)[0]))
            entry = cache.find(key, entry + 1, end)
        at = cache.find(name, at + 1)
    for _, value in sorted(found):
        stop = cache.find(b"\0", value)
        if stop > value:
            return os.fsdecode(cache[value:stop])
    return None


def _package_of(path: str, record: bytes) -> str:
    """The nearest package that holds a file; empty where none does."""
    folder = path.rpartition("/")[0]
    while folder and not folder.startswith(".."):
        start = os.fsencode(folder) + b"/__init__.py,"
        if record.startswith(start) or b"\n" + start in record:
            return folder.replace("/", ".")
        folder = folder.rpartition("/")[0]
    return ""


def _packages(record: bytes) -> list[str]:
    """The top-level packages of a distribution."""
    return [name for path in _INSIDE.findall(record) if (name := os.fsdecode(path)).isidentifier() and name != "tests"]


def _module_of(path: str) -> str:
    """The name that an extension is imported by; empty for a library."""
    name = path.rpartition("/")[2]
    stem = name.partition(".")[0]
    if stem.startswith("lib") or ".so." in name or not all(part.isidentifier() for part in path.split("/")[:-1]):
        return ""
    return ".".join([*path.split("/")[:-1], stem])
