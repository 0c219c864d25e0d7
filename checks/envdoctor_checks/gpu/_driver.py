"""What the driver's layers say of it."""

from envdoctor.api import Gpu, Layer

MISMATCH = {"nvml": 18, "cuda": 803}  # NVML_ERROR_LIB_RM_VERSION_MISMATCH, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH


def layer(gpu: Gpu, name: str) -> Layer:
    """The layer of this name; absent where it was not looked for."""
    return next((item for item in gpu.layers if item.name == name), Layer(name=name, status="absent"))


def unanswered(gpu: Gpu) -> Layer | None:
    """The layer that has something to say and did not: hung, crashed, refused."""
    items = [layer(gpu, name) for name in ("nvml", "cuda", "nvidia-smi")]
    return next((item for item in items if item.status in ("timed-out", "denied")), None) or next(
        (item for item in items if item.status == "not-asked"), None
    )


def words_of(item: Layer) -> str:
    code = f"code {item.code}" if item.code else ""
    return f"{item.name}: {', '.join(filter(None, (item.status, code, item.detail)))}"
