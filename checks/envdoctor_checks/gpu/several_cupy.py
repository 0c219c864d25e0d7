"""GPU009: More than one distribution of CuPy is installed."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Gpu,
    NotApplicable,
    Packages,
    Patient,
    Replace,
    Rule,
    Severity,
    System,
    accelerators,
    check,
    known,
)
from envdoctor_checks.gpu._machine import machine

GPU009 = Rule("GPU009", "several-cupy", Severity.ERROR, guide=("pkg-5",))


@check(GPU009, given={"gpu.devices": "no GPU here"})
def several_cupy(gpu: Gpu, packages: Packages, system: System, patient: Patient) -> Iterator[Finding]:
    found = list(dict.fromkeys(item.name for item in packages.distributions if _is_cupy(item.key)))
    if not found:
        raise NotApplicable("CuPy is not installed")
    devices = known(gpu.devices)
    if not any(device.vendor in ("nvidia", "amd") for device in devices):
        raise NotApplicable("no GPU here")
    if len(found) > 1:
        nvidia = [device for device in devices if device.vendor == "nvidia"]
        offer = accelerators.best("cupy", machine(gpu, system, patient, nvidia))[0] if nvidia else None
        yield Finding(
            GPU009,
            "CuPy",
            (Evidence("installed", ", ".join(found)),),
            f"{len(found)} distributions of CuPy are installed: {', '.join(found)}",
            "All of them are the one package `cupy`: they have overwritten each other's files.",
            remedies=(
                Replace(
                    tuple(found),
                    (offer.requirement.partition("[")[0] if offer else found[0],),
                    title="remove all of them, then install the one for this driver and GPU",
                ),
            ),
        )


def _is_cupy(key: str) -> bool:
    return key == "cupy" or key.startswith(("cupy-cuda", "cupy-rocm"))
