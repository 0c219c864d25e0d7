"""GPU001: This machine has a GPU that programs can use, and PyTorch, TensorFlow or conda's JAX is a build for the
processor only.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Build,
    Evidence,
    Finding,
    Gpu,
    InstallBuild,
    Manual,
    NotApplicable,
    Rule,
    Severity,
    System,
    check,
    known,
)
from envdoctor_checks.gpu._devices import build_name, device_name, usable
from envdoctor_checks.gpu._fit import current, for_rocm

GUIDE = ("rec-9", "pkg-3")
GPU001 = Rule("GPU001", "cpu-build-on-gpu-machine", Severity.WARNING, guide=GUIDE)


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
