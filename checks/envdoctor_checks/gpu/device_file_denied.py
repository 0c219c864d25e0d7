"""GPU013: The GPU's device files are not for this user: the driver works, and refuses."""

from collections.abc import Iterator

from envdoctor.api import (
    Device,
    Evidence,
    Finding,
    Gpu,
    LayerStatus,
    Manual,
    Node,
    Rule,
    Severity,
    check,
    known,
)
from envdoctor_checks.gpu._driver import denied, layer, words_of

GPU013 = Rule("GPU013", "device-file-denied", Severity.ERROR, varies=(Severity.INFO,))


@check(GPU013, given={"gpu.devices": "no GPU here"})
def device_file_denied(gpu: Gpu) -> Iterator[Finding]:
    """NVIDIA's by NVML's own word or the files' permissions, AMD's ``/dev/kfd`` by its permissions."""
    devices = known(gpu.devices)
    nvidia = [item for item in devices if item.vendor == "nvidia" and item.usable is not True]
    files = [item for item in gpu.refused if item.path.startswith("/dev/nvidia")]
    if nvidia and denied(gpu):
        says = [Evidence("says", words_of(layer(gpu, name))) for name in ("nvml", "cuda") if layer(gpu, name).code]
        yield _finding(gpu, nvidia, files, says, "cuda", "/dev/nvidia*")
    amd = [item for item in devices if item.vendor == "amd" and item.usable is not True]
    if amd and layer(gpu, "kfd").status is LayerStatus.DENIED:
        files = [item for item in gpu.refused if item.path == "/dev/kfd"]
        yield _finding(gpu, amd, files, [Evidence("says", words_of(layer(gpu, "kfd")))], "rocm", "/dev/kfd")


def _finding(
    gpu: Gpu, cards: list[Device], files: list[Node], says: list[Evidence], backend: str, names: str
) -> Finding:
    shown = [Evidence("device file", f"{item.path}: mode {item.mode}, group {item.group}") for item in files[:3]]
    groups = list(dict.fromkeys(item.group for item in files if int(item.mode, 8) & 0o060 == 0o060))
    group = next((name for name in groups if name != "root"), "render" if backend == "rocm" else "")
    built = gpu.builds if isinstance(gpu.builds, list) else []
    wanted = any(item.backend == backend for item in built)
    if gpu.container:
        cure = f"start the container as a user or with a group that may open {names} (Docker: `--group-add`)"
    elif group:
        cure = f"`sudo usermod -aG {group} $USER`, then log in again: the group {group} may use the GPU"
    else:
        cure = f"ask who administers this machine: {names} may be opened by other users only"
    label = (
        cards[0].name if isinstance(cards[0].name, str) else cards[0].architecture or f"{cards[0].vendor.upper()} GPU"
    )
    return Finding(
        GPU013,
        names,
        (Evidence("GPU", f"{label}"), *shown, *says),
        f"the GPU is there and its driver works, and this user may not use it ({names})",
        "Programs say that there is no GPU, and compute on the processor.",
        own_severity=None if wanted else Severity.INFO,
        remedies=(Manual(cure),),
    )
