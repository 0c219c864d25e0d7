"""GPU003: A package holds GPU code for certain compute capabilities, and the GPU here has none of them."""

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
    UnknownFact,
    check,
    known,
    table,
)
from envdoctor_checks.gpu._devices import build_name, device_name, visible
from envdoctor_checks.gpu._fit import DOES_NOT_FIT, architecture_fit, numbers

GPU003 = Rule("GPU003", "architecture-not-built-in", Severity.ERROR, guide=("pkg-3",), varies=(Severity.WARNING,))
HIDE = "if it is there for the display, hide it from programs: CUDA_VISIBLE_DEVICES names those that they may use"


@check(GPU003)
def architecture_not_built_in(gpu: Gpu) -> Iterator[Finding]:
    """For each device by itself: a machine may hold an old one and a new one."""
    builds = [build for build in known(gpu.builds) if build.backend == "cuda" and build.architectures]
    if not builds:
        raise NotApplicable("no package with compiled GPU code is installed")
    devices = [item for item in visible(gpu) if item.usable is not False or isinstance(item.compute_capability, str)]
    if not devices:
        raise NotApplicable("the GPU can't be used at all (see GPU007, GPU008)")
    unread: list[Missing] = []
    for build in builds:
        if isinstance(build.architectures, Missing):
            unread.append(build.architectures)
            continue
        seen: set[tuple[str, str]] = set()
        another = any(_fits(item, build.architectures) for item in devices)
        for device in devices:
            capability = device.compute_capability
            if isinstance(capability, Missing):
                unread.append(capability)
            elif capability is not None and (device_name(device), capability) not in seen:
                seen.add((device_name(device), capability))
                fit = architecture_fit(capability, build.architectures)
                if fit and fit.verdict == DOES_NOT_FIT:
                    yield _not_built_in(build, device, fit.reason, gpu, another)
    if unread:
        raise UnknownFact(unread[0].reason)


def _fits(device: Device, architectures: list[str]) -> bool:
    capability = device.compute_capability
    fit = architecture_fit(capability, architectures) if isinstance(capability, str) else None
    return device.usable is True and fit is not None and fit.verdict != DOES_NOT_FIT


def _not_built_in(build: Build, device: Device, side: str, gpu: Gpu, another: bool) -> Finding:
    """``side``: whether the device is older or newer than all that the build has code for, or neither.

    ``another`` GPU of this machine does fit: this one may be there for the display.
    """
    capability, architectures = str(device.compute_capability), known(build.architectures)
    current = numbers(build.cuda)[0] if isinstance(build.cuda, str) else 0
    offered = gpu.cuda_driver_version if isinstance(gpu.cuda_driver_version, str) else ""
    remedies: tuple[InstallBuild | Manual, ...] = (
        InstallBuild(build.package, offered, title=f"install a newer build of {build.package}"),
    )
    if side == "older":
        able = [row["major"] for row in table("gpu")["capability"] if numbers(row["lowest"]) <= numbers(capability)]
        older = max((major for major in able if major < current), default=None)
        remedies = (
            (InstallBuild(build.package, str(older), title=f"install a build of {build.package} for CUDA {older}"),)
            if older
            else (Manual(f"install an older release of {build.package} that still had code for {capability}"),)
        )
    return Finding(
        GPU003,
        f"{build.package} on {device_name(device)}",
        (
            Evidence("GPU", f"{device_name(device)}, compute capability {capability}"),
            Evidence("built for", f"{build_name(build)}: {' '.join(architectures)}"),
        ),
        f"{build.package} has no code for the {device_name(device)} (compute capability {capability})",
        'Programs that use this GPU stop with "no kernel image is available for execution on the device". '
        + ("The build has dropped devices this old." if side == "older" else "The build does not know this device."),
        own_severity=Severity.WARNING if another else None,
        remedies=(*remedies, Manual(HIDE)) if another else remedies,
    )
