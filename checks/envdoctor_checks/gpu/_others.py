"""AMD's GPUs: which of them PyTorch's ROCm builds have code for, and where those builds are."""

from msgspec import Struct

from envdoctor.api import Device, table


class RocmBuild(Struct, frozen=True):
    """PyTorch's build for a version of ROCm: what it has code for, and where it was ``seen`` when."""

    rocm: str
    index: str
    seen: str
    architectures: tuple[str, ...]


def for_rocm(devices: list[Device]) -> list[Device]:
    """AMD's that PyTorch's ROCm builds have code for, where no NVIDIA GPU is the better choice.

    The compute driver knows the small GPU inside a processor (``gfx1036``), too; few of them are among those.
    """
    if any(device.vendor == "nvidia" and device.usable is True for device in devices):
        return []
    able = {word for row in table("gpu_builds", "rocm", RocmBuild) for word in row.architectures}
    return [item for item in devices if item.vendor == "amd" and item.usable is True and item.architecture in able]


def rocm_index(architecture: str) -> str:
    """The command's words for the newest ROCm build with code for this architecture; empty where none is known."""
    rows = [row for row in table("gpu_builds", "rocm", RocmBuild) if architecture in row.architectures]
    if not rows:
        return ""
    row = rows[0]
    return (
        f"install PyTorch's build for ROCm {row.rocm}: pip install --force-reinstall torch --index-url {row.index} "
        f"(the index was seen on {row.seen})"
    )
