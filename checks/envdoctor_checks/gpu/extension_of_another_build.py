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
    ImportFailure,
    Install,
    InstallBuild,
    Manual,
    Missing,
    Packages,
    Patient,
    Remedy,
    Rule,
    Severity,
    System,
    accelerators,
    check,
    known,
    normalise,
    numbers,
    table,
)
from envdoctor_checks.gpu._machine import cure, machine
from envdoctor_checks.gpu._torch_family import FAMILY, Mismatch, cards, mismatches, torch_of

GPU015 = Rule(
    "GPU015", "extension-of-another-build", Severity.ERROR, guide=("pkg-3", "pkg-5"), varies=(Severity.WARNING,)
)


class Advice(Struct, frozen=True):
    """How to get a build of an extension that fits, in words."""

    package: str
    words: str


@check(GPU015, given={"gpu.companions": "no extension for CUDA or torch is installed"})
def extension_of_another_build(
    gpu: Gpu, system: System, patient: Patient, packages: Packages | Missing | None = None
) -> Iterator[Finding]:
    """True with or without a GPU: most of these end an import. What one says of itself is compared, nothing is loaded."""
    torch, members = torch_of(gpu), mismatches(gpu)
    if members and torch is not None:
        here = machine(gpu, system, patient, cards(gpu))
        yield _family(list(members.values()), torch, gpu, here, packages)
    for item in gpu.companions:
        name = item.package.lower().replace("_", "-")
        if name in members:
            continue
        found = _against_torch(name, item, torch, gpu) if torch is not None else None
        if found is None and item.missing and name not in FAMILY:
            found = _missing(name, item, torch, gpu, machine(gpu, system, patient, _cards(gpu)))
        if found is not None:
            yield found
        elif item.cpu and torch is not None and torch.backend == "cuda":
            known(gpu.devices)  # a build for the processor does where there is no GPU


def _family(
    members: list[Mismatch], torch: Build, gpu: Gpu, here: accelerators.Machine, packages: Packages | Missing | None
) -> Finding:
    """All of torch's family that is of another build, as one fault with one cure."""
    cuda = torch.cuda if isinstance(torch.cuda, str) else ""
    kind = f"CUDA {cuda}" if cuda else "the processor"
    names = [item.item.package for item in members]
    owns = list(dict.fromkeys(item.own for item in members))
    rows = [Evidence("torch", f"torch {torch.version}, for {kind}")]
    rows += [Evidence(item.name, f"{item.item.package} {item.item.version}, for {item.own}") for item in members]
    tried = _tried(members, packages)
    rows += [Evidence(f"import {failure.module}", failure.message) for failure in tried]
    many = len(names) > 1
    other = f"{', '.join(names[:-1])} and {names[-1]}" if many else names[0]
    mine = f"this is {torch.version}" if all(item.release for item in members) else f"torch for {kind}"
    return Finding(
        GPU015,
        ", ".join(names),
        tuple(rows),
        f"{other} {'do' if many else 'does'} not go with this torch: {'they are' if many else 'it is'} built for "
        f"{' and '.join(owns)}, and {mine}",
        "torch, torchvision, torchaudio and torchcodec have to be of one release and of one kind: all for the processor, or "
        "all for one CUDA. Otherwise an import stops with an undefined symbol or a missing library, or what is missing is "
        "computed on the processor or not at all.",
        own_severity=Severity.ERROR if tried else min((item.severity for item in members), key=lambda word: word.rank),
        remedies=_together(members, torch, gpu, here, cuda),
    )


def _tried(members: list[Mismatch], packages: Packages | Missing | None) -> list[ImportFailure]:
    if not isinstance(packages, Packages):
        return []
    keys = {item.path: item.key for item in packages.distributions}
    ours = {item.name for item in members}
    return [row for row in packages.import_failures if not row.after and keys.get(row.distribution) in ours]


def _together(
    members: list[Mismatch], torch: Build, gpu: Gpu, here: accelerators.Machine, cuda: str
) -> tuple[Remedy, ...]:
    """The members for torch's kind; where torch alone is for the processor and a GPU is to be had, torch for that GPU."""
    if not cuda and any(card.usable is True for card in cards(gpu)) and (ways := cure(torch, here)):
        return ways
    kind = f"CUDA {cuda}" if cuda else "the processor"
    specs = [(item.item.package, _wanted(item)) for item in members]
    whole = [f"{name}=={release}" if release else name for name, release in specs]
    title = f"install {', '.join(f'{name} {release}'.rstrip() for name, release in specs)} for {kind}, as torch is"
    (first, release), along = specs[0], tuple(whole[1:])
    return (InstallBuild(normalise(first), _two(cuda), title, release, along=along),)


def _wanted(member: Mismatch) -> str:
    """The release that is there now, or of torchcodec the one for this torch."""
    if member.release:
        return f"{member.release}.*"
    version = member.item.version
    return version.partition("+")[0] if isinstance(version, str) else ""


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
    elif item.cuda and not cuda:
        reason = f"it is built for CUDA {item.cuda}, and torch for the processor"
    elif item.cuda and numbers(item.cuda)[0] != numbers(cuda)[0]:
        reason = f"it is built for CUDA {item.cuda}, and torch for CUDA {cuda}"
    elif item.torch and _differ(item.torch, str(torch.version)):
        reason = f"it is built for torch {item.torch}, and this is {torch.version}"
    elif item.cuda and name == "xformers" and "." in item.cuda and item.cuda != _two(cuda):
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
        remedies=_words(name, torch),
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
