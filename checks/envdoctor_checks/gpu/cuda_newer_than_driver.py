"""GPU002: A package is built for a newer CUDA than the NVIDIA driver supports."""

from collections.abc import Iterator

from envdoctor.api import (
    Build,
    Device,
    Evidence,
    Finding,
    Gpu,
    InstallBuild,
    Manual,
    Missing,
    NotApplicable,
    Rule,
    Severity,
    System,
    UnknownFact,
    check,
    known,
)
from envdoctor_checks.gpu._devices import build_name, visible
from envdoctor_checks.gpu._fit import (
    DOES_NOT_FIT,
    FITS,
    LIMITED,
    architecture_fit,
    best_major,
    driver_fit,
    minimum_driver,
    numbers,
)

GPU002 = Rule("GPU002", "cuda-newer-than-driver", Severity.ERROR, guide=("pkg-3",), varies=(Severity.INFO,))


def driver_cuda(gpu: Gpu) -> str | None:
    """The CUDA version of the libcuda that loads; ``None`` where none does."""
    return known(gpu.cuda_driver_version)


@check(GPU002)
def cuda_newer_than_driver(gpu: Gpu, system: System) -> Iterator[Finding]:
    """By the CUDA version of the libcuda that loads (`cuda-compat` counts), without it by the driver's version."""
    builds = [build for build in known(gpu.builds) if build.backend == "cuda"]
    if not builds:
        raise NotApplicable("no package built for CUDA is installed")
    devices = visible(gpu)
    offered = driver_cuda(gpu)
    driver = gpu.driver if offered and isinstance(gpu.driver, Missing) else known(gpu.driver)
    if not offered and not driver:
        raise NotApplicable("no driver (GPU008)")
    text = driver if isinstance(driver, str) else None
    windows = system.platform == "win32"
    unread = [build.cuda for build in builds if isinstance(build.cuda, Missing)]
    for build in builds:
        fit = driver_fit(build.cuda, offered, text, windows) if isinstance(build.cuda, str) else None
        if fit is None or fit.verdict == FITS:
            continue
        says = f"{text or 'version unknown'}" + (f", for CUDA up to {offered}" if offered else "")
        evidence = (Evidence("build", f"{build_name(build)} for CUDA {build.cuda}"), Evidence("driver", says))
        if fit.verdict == LIMITED:
            yield Finding(
                GPU002,
                build.package,
                evidence,
                f"{build.package} is built for CUDA {build.cuda}, the driver is for {offered}: it works, with limits",
                "Within one major version older drivers run newer builds; code that is compiled when it runs, "
                "and features new in the build's version, may be missing.",
                own_severity=Severity.INFO,
                nothing_to_do="unless a feature is missed; a newer driver removes the limits.",
            )
        elif fit.verdict == DOES_NOT_FIT:
            yield _too_new(build, gpu, devices, evidence, windows)
    if unread:
        raise UnknownFact(unread[0].reason)


def _too_new(build: Build, gpu: Gpu, devices: list[Device], evidence: tuple[Evidence, ...], windows: bool) -> Finding:
    cuda = str(build.cuda)
    offered = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else None
    major = best_major(offered, gpu.driver if isinstance(gpu.driver, str) else None, windows)
    minimum = minimum_driver(numbers(cuda)[0], windows) or f"one for CUDA {cuda}"
    place = "on Windows, not within WSL" if gpu.wsl else "on the host, not in the container" if gpu.container else ""
    ways: list[InstallBuild | Manual] = []
    if not all(_too_old(build, device) for device in devices):  # a driver would not help those
        ways.append(Manual(" ".join(filter(None, (f"update the NVIDIA driver to {minimum} or newer", place)))))
    if major is not None:
        package = "jaxlib" if build.package.startswith("jax-") else build.package  # the plug-ins come with JAX's extras
        ways.append(InstallBuild(package, offered or str(major)))
    return Finding(
        GPU002,
        build.package,
        evidence,
        f"{build.package} is built for CUDA {cuda}, which the NVIDIA driver is too old for",
        f"{build.package} finds no usable GPU: it stops with an error, or computes on the processor.",
        remedies=tuple(ways),
    )


def _too_old(build: Build, device: Device) -> bool:
    if not isinstance(device.compute_capability, str) or not isinstance(build.architectures, list):
        return False
    fit = architecture_fit(device.compute_capability, build.architectures)
    return fit is not None and fit.verdict == DOES_NOT_FIT
