"""The graphics processors: do hardware, driver and the installed builds fit together?"""

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
from envdoctor_checks.gpu_fit import (
    DOES_NOT_FIT,
    FITS,
    LIMITED,
    architecture_fit,
    best_major,
    current,
    driver_fit,
    for_rocm,
    minimum_driver,
    numbers,
)

GUIDE = ("rec-9", "pkg-3")
GPU001 = Rule("GPU001", "cpu-build-on-gpu-machine", Severity.WARNING, guide=GUIDE)
GPU002 = Rule("GPU002", "cuda-newer-than-driver", Severity.ERROR, guide=("pkg-3",), varies=(Severity.INFO,))


def nvidia(gpu: Gpu) -> list[Device]:
    """NVIDIA's devices. Raises `NotApplicable` where there is none, `UnknownFact` where that is not known."""
    devices = [device for device in known(gpu.devices) if device.vendor == "nvidia"]
    if not devices:
        raise NotApplicable("no NVIDIA GPU here")
    return devices


def visible(gpu: Gpu) -> list[Device]:
    """Those of them that CUDA_VISIBLE_DEVICES leaves. Raises `NotApplicable` where there is none, as `nvidia` does."""
    devices = nvidia(gpu)
    if gpu.hidden is not None:
        raise NotApplicable(f"the GPU is hidden on purpose ({gpu.hidden})")
    return [device for device in devices if not device.hidden]


def usable(gpu: Gpu) -> list[Device]:
    """Those of them that programs can use; otherwise `NotApplicable`: why not is another rule's matter."""
    devices = visible(gpu)
    found = [device for device in devices if device.usable is True]
    if not found:
        for device in devices:
            known(device.usable)
        raise NotApplicable("the GPU can't be used at all (see GPU007, GPU008)")
    return found


def device_name(device: Device) -> str:
    label = device.name if isinstance(device.name, str) else f"an {device.vendor.upper()} GPU"
    return f"{label}, split (MIG)" if device.mig else label


def build_name(build: Build) -> str:
    return f"{build.package} {build.version}" if isinstance(build.version, str) else build.package


def driver_cuda(gpu: Gpu) -> str | None:
    """The CUDA version of the libcuda that loads; ``None`` where none does."""
    return known(gpu.cuda_driver_version)


@check(GPU001)
def cpu_build(gpu: Gpu, system: System) -> Iterator[Finding]:
    """JAX without its plug-in is GPU004's; conda's jaxlib has CUDA built in or not."""
    built = known(gpu.builds)
    cpu = [build for build in built if build.backend == "cpu" and _could_have(build, built)]
    if not built:
        raise NotApplicable("no package that knows of GPUs is installed")
    if not cpu:
        for build in built:
            known(build.backend)
        if not any(device.vendor in ("nvidia", "amd") for device in known(gpu.devices)):
            raise NotApplicable("no NVIDIA or AMD GPU here")
        return
    amd = for_rocm(known(gpu.devices))
    devices = amd or current(usable(gpu))
    for build in cpu:
        if amd and build.package != "torch":
            continue
        evidence = [Evidence("GPU", device_name(devices[0])), Evidence("build", f"{build_name(build)}, CPU only")]
        if build.build:
            evidence.append(Evidence("conda build", build.build))
        if build.file:
            evidence.append(Evidence("read in", build.file))
        yield Finding(
            GPU001,
            build.package,
            tuple(evidence),
            f"{build.package} is built for the CPU only, and this machine has a GPU it could use",
            f"{build.package} will never touch the GPU, without an error: it computes on the processor.",
            remedies=_for_gpu(build, gpu, system, bool(amd)),
        )


def _could_have(build: Build, built: list[Build]) -> bool:
    if build.package in ("torch", "tensorflow"):
        return True
    others = any(other.package.startswith("jax-") for other in built)
    return build.package == "jaxlib" and build.build is not None and not others


def _for_gpu(build: Build, gpu: Gpu, system: System, amd: bool) -> tuple[InstallBuild | Manual, ...]:
    if amd:
        return (Manual("install PyTorch's ROCm build: https://pytorch.org/get-started/locally/ gives the command"),)
    if build.package == "tensorflow" and system.platform == "win32":
        return (Manual("TensorFlow uses GPUs on Windows within WSL 2 only: install it there"),)
    cuda = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else ""
    return (InstallBuild(build.package, cuda),)


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
                severity=Severity.INFO,
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
