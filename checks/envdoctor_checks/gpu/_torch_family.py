"""torch and what is built together with it: torchvision, torchaudio and torchcodec have to be of one build."""

from msgspec import Struct

from envdoctor.api import Build, Companion, Device, Gpu, Missing, Severity, known, normalise, numbers, table

FAMILY = ("torchvision", "torchaudio", "torchcodec")  # from the same index as torch, for the same CUDA


class Release(Struct, frozen=True):
    """A row of the table: a release of torchcodec goes with torch ``first`` to ``last`` (empty: and all newer ones)."""

    torchcodec: str
    first: str
    last: str = ""


class Mismatch(Struct, frozen=True):
    """A member of the family that does not go with torch: ``own`` is what it was built for, in words."""

    item: Companion
    own: str
    severity: Severity
    release: str = ""

    @property
    def name(self) -> str:
        return normalise(self.item.package)


def torch_of(gpu: Gpu) -> Build | None:
    """The torch that is installed, where it is known what it was built for."""
    torch = next((build for build in known(gpu.builds) if build.package == "torch"), None)
    return torch if torch and isinstance(torch.version, str) and torch.backend in ("cuda", "cpu") else None


def cards(gpu: Gpu) -> list[Device]:
    """NVIDIA's, as far as they are known."""
    devices = [] if isinstance(gpu.devices, Missing) else gpu.devices
    return [item for item in devices if item.vendor == "nvidia"]


def mismatches(gpu: Gpu) -> dict[str, Mismatch]:
    """The members that were built for another torch than the one here, by name.

    torchvision refuses another major version of CUDA, torchaudio any other version, each when it is imported
    (https://github.com/pytorch/vision/blob/main/torchvision/extension.py, `_check_cuda_version`;
    https://github.com/pytorch/audio/blob/main/src/torchaudio/_extension/utils.py).
    """
    if not gpu.companions or not isinstance(gpu.builds, list) or (torch := torch_of(gpu)) is None:
        return {}
    rows = (_against(normalise(item.package), item, torch, gpu) for item in gpu.companions)
    return {row.name: row for row in rows if row is not None}


def _against(name: str, item: Companion, torch: Build, gpu: Gpu) -> Mismatch | None:
    cuda = torch.cuda if isinstance(torch.cuda, str) else ""
    if name not in FAMILY:
        return None
    if name == "torchcodec" and (other := _release(item, str(torch.version))):
        return Mismatch(item, f"torch {other[0]}", Severity.ERROR, other[1])
    if item.cuda and not cuda:
        return Mismatch(item, f"CUDA {item.cuda}", Severity.ERROR)
    if item.cpu and cuda and name != "torchcodec":  # which decodes on the processor, whatever torch is for
        usable = any(card.usable is True for card in cards(gpu))
        return Mismatch(item, "the processor", Severity.WARNING) if usable else None
    if not item.cuda or item.cuda == cuda:
        return None
    if numbers(item.cuda)[:1] != numbers(cuda)[:1]:
        return Mismatch(item, f"CUDA {item.cuda}", Severity.ERROR)
    if "." not in item.cuda or "." not in cuda or numbers(item.cuda)[:2] == numbers(cuda)[:2]:
        return None
    return Mismatch(item, f"CUDA {item.cuda}", Severity.ERROR if name == "torchaudio" else Severity.WARNING)


def _release(item: Companion, torch: str) -> tuple[str, str] | None:
    """The torch that this torchcodec is made for, and the torchcodec that is made for this torch; ``None`` where it fits."""
    rows = table("gpu_builds", "torchcodec", Release)
    version = numbers(item.version)[:2] if isinstance(item.version, str) else ()
    here = numbers(torch.partition("+")[0])[:2]
    row = next((row for row in rows if numbers(row.torchcodec) == version), None)
    if row is None or not here or _goes(row, here):
        return None
    fits = next((row.torchcodec for row in rows if _goes(row, here)), "")
    return row.first if row.first == row.last else f"{row.first} or newer", fits


def _goes(row: Release, torch: tuple[int, ...]) -> bool:
    return numbers(row.first) <= torch and (not row.last or torch <= numbers(row.last))
