"""The files of CUDA's libraries: each one's own, found where they are looked for, and there once?"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Collision,
    Confidence,
    Evidence,
    Finding,
    Gpu,
    Manual,
    NotApplicable,
    Packages,
    Remedy,
    Replace,
    Rule,
    Severity,
    UnsetEnv,
    check,
    known,
)
from envdoctor_checks.gpu import nvidia

GPU005 = Rule("GPU005", "nvidia-files-collide", Severity.ERROR, guide=("pkg-3", "pkg-5"), varies=(Severity.WARNING,))
GPU006 = Rule("GPU006", "cuda-library-shadowed", Severity.WARNING, varies=(Severity.INFO,))
GPU010 = Rule("GPU010", "cudnn-mixed", Severity.WARNING, Confidence.LIKELY, guide=("pkg-8",))
_NOT_IN_A_NAME = r"[^A-Za-z0-9._-]"


@check(GPU005)
def nvidia_files_collide(gpu: Gpu, packages: Packages) -> Iterator[Finding]:
    """True with or without a GPU: the files are damaged, and an import loads them on any machine."""
    collisions = known(gpu.collisions)
    if not gpu.libraries:
        raise NotApplicable("no nvidia-* distribution is installed")
    for item in collisions:
        first, second = item.owners
        libraries = sorted({path.rpartition("/")[2] for path in item.files})
        more = f" and {len(libraries) - 3} more" if len(libraries) > 3 else ""
        evidence = [
            Evidence("own the same files", f"{first}, {second}"),
            Evidence("files", f"{', '.join(libraries[:3])}{more} in {item.files[0].rpartition('/')[0]}"),
        ]
        if item.winner:
            evidence.append(Evidence("on disk now", f"those of {item.winner}"))
        yield Finding(
            GPU005,
            f"{first} and {second}",
            tuple(evidence),
            f"{first} and {second} have overwritten each other's libraries",
            "Both install into one folder: what was installed last is there, removing either removes it for both. "
            + ("The files are the same so far." if item.same else "The other's users load what is not made for them."),
            severity=Severity.WARNING if item.same else None,
            remedies=_disentangle(item, gpu, packages),
        )


def _disentangle(item: Collision, gpu: Gpu, packages: Packages) -> tuple[Remedy, ...]:
    """Take out the one that no installed distribution asks for, and put the other's files back."""
    lines = [line for other in packages.distributions if isinstance(other.requires, list) for line in other.requires]
    asked = {
        re.split(_NOT_IN_A_NAME, line, maxsplit=1)[0].replace("_", "-").lower()
        for line in lines
        if "extra ==" not in line
    }
    needed = [owner for owner in item.owners if owner.lower() in asked]
    if len(needed) > 1:
        return (Manual(f"{' and '.join(needed)} are both asked for: put what asks for them into two environments"),)
    keep = needed[0] if needed else item.winner or item.owners[1]
    drop = next(owner for owner in item.owners if owner != keep)
    version = next((wheel.version for wheel in gpu.libraries if wheel.name == keep), None)
    pinned = f"{keep}=={version}" if isinstance(version, str) else keep
    return (
        Replace(
            (drop,), (pinned,), title=f"remove {drop}, which nothing here asks for, then put the files of {keep} back"
        ),
    )


@check(GPU006)
def cuda_library_shadowed(gpu: Gpu) -> Iterator[Finding]:
    """LD_LIBRARY_PATH goes before RUNPATH and after RPATH (man 8 ld.so): which one a package has was read."""
    if not gpu.libraries:
        raise NotApplicable("no nvidia-* distribution is installed")
    nvidia(gpu)
    for folder in dict.fromkeys(item.folder for item in gpu.shadowed):
        items = [item for item in gpu.shadowed if item.folder == folder]
        certain = items[0].certain
        sonames = ", ".join(item.soname for item in items[:4]) + (" …" if len(items) > 4 else "")
        yield Finding(
            GPU006,
            folder,
            (
                Evidence("LD_LIBRARY_PATH", folder),
                Evidence("libraries", sonames),
                Evidence("brought by", ", ".join(dict.fromkeys(item.wheel for item in items))),
            ),
            f"{folder} on LD_LIBRARY_PATH offers CUDA libraries that wheels bring too",
            f"{' and '.join(certain)} will load them in place of those they were tested with."
            if certain
            else "Which of the two is loaded depends on how a package looks for it.",
            severity=None if certain else Severity.INFO,
            remedies=(UnsetEnv(("LD_LIBRARY_PATH",), title=f"take {folder} out of LD_LIBRARY_PATH"),),
        )


@check(GPU010)
def cudnn_mixed(gpu: Gpu) -> Iterator[Finding]:
    """Only copies with one soname can take each other's place; of one version they are the same."""
    pip = [copy for copy in gpu.cudnn if copy.source == "pip"]
    others = [copy for copy in gpu.cudnn if copy.source != "pip"]
    if not pip:
        raise NotApplicable("no cuDNN from PyPI is installed")
    nvidia(gpu)
    for copy in pip:
        rivals = [item for item in others if item.soname == copy.soname and not _alike(item.version, copy.version)]
        if not rivals:
            continue
        yield Finding(
            GPU010,
            copy.soname,
            (
                Evidence("pip", f"{copy.owner} {copy.version}"),
                *(Evidence(item.source, f"{item.owner} {item.version or ''}".strip()) for item in rivals),
            ),
            f"{copy.soname} is there more than once, in different versions",
            "cuDNN is several libraries that load one another: parts of two versions in one process fail or crash.",
            remedies=(Manual(f"keep one: the wheel {copy.owner}, or the {rivals[0].source}'s"),),
        )


def _alike(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    return one.split(".")[:3] == other.split(".")[:3]
