"""GPU003: A package holds GPU code for certain compute capabilities, and the GPU here has none of them."""

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
    UnknownFact,
    accelerators,
    check,
    known,
)
from envdoctor_checks.gpu._devices import build_name, device_name, visible
from envdoctor_checks.gpu._in_the_way import in_the_way
from envdoctor_checks.gpu._machine import WORDS, architecture_verdict, cure, machine, none_known
from envdoctor_checks.gpu._others import rocm_index

GPU003 = Rule("GPU003", "architecture-not-built-in", Severity.ERROR, guide=("pkg-3",), varies=(Severity.WARNING,))


@check(GPU003, given={"gpu.builds": "no package with GPU code is installed"})
def architecture_not_built_in(gpu: Gpu, system: System, patient: Patient, packages: Packages) -> Iterator[Finding]:
    """For each device by itself: a machine may hold an old one and a new one."""
    builds = [build for build in known(gpu.builds) if build.backend in ("cuda", "rocm")]
    if not builds:
        raise NotApplicable("no package with GPU code is installed")
    yield from _rocm(gpu, [build for build in builds if build.backend == "rocm"])
    builds = [build for build in builds if build.backend == "cuda"]
    if not builds:
        return
    devices = [item for item in visible(gpu) if item.usable is not False or isinstance(item.compute_capability, str)]
    if not devices:
        raise NotApplicable("the GPU can't be used at all (see GPU007, GPU008)")
    here = machine(gpu, system, patient, devices)
    unread: list[Missing] = []
    for build in builds:
        if isinstance(build.architectures, Missing):
            unread.append(build.architectures)
            continue
        seen: set[tuple[str, str]] = set()
        another = any(_fits(item, build, here) for item in devices)
        for device in devices:
            capability = device.compute_capability
            if isinstance(capability, Missing):
                unread.append(capability)
            elif capability is not None and (device_name(device), capability) not in seen:
                seen.add((device_name(device), capability))
                said = architecture_verdict(build, capability, here)
                if said is not None and not said.runs and said.cause != accelerators.PTX:
                    yield _not_built_in(build, device, said.cause, here, packages, another)
    if unread:
        raise UnknownFact(unread[0].reason)


def _fits(device: Device, build: Build, here: accelerators.Machine) -> bool:
    capability = device.compute_capability
    said = architecture_verdict(build, capability, here) if isinstance(capability, str) else None
    return device.usable is True and said is not None and said.runs


def _not_built_in(
    build: Build, device: Device, cause: str, here: accelerators.Machine, packages: Packages, another: bool
) -> Finding:
    """``cause``: whether the device is older or newer than all that the build has code for, or neither.

    ``another`` GPU of this machine does fit: this one may be there for the display. A build for one of two that
    no build serves together cures nothing, so then there is nothing but hiding one.
    """
    capability, architectures = str(device.compute_capability), known(build.architectures)
    ways: tuple[Remedy, ...] = cure(build, here, in_the_way(build, packages))
    hide = Manual(WORDS.format(f"the {device_name(device)}"))
    if another:
        ways = (*ways, hide) if accelerators.newest(accelerators.stem(build.package), here) else (hide,)
    why = {
        accelerators.OLDER: "The build has dropped devices this old.",
        accelerators.NEWER: "The build does not know this device.",
    }
    has = " ".join(architectures) or f"CUDA {build.cuda}, which begins at a newer compute capability"
    return Finding(
        GPU003,
        f"{build.package} on {device_name(device)}",
        (
            Evidence("GPU", f"{device_name(device)}, compute capability {capability}"),
            Evidence("built for", f"{build_name(build)}: {has}"),
        ),
        f"{build.package} has no code for the {device_name(device)} (compute capability {capability})",
        'Programs that use this GPU stop with "no kernel image is available for execution on the device". '
        + why.get(cause, "The build has code for others only."),
        own_severity=Severity.WARNING if another else None,
        remedies=ways,
        nothing_to_do="" if ways else f"nothing is offered: {none_known(build.package, here)}.",
    )


def _rocm(gpu: Gpu, builds: list[Build]) -> Iterator[Finding]:
    """AMD's architectures are exact: ``gfx1100`` is no ``gfx1103``."""
    for build in builds:
        listed = build.architectures if isinstance(build.architectures, list) else []
        names = {word.partition(":")[0] for word in listed}
        cards = [
            item for item in known(gpu.devices) if item.vendor == "amd" and item.usable is True and item.architecture
        ]
        if not names or not cards or any(item.architecture in names for item in cards):
            continue
        device = cards[0]
        ways = rocm_index(str(device.architecture))
        yield Finding(
            GPU003,
            f"{build.package} on {device.architecture}",
            (
                Evidence("GPU", f"{device_name(device)}, {device.architecture}"),
                Evidence("built for", f"{build_name(build)}: {' '.join(listed)}"),
            ),
            f"{build.package} has no code for the {device.architecture}",
            'Programs that use this GPU stop with "invalid device function", or a library of ROCm does not find its data.',
            remedies=(Manual(ways),) if ways else (),
            nothing_to_do=""
            if ways
            else f"nothing is offered: no ROCm build that is known has code for {device.architecture}.",
        )
