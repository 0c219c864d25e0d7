"""GPU014: A package is built for the GPUs of one maker, and the machine has only another's."""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import (
    Evidence,
    Finding,
    Gpu,
    Manual,
    NotApplicable,
    Patient,
    Remedy,
    Rule,
    Severity,
    System,
    check,
    known,
    table,
)
from envdoctor_checks.gpu._devices import build_name, device_name
from envdoctor_checks.gpu._machine import cure, machine
from envdoctor_checks.gpu._others import rocm_index

GPU014 = Rule("GPU014", "built-for-another-accelerator", Severity.WARNING, guide=("pkg-3",))
MAKERS = {"cuda": "nvidia", "rocm": "amd", "xpu": "intel"}
WORDS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}


@check(GPU014, given={"gpu.builds": "no PyTorch for GPUs is installed"})
def built_for_another_accelerator(gpu: Gpu, system: System, patient: Patient) -> Iterator[Finding]:
    """A build for a GPU that is not here runs on the processor; where there is none at all, nothing is amiss.

    PyPI's PyTorch is for NVIDIA: beside a display adapter of another maker that no build could use, it is right.
    """
    builds = [build for build in known(gpu.builds) if build.package == "torch" and build.backend in MAKERS]
    if not builds:
        raise NotApplicable("no PyTorch for GPUs is installed")
    devices = known(gpu.devices)
    if not devices:
        raise NotApplicable("no GPU here")
    for build in builds:
        maker = MAKERS[str(build.backend)]
        if any(item.vendor == maker for item in devices):
            continue
        for item in devices:
            ways: tuple[Remedy, ...] = ()
            if item.vendor == "nvidia" and item.usable is True:
                ways = cure(build, machine(gpu, system, patient, [card for card in devices if card.vendor == "nvidia"]))
            elif item.vendor == "amd" and item.source == "kfd" and (words := rocm_index(item.architecture or "")):
                ways = (Manual(words),)
            elif item.vendor == "intel" and item.usable is True:
                ways = (Manual(xpu_index()),)
            if ways:
                yield Finding(
                    GPU014,
                    build.package,
                    (
                        Evidence("GPU", device_name(item)),
                        Evidence("build", f"{build_name(build)}, for GPUs of {WORDS[maker]}"),
                        *([Evidence("read in", build.file)] if build.file else []),
                    ),
                    f"{build.package} is built for GPUs of {WORDS[maker]}, and this machine has one of {WORDS[item.vendor]}",
                    f"{build.package} finds no GPU: it computes on the processor, or stops.",
                    remedies=ways,
                )
                break


class XpuBuild(Struct, frozen=True):
    """PyTorch's build for Intel: where it is."""

    index: str


def xpu_index() -> str:
    row = table("gpu_builds", "xpu", XpuBuild)[0]
    return f"install PyTorch's build for Intel: pip install --force-reinstall torch --index-url {row.index}"
