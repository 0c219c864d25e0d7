"""GPU015: An extension was built for another CUDA or another torch than the ones here."""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import (
    Build,
    Companion,
    Device,
    Evidence,
    Finding,
    Gpu,
    Install,
    InstallBuild,
    Manual,
    NotApplicable,
    Patient,
    Remedy,
    Rule,
    Severity,
    System,
    accelerators,
    check,
    known,
    numbers,
    table,
)
from envdoctor_checks.gpu._machine import machine

GPU015 = Rule(
    "GPU015", "extension-of-another-build", Severity.ERROR, guide=("pkg-3", "pkg-5"), varies=(Severity.WARNING,)
)
FAMILY = ("torchvision", "torchaudio")  # from the same index as torch, for the same CUDA


class Advice(Struct, frozen=True):
    """How to get a build of an extension that fits, in words."""

    package: str
    words: str


@check(GPU015)
def extension_of_another_build(gpu: Gpu, system: System, patient: Patient) -> Iterator[Finding]:
    """True with or without a GPU: most of these end an import. What one says of itself is compared, nothing is loaded."""
    if not gpu.companions:
        raise NotApplicable("no extension for CUDA or torch is installed")
    torch = next((build for build in known(gpu.builds) if build.package == "torch"), None)
    for item in gpu.companions:
        name = item.package.lower().replace("_", "-")
        found = None
        if torch is not None and isinstance(torch.version, str) and torch.backend in ("cuda", "cpu"):
            found = _against_torch(name, item, torch, gpu)
        if found is None and item.missing:
            found = _missing(name, item, torch, gpu, machine(gpu, system, patient, _cards(gpu)))
        if found is not None:
            yield found


def _cards(gpu: Gpu) -> list[Device]:
    return [item for item in known(gpu.devices) if item.vendor == "nvidia"]


def _missing(name: str, item: Companion, torch: Build | None, gpu: Gpu, here: accelerators.Machine) -> Finding | None:
    """Linked to libraries that nothing here brings; ONNX Runtime loads them late, and computes on the processor."""
    late = name.startswith("onnxruntime")
    if late and not any(card.usable is True for card in _cards(gpu)):
        return None
    offer = accelerators.newest("onnxruntime-gpu", here) if late else None
    ways: tuple[Remedy, ...] = (Install((offer.requirement,)),) if offer else _words(name, torch)
    wanted = ", ".join(item.missing)
    has = (
        f"torch {torch.version} brings those of CUDA {torch.cuda}"
        if torch and torch.cuda
        else "no CUDA libraries of this version"
    )
    return Finding(
        GPU015,
        item.package,
        (Evidence("built for", f"{item.package} {item.version} needs {wanted}"), Evidence("here", has)),
        f"{item.package} needs {wanted}, and nothing here brings {'it' if len(item.missing) == 1 else 'them'}",
        "It finds no CUDA, says so once and computes on the processor."
        if late
        else "Its import stops: cannot open shared object file.",
        own_severity=Severity.WARNING if late else None,
        remedies=ways,
    )


def _against_torch(name: str, item: Companion, torch: Build, gpu: Gpu) -> Finding | None:
    cuda = torch.cuda if isinstance(torch.cuda, str) else ""
    reason, severity = "", None
    if item.binaries and cuda:
        if not _serves(item, cuda):
            reason = f"it has code for CUDA {', '.join(item.binaries)}, and torch is for CUDA {cuda}"
            severity = Severity.WARNING
    elif item.cpu and cuda:
        if any(card.usable is True for card in _cards(gpu)):
            reason, severity = f"it is built for the processor, and torch for CUDA {cuda}", Severity.WARNING
    elif item.cuda and not cuda:
        reason = f"it is built for CUDA {item.cuda}, and torch for the processor"
    elif item.cuda and numbers(item.cuda)[0] != numbers(cuda)[0]:
        reason = f"it is built for CUDA {item.cuda}, and torch for CUDA {cuda}"
    elif item.torch and _differ(item.torch, str(torch.version)):
        reason = f"it is built for torch {item.torch}, and this is {torch.version}"
    elif item.cuda and (name in FAMILY or name == "xformers") and "." in item.cuda and item.cuda != _two(cuda):
        reason, severity = f"it is built for CUDA {item.cuda}, and torch for CUDA {cuda}", Severity.WARNING
    if not reason:
        return None
    return Finding(
        GPU015,
        item.package,
        (Evidence("extension", f"{item.package} {item.version}"), Evidence("torch", f"torch {torch.version}")),
        f"{item.package} does not go with this torch: {reason}",
        "Built together, they share libraries and their inner names; otherwise an import stops with an undefined symbol "
        "or a missing library, or what is missing is computed on the processor or not at all.",
        own_severity=severity,
        remedies=_cure(name, item, cuda, torch),
    )


def _serves(item: Companion, cuda: str) -> bool:
    """bitsandbytes takes the exact CUDA, and from 0.50 on the nearest of the same major version."""
    if _two(cuda) in item.binaries:
        return True
    version = numbers(item.version) if isinstance(item.version, str) else ()
    majors = {numbers(word)[0] for word in item.binaries}
    return version >= (0, 50) and numbers(cuda)[0] in majors


def _differ(built: str, torch: str) -> bool:
    """By release: its patches keep what extensions are linked to."""
    return numbers(built)[:2] != numbers(torch.partition("+")[0])[:2]


def _two(cuda: str) -> str:
    return ".".join(cuda.split(".")[:2])


def _cure(name: str, item: Companion, cuda: str, torch: Build) -> tuple[Remedy, ...]:
    if name in FAMILY and isinstance(item.version, str):
        kind = f"CUDA {cuda}" if cuda else "the processor"
        release = item.version.partition("+")[0]
        return (InstallBuild(name, _two(cuda), f"install {name} {release} for {kind}, as torch is", release),)
    return _words(name, torch)


def _words(name: str, torch: Build | None) -> tuple[Remedy, ...]:
    """How to get one that fits, as far as it is known."""
    row = next((row for row in table("gpu_builds", "extension", Advice) if row.package == name), None)
    cuda = torch.cuda if torch and isinstance(torch.cuda, str) else ""
    release = str(torch.version).partition("+")[0] if torch else ""
    if row is not None:
        index = f"cu{_two(cuda).replace('.', '')}" if cuda else "cpu"
        return (Manual(row.words.replace("{index}", index)),)
    kind = f"CUDA {numbers(cuda)[0]}" if cuda else "the processor"
    what = f"torch {'.'.join(release.split('.')[:2])} and {kind}" if release else kind
    return (Manual(f"install a build of {name} for {what}, or build it again here"),)
