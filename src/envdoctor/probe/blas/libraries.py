"""Shared libraries on disk: whose BLAS one is, which copies there are, and who is linked to what."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from envdoctor.ecosystem import paths
from envdoctor.facts.base import Missing
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.binaries import elf, parsed
from envdoctor.probe.world import World

if TYPE_CHECKING:
    from envdoctor.probe.binaries import macho, pe

# Parts of file names, most specific first. FlexiBLAS before BLAS, MKL's interface layers as one library.
VENDORS = (
    ("openblas", "openblas"),
    ("flexiblas", "flexiblas"),
    ("mkl_rt", "mkl"),
    ("mkl_core", "mkl"),
    ("blis", "blis"),
    ("nvpl_blas", "nvpl"),
    ("armpl", "armpl"),
    ("atlas", "atlas"),
    ("libtatlas", "atlas"),
    ("libsatlas", "atlas"),
    ("libf77blas", "atlas"),
    ("Accelerate", "accelerate"),
)
# In the names of libraries that packagers put links before: conda's libcblas.so.3 is one to OpenBLAS or MKL.
LINKED = ("blas", "lapack", "mkl", "blis", "atlas", "omp")
HASHED = 256 << 20  # bytes
OPENMP = ("libgomp", "libiomp5", "libomp", "vcomp")
# Packages with libraries in folders of their own: delocate's on macOS, auditwheel's older ones, PyTorch's.
PRIVATE = (
    *((package, (".dylibs", ".libs")) for package in ("numpy", "scipy", "sklearn", "cvxopt", "faiss", "cv2")),
    ("torch", ("lib", ".dylibs")),
)
# How packages are imported whose folder of libraries is named after their distribution.
IMPORTED = {
    "scikit_learn": "sklearn",
    "faiss_cpu": "faiss",
    **dict.fromkeys(
        (f"opencv_{part}python{suffix}" for part in ("", "contrib_") for suffix in ("", "_headless")), "cv2"
    ),
}
# A function of each BLAS that is the same in all its builds.
STATIC = (
    ("mkl_get_max_threads", "mkl"),
    ("openblas_get_config", "openblas"),
    ("bli_thread_get_num_threads", "blis"),
)


def vendor_of(path: str) -> str | None:
    """The vendor that a library's path tells; ``None`` where it is no BLAS.

    Debian's alternatives are told by their folder: ``blas/libblas.so.3`` is the reference BLAS,
    ``atlas/``, ``blis-*/`` and ``openblas-*/`` say what they are.
    """
    folder, name = os.path.split(path)
    if ".so" not in name and ".dylib" not in name and not name.lower().endswith(".dll"):
        return None
    for part, vendor in VENDORS:
        if part in name:
            return vendor
    if name.startswith(("libblas.so", "libcblas.so", "libblas.dylib", "libcblas.dylib")):
        owner = os.path.basename(folder)
        for part, vendor in VENDORS:
            if owner.startswith(part):
                return vendor
        return "netlib"
    return None


def runtime_of(path: str) -> str | None:
    """The OpenMP run-time that a library's name tells: `OPENMP`'s word for it."""
    name = os.path.basename(path)
    if ".so" not in name and ".dylib" not in name and not name.lower().endswith(".dll"):
        return None
    return next((word for word in OPENMP if name.startswith(word)), None)


def file_version(path: str) -> str | None:
    """The version that a file name ends in: ``libblas.so.3.11.0`` is 3.11.0; ``None`` for a bare soname."""
    version = os.path.basename(path).rpartition(".so.")[2]
    return version if version.count(".") >= 1 and version.replace(".", "").isdigit() else None


_BLIS_VERSION = pattern(rb"\0(\d+\.\d+(?:\.\d+)?)\0")


def version_within(world: World, vendor: str, path: str) -> str | None:
    """BLIS keeps its version as a string of its own; the only one of such a form in its builds."""
    if vendor != "blis":
        return None
    content = world.read(path, 64 << 20)
    found = set(_BLIS_VERSION.findall(content)) if isinstance(content, bytes) else set()
    return found.pop().decode("ascii") if len(found) == 1 else None


def copies(world: World, sys_path: Iterable[str], prefix: str | None) -> dict[str, list[str]]:
    """BLAS and OpenMP libraries on disk, by real path, each with the package it belongs to.

    Looked at are wheels' folders (``NAME.libs``), those within the packages of `PRIVATE`, and the ``lib`` of a prefix
    into which conda, or a wheel of MKL, puts libraries.
    """
    found: dict[str, list[str]] = {}
    shared = bool(prefix) and world.is_dir(f"{prefix}/conda-meta")
    windows = world.platform == "win32"
    for entry in dict.fromkeys(sys_path):
        names = world.names(entry) if os.path.isabs(entry) else None
        present = set(names) if isinstance(names, list) else set()
        for name in names if isinstance(names, list) else ():
            if name.endswith(".libs"):
                _collect(world, f"{entry}/{name}", IMPORTED.get(name[:-5], name[:-5]), found)
            elif name.startswith(("mkl-", "intel_openmp-")) and name.endswith(".dist-info"):
                shared = shared or paths.inside(entry, prefix or "")
        for package, folders in PRIVATE:
            for folder in folders if package in present else ():
                _collect(world, f"{entry}/{package}/{folder}", package, found)
    if shared:
        _collect(world, f"{prefix}/Library/bin" if windows else f"{prefix}/lib", None, found)
    return found


def _collect(world: World, folder: str, package: str | None, found: dict[str, list[str]]) -> None:
    names = world.names(folder)
    for name in names if isinstance(names, list) else ():
        if name == "libtorch_cpu.so" or runtime_of(name) or vendor_of(name) not in (None, "netlib"):
            path = os.path.realpath(world.real(f"{folder}/{name}"))
            if path not in found and os.path.isfile(path):
                found[path] = [package] if package else []


def static_vendor(world: World, path: str) -> str | None:
    """Whose BLAS is part of this file itself: by the names it exports; ``None`` where it takes one from elsewhere.

    The dynamic section is read, and nothing of the code: PyTorch's library has hundreds of megabytes.
    """
    header = elf.read(world, path)
    if not isinstance(header, elf.Elf) or any(
        word in name for name in header.needed for word in ("blas", "mkl", "lapack", "blis")
    ):
        return None
    return next((vendor for symbol, vendor in STATIC if header.names(symbol)), None)


def size(world: World, path: str) -> int | None | Missing:
    """Bytes; `Missing` with the reason."""
    try:
        return os.stat(world.real(path)).st_size
    except OSError as error:
        return Missing(f"{path}: {error.strerror}")


def digests(world: World, paths: Sequence[str]) -> dict[str, str]:
    """The SHA-256 of the files that might be copies of one another: those of equal size (1 ms a megabyte).

    No library is as large as `HASHED`, and a file with holes may be of any size.
    """
    by_size: dict[int, list[str]] = {}
    for path in paths:
        length = size(world, path)
        if isinstance(length, int) and length <= HASHED:
            by_size.setdefault(length, []).append(path)
    hashed = {}
    for path in [path for same in by_size.values() if len(same) > 1 for path in same]:
        digest = parsed(world, path, _digest, "library")
        if isinstance(digest, str):
            hashed[path] = digest
    return hashed


def _digest(fd: int) -> str:
    from hashlib import sha256

    content = sha256()
    while chunk := os.read(fd, 1 << 20):
        content.update(chunk)
    return content.hexdigest()


class Links:
    """Which library is linked to which, among those that were loaded: by their dynamic sections (ELF), imports (PE) or install names (Mach-O).

    ``loaded`` are real paths in the order they were mapped; of two with one soname the loader takes the first.
    """

    def __init__(self, world: World, loaded: Sequence[str]) -> None:
        self._world = world
        self._loaded = loaded
        self._windows = world.platform == "win32"
        self._darwin = world.platform == "darwin"
        self._headers: dict[str, elf.Elf | pe.Pe | macho.MachO | None] = {}
        self._by_name: dict[str, str | None] = {}
        for path in loaded:
            self._by_name.setdefault(self._key(os.path.basename(path)), path)
        preferred = [folder for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
        self._folders = list(dict.fromkeys([*preferred, *(os.path.dirname(path) for path in loaded)]))

    def _key(self, soname: str) -> str:
        if self._darwin:  # an install name is a path: @loader_path/../.dylibs/libopenblas.dylib
            return os.path.basename(soname)
        return soname.lower() if self._windows else soname

    def _read(self, path: str) -> "elf.Elf | pe.Pe | macho.MachO | Missing | None":
        if self._windows:
            from envdoctor.probe.binaries import pe

            return pe.read(self._world, path)
        if self._darwin:
            from envdoctor.probe.binaries import macho

            return macho.read(self._world, path)
        return elf.read(self._world, path)

    def header(self, path: str) -> "elf.Elf | pe.Pe | macho.MachO | None":
        """The dynamic section, ``None`` where there is none or it can't be read."""
        if path not in self._headers:
            header = self._read(path)
            self._headers[path] = None if isinstance(header, Missing) else header
        return self._headers[path]

    def behind(self, path: str) -> list[str]:
        """All that ``path`` is linked to, directly or not, among the loaded; itself aside."""
        seen: dict[str, None] = {}
        heap = [path]
        while heap:
            header = self.header(heap.pop())
            for name in header.needed if header else ():
                found = self._find(name)
                if found and found not in seen and found != path:
                    seen[found] = None
                    heap.append(found)
        return list(seen)

    def _find(self, soname: str) -> str | None:
        """The loaded file of this name, of this name with a version, or that a link of this name leads to."""
        soname = self._key(soname)
        if soname in self._by_name:
            return self._by_name[soname]
        if self._windows:
            return None
        found = next((path for path in self._loaded if os.path.basename(path).startswith(soname + ".")), None)
        for folder in self._folders if found is None and any(word in soname for word in LINKED) else ():
            link = os.path.join(folder, soname)
            if os.path.islink(link) and (target := os.path.realpath(link)) in self._loaded:
                found = target
                break
        self._by_name[soname] = found  # the miss, too: everything is linked to libc
        return found


def users(links: Links, extensions: Iterable[tuple[str, str]], libraries: Iterable[str]) -> dict[str, list[str]]:
    """The packages whose extensions (package, file) are linked to each library."""
    wanted = set(libraries)
    found: dict[str, list[str]] = {path: [] for path in wanted}
    for package, extension in extensions:
        for path in links.behind(os.path.realpath(extension)):
            if path in wanted and package not in found[path]:
                found[path].append(package)
    return found


def bringers(brought: Mapping[str, Sequence[str]], libraries: Iterable[str]) -> dict[str, list[str]]:
    """The packages whose loading brought each library in: what is left where links can't be read."""
    return {path: [package for package, names in brought.items() if path in names] for path in libraries}
