"""What the installed packages were compiled for, read from their files: none is ever imported.

Where each tells it, as seen in the wheels themselves: ``torch/version.py`` (its metadata is not enough: PyPI's says
2.15.0 where the file says 2.15.0+cu132), ``tensorflow/python/platform/build_info.py``, ``cupy/.data/_wheel.json``,
``onnxruntime/capi/build_and_package_info.py``; JAX by the names of its plug-ins; conda by its build strings.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from envdoctor.facts.base import Missing
from envdoctor.facts.gpu import Build, CudaWheel
from envdoctor.facts.packages import Distribution
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.gpu.architectures import compiled_into
from envdoctor.probe.gpu.conda_builds import CONDA, parse_build_string, records
from envdoctor.probe.gpu.constants import constants
from envdoctor.probe.world import World

TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel", "tensorflow-macos", "tf-nightly")
ONNXRUNTIME = ("onnxruntime-gpu", "onnxruntime", "onnxruntime-training", "onnxruntime-rocm")
CUPY = ("cupy-cuda", "cupy-rocm")  # cupy-xarray and the like only use it
_JAX_PLUGIN = pattern(r"jax-(cuda|rocm)(\d+)-plugin$")
_JAX_MODULE = pattern(r"xla_(cuda|rocm)(\d+)$")
_RAPIDS = pattern(r"(cudf|cuml|cugraph|cuspatial|cucim|cuvs|rmm)-cu(\d+)$")
_WHEEL = pattern(r"nvidia-.*-cu(\d+)$")
_LOCAL_CUDA = pattern(r"\+cuda(\d+)")


class Site:
    """The first distribution of each name, and conda's records by name: version and build string."""

    def __init__(self, world: World, distributions: Iterable[Distribution], prefix: str | None, system: str) -> None:
        self.world = world
        self.system = system  # "darwin-arm64", or sys.platform's word
        self.first: dict[str, Distribution] = {}
        for distribution in distributions:
            self.first.setdefault(distribution.key, distribution)
        self.conda = records(world, prefix)
        self.library = f"{prefix}/lib" if prefix else ""


def read(site: Site) -> list[Build]:
    """One build for each package that knows of accelerators."""
    builds = []
    if distribution := site.first.get("torch"):
        builds.append(_torch(site, distribution))
    for name in TENSORFLOW:
        if distribution := site.first.get(name):
            builds.append(_tensorflow(site, distribution))
            break
    if distribution := site.first.get("jaxlib"):
        builds += _jax(site, distribution)
    builds += [_cupy(site, item) for key, item in site.first.items() if key == "cupy" or key.startswith(CUPY)]
    builds += _rapids(site)
    if distribution := site.first.get("numba-cuda"):
        builds.append(_numba(site, distribution))
    for name in ONNXRUNTIME:
        if distribution := site.first.get(name):
            builds.append(_onnxruntime(site, distribution))
            break
    return builds


def wheels(site: Site) -> list[CudaWheel]:
    """The ``nvidia-*`` distributions in both naming schemes: ``…-cu12``, and unsuffixed since CUDA 13."""
    found = []
    for key, item in site.first.items():
        if key.startswith("nvidia-") and key != "nvidia-ml-py":
            suffix = _WHEEL.match(key)
            major = suffix.group(1) if suffix else None
            if major is None and site.world.is_dir(f"{item.location}/nvidia/cu13"):
                major = "13"
            found.append(CudaWheel(name=item.name, version=item.version, cuda=major))
    return found


def _module(site: Site, path: str) -> dict[str, Any] | Missing:
    text = site.world.text(path, 200_000)
    if text is None:
        return Missing(f"{path}: no such file")
    if isinstance(text, Missing):
        return text
    try:
        return constants(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Missing(f"{path}: {error}")


def _unread(package: str, item: Distribution, why: Missing, path: str) -> Build:
    return Build(package=package, version=item.version, cuda=why, architectures=why, backend=why, file=path)


def _torch(site: Site, item: Distribution) -> Build:
    path = f"{item.location}/torch/version.py"
    said = _module(site, path)
    build = _conda_build(site, "torch")
    if isinstance(said, Missing):
        return _unread("torch", item, said, path)
    cuda, hip, xpu = said.get("cuda"), said.get("hip"), said.get("xpu")
    version = said.get("__version__") or item.version
    backend = "cuda" if cuda else "rocm" if hip else "xpu" if xpu else "cpu"
    if backend == "cpu" and site.system == "darwin-arm64":
        backend = "metal"  # every macOS wheel for Apple silicon has it
    architectures: list[str] | Missing = []
    if backend in ("cuda", "rocm"):
        architectures = compiled_into(site.world, f"{item.location}/torch/lib")
    return Build(
        package="torch",
        version=version,
        cuda=cuda,
        architectures=architectures,
        backend=backend,
        rocm=hip,
        build=build,
        file=path,
    )


def _tensorflow(site: Site, item: Distribution) -> Build:
    path = f"{item.location}/tensorflow/python/platform/build_info.py"
    said = _module(site, path)
    info = said.get("build_info") if isinstance(said, dict) else said
    build = _conda_build(site, "tensorflow")
    if isinstance(info, list):
        info = {pair[0]: pair[1] for pair in info if isinstance(pair, list) and len(pair) == 2}
    if not isinstance(info, dict):
        info = info if isinstance(info, Missing) else Missing(f"{path}: no build_info in it")
        return _unread("tensorflow", item, info, path)
    cuda: str | None | Missing = None
    if info.get("is_cuda_build"):
        cuda = str(info.get("cuda_version") or "") or Missing(f"{path}: no cuda_version")
    backend = "cuda" if info.get("is_cuda_build") else "rocm" if info.get("is_rocm_build") else "cpu"
    if backend == "cpu" and "tensorflow-metal" in site.first:
        backend = "metal"
    return Build(
        package="tensorflow",
        version=item.version,
        cuda=cuda,
        architectures=[str(word) for word in info.get("cuda_compute_capabilities") or ()],
        backend=backend,
        build=build,
        file=path,
    )


def _jax(site: Site, item: Distribution) -> list[Build]:
    """jaxlib, which knows the CPU, and its plug-ins; conda's jaxlib and those before 0.4.26 have CUDA built in.

    Versions are those that the modules say, which JAX compares; a plug-in counts by its files, with or without metadata,
    and has a ``file`` where its other half below ``jax_plugins`` is there, too.
    """
    build = _conda_build(site, "jaxlib")
    version = item.version if isinstance(item.version, str) else ""
    local = _LOCAL_CUDA.search(version)
    cuda = _conda_cuda(build) or (local.group(1) if local else None)
    builds = [
        Build(
            package="jaxlib",
            version=constant_version(site, f"{item.location}/jaxlib/version.py") or item.version,
            cuda=cuda,
            architectures=[],
            backend="cuda" if cuda else "cpu",
            build=build,
        )
    ]
    plugins = {key: plugin for key, plugin in site.first.items() if _JAX_PLUGIN.match(key)}
    names = site.world.names(f"{item.location}/jax_plugins")
    modules = [_JAX_MODULE.match(name) for name in names] if isinstance(names, list) else []
    there = [f"jax-{match[1]}{match[2]}-plugin" for match in modules if match]
    for key in dict.fromkeys((*plugins, *(key for key in there if _holds(site, item.location, key)))):
        match = _JAX_PLUGIN.match(key)
        kind, number = match.groups() if match else ("cuda", "")
        path = f"{item.location}/{key.replace('-', '_')}/version.py"
        said = constant_version(site, path)
        plugin = plugins.get(key)
        builds.append(
            Build(
                package=plugin.name if plugin else key,
                version=said or (plugin.version if plugin else Missing(f"{path}: no version in it")),
                cuda=number if kind == "cuda" else None,
                architectures=[],
                backend=kind,
                rocm=number if kind == "rocm" else None,
                file=path if said and key in there else None,
            )
        )
    if "jax-metal" in site.first:
        metal = site.first["jax-metal"]
        builds.append(Build(package="jax-metal", version=metal.version, cuda=None, architectures=[], backend="metal"))
    return builds


def _holds(site: Site, location: str, key: str) -> bool:
    """Whether the module of a plug-in is there, whose other half lies below ``jax_plugins``."""
    return site.world.is_dir(f"{location}/{key.replace('-', '_')}")


def constant_version(site: Site, path: str) -> str | None:
    """The version that a module says of itself by a constant; ``None`` where there is none."""
    said = _module(site, path) if site.world.is_file(path) else {}
    if not isinstance(said, dict):
        return None
    found = (said.get(name) for name in ("_release_version", "__version__", "_version"))
    return next((word for word in found if isinstance(word, str)), None)


def _rapids(site: Site) -> list[Build]:
    """RAPIDS by the names of its distributions: ``cudf-cu13`` is for CUDA 13."""
    found = [(match, item) for key, item in site.first.items() if (match := _RAPIDS.match(key))]
    above = [pair for pair in found if pair[0][1] != "rmm"]  # which the others bring
    return [
        Build(package=item.name, version=item.version, cuda=match[2], architectures=[], backend="cuda")
        for match, item in above or found
    ]


def _cupy(site: Site, item: Distribution) -> Build:
    """CuPy compiles its kernels when they run, so it has no list of architectures."""
    import json

    path = f"{item.location}/cupy/.data/_wheel.json"
    text = site.world.text(path, 100_000)
    cuda: str | None | Missing = None
    named = re.match(r"cupy-cuda(\d+?)(\d|x)$", item.key)
    if named:
        cuda = named.group(1) if named.group(2) == "x" else f"{named.group(1)}.{named.group(2)}"
    elif "rocm" not in item.key:
        cuda = _conda_cuda(_conda_build(site, "cupy")) or Missing(f"{path}: no such file")
        if isinstance(text, str):
            try:
                cuda = str(json.loads(text).get("cuda") or "").replace(".x", "") or cuda
            except (ValueError, AttributeError, RecursionError) as error:
                cuda = Missing(f"{path}: {error}")
    return Build(
        package=item.name,
        version=item.version,
        cuda=cuda,
        architectures=[],
        backend="rocm" if "rocm" in item.key else "cuda",
        build=_conda_build(site, "cupy"),
        file=path if isinstance(text, str) else None,
    )


def _numba(site: Site, item: Distribution) -> Build:
    """numba-cuda is for the major version of CUDA that its bindings are for; their minor version says nothing of it."""
    bindings = site.first.get("cuda-bindings")
    version = bindings.version if bindings else Missing("numba-cuda: cuda-bindings is not installed")
    cuda = version if isinstance(version, Missing) else version.partition(".")[0]
    return Build(package="numba-cuda", version=item.version, cuda=cuda, architectures=[], backend="cuda")


def _onnxruntime(site: Site, item: Distribution) -> Build:
    path = f"{item.location}/onnxruntime/capi/build_and_package_info.py"
    said = _module(site, path)
    cuda: str | None | Missing = said if isinstance(said, Missing) else (said.get("cuda_version") or None)
    if item.key == "onnxruntime" and isinstance(said, Missing):
        cuda = None
    backend = "rocm" if "rocm" in item.key else "cpu" if cuda is None else "cuda"
    return Build(package=item.name, version=item.version, cuda=cuda, architectures=[], backend=backend, file=path)


def _conda_build(site: Site, package: str) -> str | None:
    names: Sequence[str] = CONDA.get(package, (package,))
    return next((site.conda[name][1] for name in names if name in site.conda), None)


def _conda_cuda(build: str | None) -> str | None:
    return parse_build_string(build) if build else None
