"""The BLAS and OpenMP libraries: what the loader child saw, joined with what lies on disk."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from envdoctor.facts.base import Missing
from envdoctor.facts.blas import Blas, Library, LoadError, OpenMP
from envdoctor.world import World

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
RUNTIMES = ("libgomp", "libiomp5", "libomp", "vcomp")
APIS = {"openblas": "openblas", "mkl": "mkl", "blis": "blis", "flexiblas": "flexiblas"}


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
    if name.startswith(("libblas.so", "libcblas.so", "libblas.dylib")):
        owner = os.path.basename(folder)
        for part, vendor in VENDORS:
            if owner.startswith(part):
                return vendor
        return "netlib"
    return None


def read(
    world: World, sys_path: Iterable[str], prefix: str | None, loader: Mapping[str, Any] | None, why_not: str
) -> Blas:
    """Join the loader's answer (``None`` and the reason where it has none) with the copies on disk."""
    on_disk = _copies(world, sys_path, prefix)
    if loader is None:
        return Blas(
            libraries=[_unloaded(world, path, users, why_not) for path, users in on_disk.items()],
            openmp=Missing(why_not),
            errors=Missing(why_not),
            examined=Missing(why_not),
        )
    pools: Sequence[Mapping[str, Any]] = loader.get("pools") or ()
    brought: Mapping[str, Sequence[str]] = loader.get("brought") or {}
    problem: str | None = loader.get("problem")
    examined = [str(item["package"]) for item in loader.get("examined") or ()]
    libraries: dict[str, Library] = {}
    openmp: list[OpenMP] = []
    for pool in pools:
        path = os.path.realpath(str(pool["filepath"]))
        if pool["user_api"] == "openmp":
            openmp.append(_runtime(pool, path, brought))
        else:
            libraries[path] = _loaded(world, pool, path)
    for path in [os.path.realpath(name) for names in brought.values() for name in names]:
        vendor = vendor_of(path)
        if vendor and path not in libraries and not any(library.vendor == vendor for library in libraries.values()):
            libraries[path] = _mapped(world, vendor, path, problem)
    users = _users(list(libraries), brought, examined)
    complete = [_with_users(library, users[path]) for path, library in libraries.items()]
    complete += [
        _unloaded(world, path, owners, "not loaded by the packages examined" if problem is None else problem)
        for path, owners in on_disk.items()
        if path not in libraries
    ]
    return Blas(
        libraries=complete,
        openmp=openmp if problem is None else Missing(problem),
        errors=[LoadError(**{key: str(value) for key, value in error.items()}) for error in loader.get("errors") or ()],
        examined=examined,
    )


def _loaded(world: World, pool: Mapping[str, Any], path: str) -> Library:
    return Library(
        vendor=APIS.get(str(pool["internal_api"]), str(pool["internal_api"])),
        version=pool.get("version"),
        threads=pool["num_threads"]
        if isinstance(pool.get("num_threads"), int)
        else Missing("the library does not tell"),
        threading_layer=pool.get("threading_layer"),
        architecture=pool.get("architecture"),
        path=path,
        bytes=_size(world, path),
        used_by=[],
        loaded=True,
    )


def _mapped(world: World, vendor: str, path: str, problem: str | None) -> Library:
    """A library that threadpoolctl does not know; the reference BLAS has no threads of its own."""
    silent = Missing(problem or "the library does not tell")
    single = vendor == "netlib"
    return Library(
        vendor=vendor,
        version=None if single else silent,
        threads=1 if single else silent,
        threading_layer=None if single else silent,
        architecture=None if single else silent,
        path=path,
        bytes=_size(world, path),
        used_by=[],
        loaded=True,
    )


def _unloaded(world: World, path: str, users: list[str], why: str) -> Library:
    unknown = Missing(why)
    return Library(
        vendor=vendor_of(path) or "openblas",
        version=unknown,
        threads=unknown,
        threading_layer=unknown,
        architecture=unknown,
        path=path,
        bytes=_size(world, path),
        used_by=users,
        loaded=False,
    )


def _with_users(library: Library, users: list[str]) -> Library:
    import msgspec

    return msgspec.structs.replace(library, used_by=users)


def _runtime(pool: Mapping[str, Any], path: str, brought: Mapping[str, Sequence[str]]) -> OpenMP:
    name = os.path.basename(path)
    runtime = next((word for word in RUNTIMES if name.startswith(word)), str(pool.get("prefix") or name))
    threads = pool.get("num_threads")
    return OpenMP(
        runtime=runtime,
        threads=threads if isinstance(threads, int) else Missing("the library does not tell"),
        path=path,
        used_by=[
            package for package, names in brought.items() if any(os.path.realpath(item) == path for item in names)
        ],
        loaded=True,
    )


def _users(libraries: list[str], brought: Mapping[str, Sequence[str]], examined: list[str]) -> dict[str, list[str]]:
    """Which packages use which library: those that brought it in, and those that found it there.

    A package that brings no BLAS of its own uses the ones already mapped that are no other
    package's private copy (a wheel's ``.libs``, whose file names are hashed for it alone).
    """
    users: dict[str, list[str]] = {path: [] for path in libraries}
    for package in examined:
        own = {os.path.realpath(name) for name in brought.get(package, ())} & users.keys()
        if not own and package in ("numpy", "scipy"):
            own = {path for path in libraries if ".libs" + os.sep not in path and os.sep + ".dylibs" not in path}
        for path in own:
            users[path].append(package)
    return users


def _copies(world: World, sys_path: Iterable[str], prefix: str | None) -> dict[str, list[str]]:
    """BLAS libraries on disk in wheels' folders and the prefix's own, by real path; with a wheel's package."""
    copies: dict[str, list[str]] = {}
    for entry in dict.fromkeys(sys_path):
        names = world.names(entry) if os.path.isabs(entry) else None
        for name in names if isinstance(names, list) else ():
            if name.endswith(".libs"):
                _collect(world, f"{entry}/{name}", name[:-5], copies)
        for package in ("numpy", "scipy"):
            if isinstance(names, list) and package in names:
                _collect(world, f"{entry}/{package}/.dylibs", package, copies)
    if prefix and world.is_dir(f"{prefix}/conda-meta"):
        _collect(world, f"{prefix}/lib", None, copies)
    return copies


def _collect(world: World, folder: str, package: str | None, copies: dict[str, list[str]]) -> None:
    names = world.names(folder)
    for name in names if isinstance(names, list) else ():
        path = os.path.realpath(world.real(f"{folder}/{name}"))
        if vendor_of(name) not in (None, "netlib") and path not in copies and os.path.isfile(path):
            copies[path] = [package] if package else []


def _size(world: World, path: str) -> int | None | Missing:
    try:
        return os.stat(path).st_size
    except OSError as error:
        return Missing(f"{path}: {error.strerror}")
