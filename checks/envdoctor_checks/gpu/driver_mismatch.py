"""GPU007: NVIDIA's library and NVIDIA's kernel module are of different versions."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Gpu,
    LayerStatus,
    Manual,
    NotApplicable,
    Rule,
    Severity,
    UnknownFact,
    check,
    paths,
)
from envdoctor_checks.gpu._driver import MISMATCH, compatibility, denied, layer, unanswered, words_of

GPU007 = Rule("GPU007", "driver-mismatch", Severity.ERROR)


@check(GPU007)
def driver_mismatch(gpu: Gpu) -> Iterator[Finding]:
    if denied(gpu):
        raise NotApplicable("the GPU is not for this user (GPU013)")
    told = [item for item in gpu.layers if item.code is not None and MISMATCH.get(item.name) == item.code]
    if not told:
        if (silent := unanswered(gpu)) is not None:
            raise UnknownFact(f"{silent.name}: {silent.detail or silent.status}")
        if all(layer(gpu, name).status is LayerStatus.ABSENT for name in ("nvml", "cuda", "kernel-driver")):
            raise NotApplicable("no NVIDIA driver here")
        return
    kernel = gpu.driver if isinstance(gpu.driver, str) else "version unknown"
    library = next((item.version for item in told if item.name == "nvml" and item.version), None)
    remedy = "restart the machine: the kernel module of the updated driver is loaded then"
    if compatibility(gpu):
        folder = paths.parent(layer(gpu, "cuda").library or "")
        remedy = f"take {folder} out of LD_LIBRARY_PATH: the libcuda of cuda-compat in it is not for this driver"
    elif gpu.container:
        remedy = "take NVIDIA's driver libraries out of the container's image: the container toolkit brings the host's"
    yield Finding(
        GPU007,
        "NVIDIA driver",
        (
            Evidence("kernel module", kernel),
            Evidence("library", library or "version unknown"),
            *(Evidence("says", words_of(item)) for item in told),
        ),
        "the NVIDIA driver's library and its kernel module are of different versions",
        "Nothing can use the GPU until they are the same; most often the driver was updated while it was in use.",
        remedies=(Manual(remedy),),
    )
