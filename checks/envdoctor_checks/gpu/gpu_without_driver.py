"""GPU008: The machine has an NVIDIA GPU (WSL: Windows has one), and no kernel driver or no libcuda that answers."""

from collections.abc import Iterator

from envdoctor.api import (
    Device,
    Evidence,
    Finding,
    Gpu,
    LayerStatus,
    Manual,
    Missing,
    NotApplicable,
    Rule,
    Severity,
    UnknownFact,
    Variables,
    check,
    known,
)
from envdoctor_checks.gpu._driver import MISMATCH, answer, denied, filled, layer, unanswered, words_of

GPU008 = Rule("GPU008", "gpu-without-driver", Severity.WARNING, guide=("pkg-3",), varies=(Severity.INFO,))
# The device is meant for a virtual machine, not for this system.
PASSED_THROUGH = ("vfio-pci", "pci-stub", "xen-pciback")


@check(GPU008)
def gpu_without_driver(gpu: Gpu, environment: Variables | Missing | None = None) -> Iterator[Finding]:
    """Hardware on the bus (WSL: in the Windows driver store) against kernel driver and libcuda."""
    devices = known(gpu.devices)
    cards = [item for item in devices if item.vendor == "nvidia" and item.kernel_driver not in PASSED_THROUGH]
    wsl = layer(gpu, "wsl").detail == "NVIDIA"
    if not cards and not wsl and not _lost(gpu):
        raise NotApplicable("no NVIDIA GPU here")
    if any(item.usable is True for item in cards):
        return
    if gpu.hidden is not None:
        raise NotApplicable(f"the GPU is hidden from programs ({gpu.hidden})")
    if denied(gpu):
        raise NotApplicable("the GPU is not for this user (GPU013)")
    if (silent := unanswered(gpu)) is not None:
        raise UnknownFact(f"{silent.name}: {silent.detail or silent.status}")
    if any(item.code == MISMATCH.get(item.name) for item in gpu.layers if item.code is not None):
        return  # GPU007
    kernel, cuda = layer(gpu, "kernel-driver"), layer(gpu, "cuda")
    evidence = [Evidence("GPU", _card(item)) for item in cards[:4]]
    evidence += [Evidence("driver", f"kernel: {kernel.version or kernel.status}; libcuda: {cuda.status}")]
    evidence += [Evidence("says", words_of(item)) for item in (layer(gpu, "nvml"), cuda) if item.code]
    variables = environment if isinstance(environment, Variables) else None
    row = answer(gpu, variables)
    if row is not None and "LD_LIBRARY_PATH" in row.cure and variables is not None:
        evidence.append(Evidence("LD_LIBRARY_PATH", variables.variables.get("LD_LIBRARY_PATH", "not set")))
    if row is not None:
        title, remedy = filled(row.title, gpu), filled(row.cure, gpu)
    elif gpu.wsl:
        title = "Windows has an NVIDIA driver, and its library for Linux does not work in this WSL"
        remedy = "update the NVIDIA driver on Windows, then `wsl --shutdown`; never install a Linux driver within WSL"
    elif gpu.container and cuda.status is LayerStatus.ABSENT and layer(gpu, "nvml").status is LayerStatus.PRESENT:
        title = "this container has the NVIDIA GPU, and no libcuda"
        remedy = "start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility: without compute there is no CUDA"
    elif gpu.container and layer(gpu, "nvml").status is not LayerStatus.PRESENT and not _has_files(gpu):
        title = "this container sees the machine's NVIDIA GPU and can't use it"
        remedy = (
            "if the GPU is wanted here, start the container with `--gpus all` (Docker), "
            "`--device nvidia.com/gpu=all` (Podman) or `--nv` (Apptainer)"
        )
    elif kernel.status is LayerStatus.ABSENT and cuda.status is not LayerStatus.ABSENT:
        title = "the NVIDIA driver is installed, and its kernel module is not loaded"
        remedy = (
            "`sudo modprobe nvidia` loads it, or says why not: not built for this kernel (DKMS), not signed (Secure Boot), "
            "nouveau in its place, or switched off (`prime-select`)"
        )
    elif kernel.status is LayerStatus.ABSENT:
        title = "an NVIDIA GPU, and no NVIDIA driver"
        remedy = "install the NVIDIA driver from the system's packages (no Python package brings it)"
    elif cuda.status is LayerStatus.ABSENT:
        title = "the NVIDIA driver is loaded, and its libcuda is not installed"
        remedy = "install the driver's CUDA library (Debian: libcuda1, Ubuntu: libnvidia-compute-…) of the same version"
    else:
        raise UnknownFact(f"the GPU does not answer ({words_of(cuda)}; {words_of(layer(gpu, 'nvml'))})")
    yield Finding(
        GPU008,
        "NVIDIA GPU",
        tuple(evidence),
        title,
        "PyTorch, JAX, TensorFlow and the like compute on the processor here.",
        own_severity=None if _is_wanted(gpu) else Severity.INFO,
        remedies=(Manual(remedy),),
    )


def _lost(gpu: Gpu) -> bool:
    """Whether the libraries in a container answer as they do where a GPU was, and is no longer to be seen."""
    nvml, cuda = layer(gpu, "nvml").code, layer(gpu, "cuda").code
    return gpu.container is not None and (nvml in (15, 17, 999) or cuda in (802, 999))


def _has_files(gpu: Gpu) -> bool:
    """Whether the container was given something of the GPU: then ``--gpus all`` was said already."""
    return layer(gpu, "nvml").status is LayerStatus.FAILED and layer(gpu, "nvml").code not in (9, 12, None)


def _is_wanted(gpu: Gpu) -> bool:
    """Whether a package is built for CUDA: without one, the GPU may be for the display, or for other containers."""
    builds = gpu.builds if isinstance(gpu.builds, list) else []
    return any(build.backend == "cuda" for build in builds)


def _card(device: Device) -> str:
    bound = f"bound to {device.kernel_driver}" if device.kernel_driver else "no kernel driver bound to it"
    label = device.name if isinstance(device.name, str) else "NVIDIA"
    return f"{label} at {device.pci or '?'}, {bound}"
