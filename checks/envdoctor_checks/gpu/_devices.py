"""The devices that programs can use, and builds and devices in words."""

from envdoctor.api import Build, Device, Gpu, NotApplicable, known
from envdoctor_checks.gpu._driver import denied


def nvidia(gpu: Gpu) -> list[Device]:
    """NVIDIA's devices. Raises `NotApplicable` where there is none, `UnknownFact` where that is not known."""
    devices = [device for device in known(gpu.devices) if device.vendor == "nvidia"]
    if not devices:
        raise NotApplicable("no NVIDIA GPU here")
    return devices


def visible(gpu: Gpu) -> list[Device]:
    """Those of them that CUDA_VISIBLE_DEVICES leaves. Raises `NotApplicable` where there is none, as `nvidia` does."""
    devices = nvidia(gpu)
    if gpu.hidden is not None:
        raise NotApplicable(f"the GPU is hidden from programs ({gpu.hidden})")
    if denied(gpu):
        raise NotApplicable("the GPU is not for this user (GPU013)")
    return [device for device in devices if not device.hidden]


def usable(gpu: Gpu) -> list[Device]:
    """Those of them that programs can use; otherwise `NotApplicable`: why not is another rule's matter."""
    devices = visible(gpu)
    found = [device for device in devices if device.usable is True]
    if not found:
        for device in devices:
            known(device.usable)
        raise NotApplicable("the GPU can't be used at all (see GPU007, GPU008)")
    return found


def device_name(device: Device) -> str:
    label = device.name if isinstance(device.name, str) else f"an {device.vendor.upper()} GPU"
    return f"{label}, split (MIG)" if device.mig else label


def build_name(build: Build) -> str:
    return f"{build.package} {build.version}" if isinstance(build.version, str) else build.package


def builds(gpu: Gpu, start: str) -> list[Build]:
    return [build for build in known(gpu.builds) if build.package.startswith(start)]
