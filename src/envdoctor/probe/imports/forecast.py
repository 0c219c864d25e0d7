"""The dynamic loader's work, done without loading: what does a compiled file need, and does anything bring it?

Where the answer is no, that is a reason to try an import (`envdoctor.probe.imports.trial`), never a finding: an
extension may be one of several alternatives, or find its libraries loaded already.
Order of the search: https://man7.org/linux/man-pages/man8/ld.so.8.html; the cache: glibc, sysdeps/generic/dl-cache.h.
"""

import os
import re
import struct

from msgspec import Struct

from envdoctor.data import listed
from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution
from envdoctor.probe.binaries import elf
from envdoctor.probe.packages.records import first_components, libraries, split
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
_INSIDE = re.compile(rb"(?m)^([\w./-]+)/__init__\.py,")


class Suspect(Struct, frozen=True):
    """A file that may not load, or a package that another one hides.

    ``package`` is the nearest package that holds it, ``module`` the file's own name as a module (empty for a library);
    ``lacks`` a soname, a version (``GLIBCXX_3.4.30``), or nothing where the file itself is the matter; ``chosen`` the
    file in which that version was looked for.
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
    if world.platform == "linux":
        loader = _Loader(world, records)
        left = MOST
        for distribution, record in wanted:
            files = [path for line in libraries(record, "linux") if "test" not in (path := split(line)[0])]
            found += [it for path in files[:left] for it in loader.doubts(distribution, record, path)]
            left = max(0, left - len(files))
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


class _Loader:
    """Finds libraries as the dynamic loader would, as far as files tell."""

    def __init__(self, world: World, records: list[tuple[Distribution, bytes]]) -> None:
        self._world = world
        self._records = records
        self._bundled: set[str] | None = None
        self._cache: dict[str, str] | None = None
        self._listings: dict[str, frozenset[str]] = {}
        self._defined: dict[str, frozenset[str]] = {}
        preload = re.split(r"[ :]", world.environ.get("LD_PRELOAD", ""))
        self._preloaded = {os.path.basename(path): path for path in preload if "/" in path}
        self._preferred = [folder for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]

    def doubts(self, distribution: Distribution, record: bytes, path: str) -> list[Suspect]:
        """Why a file of a distribution may not load; empty where nothing speaks against it."""
        full = os.path.normpath(f"{distribution.location}/{path}")
        image = elf.read(self._world, full)
        if image is None:
            return []
        lacks: list[tuple[str, str]] = []
        if isinstance(image, Missing):
            if "damaged" not in image.reason:
                return []
            lacks.append(("", ""))
        else:
            folders = self._folders(image, os.path.dirname(full))
            for soname in image.needed:
                winner = self.find(soname, *folders)
                if winner is None:
                    if not soname.startswith(GRANTED) and soname not in self._brought():
                        lacks.append((soname, ""))
                elif versions := image.versions.get(soname):
                    defined = self._versions(winner)
                    lacks += [(version, winner) for version in versions if defined and version not in defined][-1:]
        if not lacks:
            return []
        package = _package_of(path, record)
        module = _module_of(path)
        names = [package] if package else _packages(record)[:1]
        return [Suspect(distribution, name, full, module, what, where) for name in names for what, where in lacks[:2]]

    def _folders(self, image: elf.Elf, origin: str) -> tuple[list[str], list[str]]:
        """The folders that the file names, before and after those of LD_LIBRARY_PATH."""
        named = [
            os.path.normpath(re.sub(r"\$ORIGIN|\$\{ORIGIN\}", lambda _: origin, folder))
            for folder in image.runpath.split(":")
            if folder
        ]
        return ([], named) if image.late else (named, [])

    def find(self, soname: str, first: list[str], then: list[str]) -> str | None:
        """The file that the loader takes for a name."""
        if "/" in soname:
            return soname if self._world.exists(soname) else None
        if soname in self._preloaded:
            return self._preloaded[soname]
        for folder in (*first, *self._preferred, *then):
            if soname in self._names(folder):
                return f"{folder}/{soname}"
        if self._cache is None:
            self._cache = _cached(self._world)
        if soname in self._cache:
            return self._cache[soname]
        machine = os.uname().machine if hasattr(os, "uname") else ""
        for folder in (*(f"{base}/{machine}-linux-gnu" for base in FOLDERS[:2]), *FOLDERS):
            if soname in self._names(folder):
                return f"{folder}/{soname}"
        return None

    def _names(self, folder: str) -> frozenset[str]:
        if folder not in self._listings:
            names = self._world.names(folder)
            self._listings[folder] = frozenset(names if isinstance(names, list) else ())
        return self._listings[folder]

    def _brought(self) -> set[str]:
        """The libraries of all distributions: one that is loaded already satisfies whoever needs its name."""
        if self._bundled is None:
            self._bundled = {
                split(line)[0].rpartition("/")[2] for _, record in self._records for line in libraries(record, "linux")
            }
        return self._bundled

    def _versions(self, path: str) -> frozenset[str]:
        if path not in self._defined:
            image = elf.read(self._world, path)
            self._defined[path] = frozenset(image.defined if isinstance(image, elf.Elf) else ())
        return self._defined[path]


def _cached(world: World) -> dict[str, str]:
    """Soname to file, as ld.so.cache has it; empty where there is none, or its format is another."""
    data = world.read("/etc/ld.so.cache", 8 << 20)
    begin = data.find(MAGIC) if isinstance(data, bytes) else -1
    if not isinstance(data, bytes) or begin < 0:
        return {}
    found: dict[str, str] = {}
    flags = FLAGS.get(os.uname().machine if hasattr(os, "uname") else "")
    try:
        (count,) = struct.unpack_from("=I", data, begin + len(MAGIC))
        for at in range(begin + 48, min(begin + 48 + 24 * count, len(data) - 24), 24):
            kind, key, value = struct.unpack_from("=iII", data, at)
            if flags is None or kind == flags:
                name = data[begin + key : data.index(b"\0", begin + key)]
                path = data[begin + value : data.index(b"\0", begin + value)]
                found.setdefault(os.fsdecode(name), os.fsdecode(path))
    except (struct.error, ValueError):
        return {}
    return found


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
