"""Does a build fit a driver and a device? Pure; the driver versions and AMD's architectures come from the table ``gpu``.

Rules and figures: https://docs.nvidia.com/deploy/cuda-compatibility/ (drivers) and
https://docs.nvidia.com/cuda/cuda-c-programming-guide/#binary-compatibility (architectures).
"""

import re

from envdoctor.api import Device, NotApplicable, table

FITS = "fits"
LIMITED = "limited"
DOES_NOT_FIT = "does not fit"
OLDEST_BUILT = 12  # PyTorch's builds for CUDA 11.8, the last before, begin where CUDA 12's compilers do: at 5.0


class Fit:
    """``verdict``: fits, limited, does not fit; ``reason`` in words."""

    __slots__ = ("reason", "verdict")

    def __init__(self, verdict: str, reason: str) -> None:
        self.verdict = verdict
        self.reason = reason


def numbers(version: str) -> tuple[int, ...]:
    """``535.104.05`` as numbers, to the first part that is none."""
    found = []
    for part in version.split("."):
        if not (part.isascii() and part.isdigit()):
            break
        found.append(int(part))
    return tuple(found)


def minimum_driver(major: int, windows: bool = False) -> str | None:
    """The oldest driver that runs builds for this CUDA major version; ``None`` where the table does not know it."""
    rows = table("gpu")["cuda"]
    return next((str(row["windows" if windows else "linux"]) for row in rows if row["major"] == major), None)


def best_major(driver_cuda: str | None, driver: str | None, windows: bool = False) -> int | None:
    """The newest CUDA major version that runs here, by the driver's CUDA version, else by the driver's own."""
    if driver_cuda:
        return numbers(driver_cuda)[0]
    majors = [row["major"] for row in table("gpu")["cuda"]]
    able = [major for major in majors if driver and _at_least(driver, minimum_driver(major, windows))]
    return max(able, default=None)


def _at_least(version: str, minimum: str | None) -> bool:
    return minimum is not None and numbers(version) >= numbers(minimum)


def driver_fit(build: str, driver_cuda: str | None, driver: str | None, windows: bool = False) -> Fit | None:
    """Whether a build for CUDA ``build`` (``13.2``, or only ``13``) runs on this driver; ``None``: not to be told.

    ``driver_cuda`` is what ``cuDriverGetVersion`` says, which counts ``cuda-compat``; without it ``driver`` is
    compared with the table.
    """
    wanted = numbers(build)
    if not wanted:
        return None
    if driver_cuda and (offered := numbers(driver_cuda)):
        if wanted[0] > offered[0]:
            return Fit(DOES_NOT_FIT, f"CUDA {build} is newer than the driver's CUDA {driver_cuda}")
        if wanted[0] == offered[0] and len(wanted) > 1 and wanted[1] > (*offered, 0)[1]:
            if wanted[0] < 11:
                return Fit(DOES_NOT_FIT, f"before CUDA 11 every release needs its own driver: {build} > {driver_cuda}")
            return Fit(LIMITED, f"CUDA {build} on a driver for {driver_cuda}: the same major version")
        return Fit(FITS, f"the driver supports CUDA up to {driver_cuda}")
    minimum = minimum_driver(wanted[0], windows)
    if not driver or not numbers(driver) or minimum is None:
        return None
    if not _at_least(driver, minimum):
        return Fit(DOES_NOT_FIT, f"CUDA {wanted[0]} needs driver {minimum} or newer, and this is {driver}")
    return Fit(FITS, f"driver {driver} is not older than {minimum}")


# Compiled when it is needed: on most machines there is nothing to compare.
_ARCHITECTURE = r"(sm|compute)_(\d+)(\d)([af]?)$"


def architecture_fit(capability: str, architectures: list[str]) -> Fit | None:
    """Whether a device of this compute capability (``9.0``) finds code for it; ``None`` where none is listed.

    Machine code (``sm_86``) runs on the same major and an equal or higher minor number; an ``a`` ties it to
    exactly that device, an ``f`` to its family. PTX (``compute_90``) is compiled for any equal or newer one.
    """
    device = numbers(capability)
    entries = [match.groups() for word in architectures if (match := re.match(_ARCHITECTURE, word))]
    if len(device) != 2 or not entries:
        return None
    for kind, major, minor, suffix in entries:
        entry = (int(major), int(minor))
        name = f"{kind}_{major}{minor}{suffix}"
        if entry == device or (suffix != "a" and entry[0] == device[0] and entry <= device):
            return Fit(FITS, f"{name} runs on compute capability {capability}")
        if kind == "compute" and not suffix and entry <= device:
            return Fit(FITS, f"{name} is compiled for compute capability {capability} when it is loaded")
    lowest = min((int(major), int(minor)) for _, major, minor, _ in entries)
    side = "older" if device < lowest else "newer" if device > max(_pairs(entries)) else "other"
    return Fit(DOES_NOT_FIT, side)


def _pairs(entries: list[tuple[str, ...]]) -> list[tuple[int, int]]:
    return [(int(major), int(minor)) for _, major, minor, _ in entries]


def for_rocm(devices: list[Device]) -> list[Device]:
    """AMD's that PyTorch's ROCm builds have code for, where no NVIDIA GPU is the better choice.

    The compute driver knows the small GPU inside a processor (``gfx1036``), too; few of them are among those.
    """
    if any(device.vendor == "nvidia" and device.usable is True for device in devices):
        return []
    able = {word for row in table("gpu")["rocm"] for word in row["architectures"]}
    return [item for item in devices if item.vendor == "amd" and item.usable is True and item.architecture in able]


def current(devices: list[Device]) -> list[Device]:
    """Those that today's CUDA builds still have code for; raises `NotApplicable` where there is none."""
    lowest = next(numbers(row["lowest"]) for row in table("gpu")["capability"] if row["major"] == OLDEST_BUILT)
    told = [(item, item.compute_capability) for item in devices]
    found = [item for item, capability in told if not isinstance(capability, str) or numbers(capability) >= lowest]
    if not found:
        raise NotApplicable("no build of today has code for a GPU this old")
    return found
