"""GPU001: This machine has a GPU that programs can use, and PyTorch, TensorFlow or conda's JAX is a build for the
processor only.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Build,
    Device,
    Evidence,
    Finding,
    Gpu,
    Manual,
    Missing,
    NotApplicable,
    Packages,
    Patient,
    Remedy,
    Rule,
    Severity,
    System,
    accelerators,
    check,
    known,
)
from envdoctor_checks.gpu._devices import build_name, device_name, usable
from envdoctor_checks.gpu._in_the_way import in_the_way
from envdoctor_checks.gpu._machine import cure, machine, none_known
from envdoctor_checks.gpu._others import for_rocm, rocm_index

GUIDE = ("rec-9", "pkg-3")
GPU001 = Rule("GPU001", "cpu-build-on-gpu-machine", Severity.WARNING, guide=GUIDE)


@check(GPU001, given={"gpu.builds": "no package that knows of GPUs is installed"})
def cpu_build(
    gpu: Gpu, system: System, patient: Patient, packages: Packages | Missing | None = None
) -> Iterator[Finding]:
    """JAX without its plug-in is GPU004's; conda's jaxlib has CUDA built in or not."""
    built = known(gpu.builds)
    cpu = [build for build in built if build.backend == "cpu" and _could_have(build, built)]
    if not cpu:
        for build in built:
            known(build.backend)
        if not any(device.vendor in ("nvidia", "amd") for device in known(gpu.devices)):
            raise NotApplicable("no NVIDIA or AMD GPU here")
        return
    amd = for_rocm(known(gpu.devices))
    if amd:
        for build in cpu:
            if build.package == "torch":
                yield _finding(build, amd[0], (Manual(rocm_index(amd[0].architecture or "")),))
        return
    devices = usable(gpu)
    here = machine(gpu, system, patient, devices)
    missed = ""
    for build in cpu:
        ways = cure(build, here, in_the_way(build, packages)) or _newer_driver(build, here)
        if ways:
            offer, served = accelerators.best(accelerators.stem(build.package), here)
            able = [item for item in devices if not offer or item.compute_capability in (*served, None)]
            yield _finding(build, (able or devices)[0], ways)
        else:
            missed = none_known(build.package, here)
    if missed:
        raise NotApplicable(missed)


def _finding(build: Build, device: Device, ways: tuple[Remedy, ...]) -> Finding:
    evidence = [Evidence("GPU", device_name(device)), Evidence("build", f"{build_name(build)}, CPU only")]
    if build.build:
        evidence.append(Evidence("conda build", build.build))
    if build.file:
        evidence.append(Evidence("read in", build.file))
    return Finding(
        GPU001,
        build.package,
        tuple(evidence),
        f"{build.package} is built for the CPU only, and this machine has a GPU it could use",
        f"{build.package} will never touch the GPU, without an error: it computes on the processor.",
        remedies=ways,
    )


def _newer_driver(build: Build, here: accelerators.Machine) -> tuple[Manual, ...]:
    """Where a newer driver is what a build would need."""
    wanted = accelerators.driver_wanted(accelerators.stem(build.package), here)
    if wanted is None:
        return ()
    driver, offer = wanted
    return (
        Manual(
            f"update the NVIDIA driver to {driver} or newer, then install a build of {build.package} for CUDA "
            f"{offer.cuda}: this driver is too old for every build that is known"
        ),
    )


def _could_have(build: Build, built: list[Build]) -> bool:
    if build.package in ("torch", "tensorflow"):
        return True
    others = any(other.package.startswith("jax-") for other in built)
    return build.package == "jaxlib" and build.build is not None and not others
