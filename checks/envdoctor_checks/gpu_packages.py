"""The packages that bring CUDA: complete, of one piece, and found where they are looked for?"""

from collections.abc import Iterator

from envdoctor.api import (
    Build,
    Evidence,
    Finding,
    Gpu,
    Install,
    InstallBuild,
    NotApplicable,
    Packages,
    Replace,
    Rule,
    Severity,
    System,
    check,
    known,
    table,
)
from envdoctor_checks.gpu import usable
from envdoctor_checks.gpu_fit import best_major

GPU004 = Rule("GPU004", "jax-without-plugin", Severity.WARNING, guide=("pkg-3",))
GPU009 = Rule("GPU009", "several-cupy", Severity.ERROR, guide=("pkg-5",))
GPU011 = Rule("GPU011", "tensorflow-without-cuda-libraries", Severity.WARNING, guide=("pkg-3",))


def _builds(gpu: Gpu, start: str) -> list[Build]:
    return [build for build in known(gpu.builds) if build.package.startswith(start)]


@check(GPU004)
def jax_without_plugin(gpu: Gpu, packages: Packages, system: System) -> Iterator[Finding]:
    jaxlib = next(iter(_builds(gpu, "jaxlib")), None)
    if jaxlib is None:
        raise NotApplicable("JAX is not installed")
    if system.platform == "win32":
        raise NotApplicable("JAX has no CUDA builds for Windows")
    usable(gpu)
    plugins = [build for build in _builds(gpu, "jax-") if build.backend == "cuda"]
    if not plugins and jaxlib.backend == "cpu" and jaxlib.build is None:
        driver = gpu.driver if isinstance(gpu.driver, str) else None
        offered = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else None
        major = best_major(offered, driver)
        yield Finding(
            GPU004,
            "jaxlib",
            (Evidence("installed", f"jaxlib {jaxlib.version}"), Evidence("plug-in", "no jax-cuda…-plugin")),
            "JAX has no CUDA plug-in, and this machine has a GPU it could use",
            "jaxlib by itself knows the CPU only; JAX says so in a warning at most.",
            remedies=(InstallBuild("jaxlib", str(major) if major else ""),),
        )
    versions = {item.key: item.version for item in reversed(packages.distributions)}
    for plugin in plugins:
        other = plugin.package.lower().replace("_", "-").replace("-plugin", "-pjrt")
        found = versions.get(other)
        if found is None or (isinstance(found, str) and found != plugin.version):
            yield Finding(
                GPU004,
                plugin.package,
                (Evidence("plug-in", f"{plugin.package} {plugin.version}"), Evidence(other, str(found or "missing"))),
                f"{plugin.package} and {other} are of different versions"
                if found
                else f"{plugin.package} is installed without {other}",
                "The two are halves of one thing, released together; JAX finds no GPU with halves that don't match.",
                remedies=(Install((f"{other}=={plugin.version}",)),),
            )


@check(GPU009)
def several_cupy(gpu: Gpu, packages: Packages) -> Iterator[Finding]:
    found = list(dict.fromkeys(item.name for item in packages.distributions if _is_cupy(item.key)))
    if not found:
        raise NotApplicable("CuPy is not installed")
    if not any(device.vendor in ("nvidia", "amd") for device in known(gpu.devices)):
        raise NotApplicable("no GPU here")
    if len(found) > 1:
        rows = table("gpu")["on_pypi"]
        fitting = [row["requirement"] for row in rows if row["package"] == "cupy" and str(row["major"]) == _major(gpu)]
        wanted = fitting[0] if fitting else found[0]
        yield Finding(
            GPU009,
            "CuPy",
            (Evidence("installed", ", ".join(found)),),
            f"{len(found)} distributions of CuPy are installed: {', '.join(found)}",
            "All of them are the one package `cupy`: they have overwritten each other's files.",
            remedies=(
                Replace(tuple(found), (wanted,), title="remove all of them, then install the one for this driver"),
            ),
        )


def _is_cupy(key: str) -> bool:
    return key == "cupy" or key.startswith(("cupy-cuda", "cupy-rocm"))


def _major(gpu: Gpu) -> str:
    offered = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else None
    return str(best_major(offered, gpu.driver if isinstance(gpu.driver, str) else None) or "")


@check(GPU011)
def tensorflow_without_cuda_libraries(gpu: Gpu) -> Iterator[Finding]:
    tensorflow = next((build for build in _builds(gpu, "tensorflow") if build.backend == "cuda"), None)
    if tensorflow is None:
        raise NotApplicable("no TensorFlow with CUDA is installed")
    usable(gpu)
    if tensorflow.build or gpu.toolkits or any("cudnn" in item.name or "cublas" in item.name for item in gpu.libraries):
        return
    yield Finding(
        GPU011,
        "tensorflow",
        (
            Evidence("build", f"tensorflow {tensorflow.version} for CUDA {tensorflow.cuda}"),
            Evidence("CUDA libraries", "neither nvidia-* distributions nor a toolkit"),
        ),
        "TensorFlow is built for CUDA, and the CUDA libraries are not installed",
        'It says "Cannot dlopen some GPU libraries" and computes on the processor.',
        remedies=(Install(("tensorflow[and-cuda]",)),),
    )
