"""What the tests of gpu share."""

from typing import Any

from envdoctor.engine.findings import Finding
from envdoctor.facts import Build, CudaWheel, Device, Missing
from envdoctor.testing import nvidia_device

V100 = nvidia_device("Tesla V100-SXM2-32GB", "7.0")
H100 = nvidia_device()
OLD = {"driver": "535.104.05", "cuda_driver_version": "12.2"}


def words(found: list[Finding]) -> str:
    """All that the findings say to a user."""
    parts: list[str] = []
    for item in found:
        parts += [item.title, item.why, *(row.value for row in item.evidence), *(str(fix) for fix in item.remedies)]
    return "\n".join(parts)


def card(**changes: Any) -> Device:
    """An NVIDIA card that only the bus knows."""
    unknown = Missing("the bus does not show it")
    values: dict[str, Any] = {
        "name": unknown,
        "compute_capability": unknown,
        "usable": False,
        "source": "pci",
        "kernel_driver": None,
    }
    return nvidia_device(**(values | changes))


CUDNN12 = CudaWheel(name="nvidia-cudnn-cu12", version="9.28.0.42", cuda="12")


def built(package: str, cuda: str | None = None, **changes: Any) -> Build:
    values: dict[str, Any] = {"package": package, "version": "0.10.2", "cuda": cuda, "architectures": []}
    return Build(**(values | {"backend": "cuda" if cuda else "cpu"} | changes))
