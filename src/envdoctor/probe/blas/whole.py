"""The BLAS and OpenMP libraries: what the loader child saw, joined with what lies on disk."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from envdoctor.facts.base import Missing
from envdoctor.facts.blas import Blas, Flush, Library, LoadError, OpenMP, Pinned
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.blas.libraries import (
    Links,
    bringers,
    copies,
    digests,
    file_version,
    runtime_of,
    size,
    static_vendor,
    users,
    vendor_of,
    version_within,
)
from envdoctor.probe.world import World, reason

ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Accelerate"
NOT_TOLD = Missing("the library does not say it")
# What a library does to the process that maps it: ends it by a signal or a status of its own, or holds it (as
# `Child.ending` words it, on Windows too). A request to end (Ctrl+C, a closed terminal) is somebody else's doing.
_ENDED = pattern(
    r"(signal \d+ \((?!SIGINT|SIGTERM|SIGHUP)\w+\)|status (?!0xC000013A)\w+(?: \([^()]*\))?|no answer in [\d.]+ s)"
    r" while loading (?=.*[/\\](numpy|scipy|sklearn|numexpr|faiss|cvxopt)[/\\])((?:[A-Za-z]:)?[^:\n]+)$"
)


def read(
    world: World,
    sys_path: Iterable[str],
    prefix: str | None,
    loader: Mapping[str, Any] | None,
    why_not: str,
) -> Blas:
    """Join the loader's answer (``None`` and the reason where it has none) with the copies on disk."""
    sys_path = list(sys_path)
    on_disk = copies(world, sys_path, prefix)
    if loader is None:
        unknown = Missing(why_not)
        crash = _ENDED.match(why_not)
        return Blas(
            libraries=_on_disk(world, on_disk, why_not),
            openmp=unknown,
            errors=[LoadError(package=crash[2], extension=crash[3], message=crash[1])] if crash else unknown,
            examined=unknown,
        )
    problem: str | None = loader.get("problem")
    extensions = [(str(item["package"]), str(item["extension"])) for item in loader.get("examined") or ()]
    brought = {
        package: [os.path.realpath(name) for name in names] for package, names in (loader.get("brought") or {}).items()
    }
    loaded = [path for names in brought.values() for path in names]
    pools: Sequence[Mapping[str, Any]] = loader.get("pools") or ()
    links = Links(world, loaded + [path for pool in pools if (path := _path(pool)) not in loaded])
    libraries = {_path(pool): _told(world, pool) for pool in pools if pool["user_api"] != "openmp"}
    for path in loaded:
        vendor = vendor_of(path)
        if vendor and path not in libraries and not _is_front(vendor, path, links, libraries):
            libraries[path] = _silent(world, vendor, path, links, problem)
    runtimes = [pool for pool in pools if pool["user_api"] == "openmp"]
    everything = [*libraries, *map(_path, runtimes)]
    used_by = users(links, extensions, everything) if loaded else bringers(brought, everything)
    if not loaded:
        used_by = _guess(everything, [package for package, _ in extensions])
    if world.platform == "darwin":  # which lists no mapped files
        used_by |= {path: names for path, names in users(links, extensions, everything).items() if names}
        if linked := [package for package, extension in extensions if _is_linked_to_accelerate(links, extension)]:
            libraries[ACCELERATE] = _accelerate()
            used_by[ACCELERATE] = list(dict.fromkeys(linked))
    if not libraries and extensions:
        libraries = _static(world, extensions)
        used_by |= {path: ["numpy"] for path in libraries}
    rest = {path: owners for path, owners in on_disk.items() if path not in everything}
    why = "not loaded by the packages examined" if problem is None else problem
    complete = [_with(library, used_by=used_by[path]) for path, library in libraries.items()]
    complete += _on_disk(world, rest, why)
    openmp = [_runtime(pool, used_by[_path(pool)]) for pool in runtimes]
    openmp += [_idle(path, owners, why) for path, owners in rest.items() if runtime_of(path)]
    hashed = digests(world, [library.path for library in complete if isinstance(library.bytes, int)])
    errors = [
        _failed(world, {key: str(value) for key, value in error.items()}, prefix)
        for error in loader.get("errors") or ()
    ]
    places = [path for _, path in extensions] + _refused(world, loader)
    unread = [path for path in places if path in world.unread]
    return Blas(
        libraries=[_with(item, sha256=hashed[item.path]) if item.path in hashed else item for item in complete],
        openmp=_hashed(world, openmp) if problem is None else Missing(problem),
        # The loader may have had it from memory: that it loads here and now is no answer.
        errors=errors if errors or not unread else Missing(reason(world.unread[unread[0]], unread[0])),
        examined=list(dict.fromkeys(package for package, _ in extensions)),
        extensions=[extension for _, extension in extensions],
        flushes=_flushed(world, loader) if "flushed" in loader else None,
        built_without=_built_without(world, extensions, complete),
        pinned=Pinned(**loader["pinned"]) if loader.get("pinned") else None,
    )


# What NumPy's `__config__.py` says where its build found no BLAS and was allowed to go on: meson's words, and those of distutils
# (numpy: numpy/__config__.py.in, numpy/distutils/system_info.py).
_NO_BLAS = pattern(
    r"""["']blas["']\s*:\s*\{\s*["']name["']\s*:\s*r?["']none["']|^blas_opt_info\s*=\s*\{\}|^blas_info\s*=\s*\{\}""",
    re.MULTILINE,
)


def _built_without(world: World, extensions: Sequence[tuple[str, str]], libraries: Iterable[Library]) -> str | None:
    """The file in which NumPy says that it was built without a BLAS; asked where it was loaded and brought none."""
    file = next((extension for package, extension in extensions if package == "numpy"), None)
    if file is None or any(library.loaded and "numpy" in library.used_by for library in libraries):
        return None
    folder = file.replace("\\", "/").rpartition("/numpy/")[0]
    config = f"{folder}/numpy/__config__.py"
    text = world.text(config, 100_000)
    return config if isinstance(text, str) and _NO_BLAS.search(text) else None


def _flushed(world: World, loader: Mapping[str, Any]) -> list[Flush]:
    """After what subnormal numbers became zero while the loader's files were mapped, and which of them sets that."""
    told = loader["flushed"]
    if not told:
        return []
    from envdoctor.probe.binaries.start_code import sets_flush_to_zero

    found = [name for path in told["files"] if sets_flush_to_zero(world, name := os.path.realpath(path)) is True]
    after = str(told["after"])
    return [Flush(how="load" if after else "start", what=after, library=name) for name in found or [None]]


def _refused(world: World, loader: Mapping[str, Any]) -> list[str]:
    """The folders of extensions that the patient could not list, which are noted."""
    found = []
    for folder, number in loader.get("refused") or ():
        world.refused(str(folder), OSError(int(number), os.strerror(int(number))))
        found.append(str(folder))
    return found


def _failed(world: World, error: dict[str, str], prefix: str | None) -> LoadError:
    """What the loader said; Windows' names no DLL, so those that are nowhere to be found are named here."""
    if world.platform == "win32" and "Could not find module" in error["message"]:
        from envdoctor.probe.binaries import pe

        extension = error["extension"]
        site = extension.replace("/", "\\").partition(f"\\{error['package']}\\")[0]
        names = world.names(site)
        folders = (
            [os.path.join(site, name) for name in names if name.endswith(".libs")] if isinstance(names, list) else []
        )
        folders += [os.path.join(site, error["package"], ".libs")]
        for root in filter(None, (prefix, _base(world, prefix))):
            folders += [root, os.path.join(root, "DLLs"), os.path.join(root, "Library", "bin")]
        if missing := pe.lacking(world, extension, folders):
            error["message"] = f"{error['message']} Not found: {', '.join(missing)}"
    return LoadError(**error)


def _base(world: World, prefix: str | None) -> str:
    """The folder of the Python that a virtual environment was made from: its DLLs are the environment's, too."""
    text = world.text(os.path.join(prefix, "pyvenv.cfg")) if prefix else None
    found = re.search(r"(?m)^home\s*=\s*(.+?)\s*$", text) if isinstance(text, str) else None
    return found[1] if found else ""


def _path(pool: Mapping[str, Any]) -> str:
    return os.path.realpath(str(pool["filepath"]))


def _is_front(vendor: str, path: str, links: Links, libraries: Mapping[str, Library]) -> bool:
    """Whether ``path`` only stands before a library that is listed (Debian's ``libblas.so.3`` before OpenBLAS)."""
    return any(libraries[other].vendor == vendor for other in links.behind(path) if other in libraries) or (
        vendor in ("mkl", "netlib", "atlas") and any(library.vendor == vendor for library in libraries.values())
    )


def _told(world: World, pool: Mapping[str, Any]) -> Library:
    """A library that answered."""
    threads = pool.get("num_threads")
    path = _path(pool)
    return Library(
        vendor=str(pool["internal_api"]),
        version=pool.get("version"),
        threads=threads if isinstance(threads, int) else NOT_TOLD,
        threading_layer=pool.get("threading_layer"),
        architecture=pool.get("architecture"),
        integers=pool.get("integers"),
        maximum=pool.get("max_threads"),
        path=path,
        bytes=size(world, path),
        used_by=[],
        loaded=True,
    )


def _silent(world: World, vendor: str, path: str, links: Links, problem: str | None) -> Library:
    """A loaded library that has no functions to ask: its file and its links speak for it."""
    unknown = Missing(problem) if problem else NOT_TOLD
    layer, version = _layer(vendor, path, links), file_version(path)
    return Library(
        vendor=vendor,
        version=version or version_within(world, vendor, path) or unknown,
        threads=unknown,
        threading_layer=unknown if isinstance(layer, Missing) else layer,
        architecture=None if vendor in ("netlib", "atlas") else unknown,
        path=path,
        bytes=size(world, path),
        used_by=[],
        loaded=True,
    )


def _layer(vendor: str, path: str, links: Links) -> str | None | Missing:
    """How a silent library makes its threads: by what it imports, and Debian's name of its folder."""
    if vendor == "netlib":
        return None
    folder = os.path.basename(os.path.dirname(path))
    if vendor == "blis" and folder.startswith("blis-"):  # blis-serial imports pthread_create as well
        return {"serial": "disabled", "pthread": "pthreads", "openmp": "openmp"}.get(folder[5:], NOT_TOLD)
    if vendor == "atlas":
        headers = [links.header(item) for item in (path, *links.behind(path)) if "atlas" in item or item == path]
        if all(header is not None and not header.names("pthread_create") for header in headers):
            return "disabled"
    return NOT_TOLD


def _on_disk(world: World, found: Mapping[str, list[str]], why: str) -> list[Library]:
    """What lies there and is not loaded: files of a BLAS, and those that a BLAS is linked into."""
    libraries = []
    for path, owners in found.items():
        if vendor := vendor_of(path):
            libraries.append(_unloaded(world, vendor, path, owners, why))
        elif runtime_of(path) is None and (vendor := static_vendor(world, path)):
            library = _unloaded(world, vendor, path, owners, why)
            libraries.append(_with(library, bytes=Missing(f"a part of {os.path.basename(path)}")))
    return libraries


def _unloaded(world: World, vendor: str, path: str, owners: list[str], why: str) -> Library:
    unknown = Missing(why)
    return Library(
        vendor=vendor,
        version=unknown,
        threads=unknown,
        threading_layer=unknown,
        architecture=unknown,
        integers=unknown,
        maximum=unknown,
        path=path,
        bytes=size(world, path),
        used_by=owners,
        loaded=False,
    )


def _with(library: Library, **changes: Any) -> Library:
    import msgspec

    return msgspec.structs.replace(library, **changes)


def _runtime(pool: Mapping[str, Any], owners: list[str]) -> OpenMP:
    path = _path(pool)
    name = os.path.basename(path)
    threads = pool.get("num_threads")
    return OpenMP(
        runtime=runtime_of(path) or str(pool.get("prefix") or name),
        threads=threads if isinstance(threads, int) else NOT_TOLD,
        path=path,
        used_by=owners,
        loaded=True,
    )


def _idle(path: str, owners: list[str], why: str) -> OpenMP:
    """A run-time on disk."""
    return OpenMP(runtime=runtime_of(path) or "", threads=Missing(why), path=path, used_by=owners, loaded=False)


def _hashed(world: World, runtimes: list[OpenMP]) -> list[OpenMP]:
    import msgspec

    if len(runtimes) < 2:
        return runtimes
    hashed = digests(world, [item.path for item in runtimes])
    return [msgspec.structs.replace(item, sha256=hashed.get(item.path)) for item in runtimes]


def _guess(paths: Iterable[str], examined: list[str]) -> dict[str, list[str]]:
    """Users where neither the memory map nor the links can be read: a wheel's own folder, else NumPy and SciPy."""
    found = {}
    for path in paths:
        parts = path.replace("\\", "/").split("/")
        private = [part[:-5] for part in parts if part.endswith(".libs")]
        private += [parts[at - 1] for at, part in enumerate(parts) if part == ".dylibs" and at]
        found[path] = private or [package for package in ("numpy", "scipy") if package in examined]
    return found


def _static(world: World, extensions: Sequence[tuple[str, str]]) -> dict[str, Library]:
    """Accelerate, which no list of mapped files shows: NumPy's ``__config__.py`` names it."""
    folder = next((extension for package, extension in extensions if package == "numpy"), "").partition("/numpy/")[0]
    text = world.text(f"{folder}/numpy/__config__.py", 100_000) if folder and world.platform == "darwin" else None
    if not isinstance(text, str) or not re.search(r"\baccelerate\b|Accelerate", text):
        return {}
    return {ACCELERATE: _accelerate()}


def _is_linked_to_accelerate(links: Links, extension: str) -> bool:
    from envdoctor.probe.binaries import macho

    header = links.header(extension)
    return isinstance(header, macho.MachO) and header.accelerate


def _accelerate() -> Library:
    return Library(
        vendor="accelerate",
        version=None,
        threads=NOT_TOLD,
        threading_layer=None,
        architecture=None,
        path=ACCELERATE,
        bytes=None,
        used_by=[],
        loaded=True,
    )
