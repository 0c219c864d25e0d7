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
)
from envdoctor_checks.gpu import nvidia

GPU005 = Rule("GPU005", "nvidia-files-collide", Severity.ERROR, guide=("pkg-3", "pkg-5"), varies=(Severity.WARNING,))
GPU006 = Rule("GPU006", "cuda-library-shadowed", Severity.WARNING, varies=(Severity.INFO,))
GPU010 = Rule("GPU010", "cudnn-mixed", Severity.WARNING, Confidence.LIKELY, guide=("pkg-8",), varies=(Severity.INFO,))
_NOT_IN_A_NAME = r"[^A-Za-z0-9._-]"


@check(GPU005)
def nvidia_files_collide(packages: Packages) -> Iterator[Finding]:
    """True with or without a GPU: the files are damaged, and an import loads them on any machine."""
    if not any(item.key.startswith("nvidia-") for item in packages.distributions):
        raise NotApplicable("no nvidia-* distribution is installed")
    shared: dict[tuple[str, ...], list[Collision]] = {}
    for collision in packages.collisions:
        path = collision.path.replace("\\", "/")
        if "/nvidia/" in path and not path.endswith(".py"):
            shared.setdefault(tuple(sorted(collision.claims)), []).append(collision)
    for owners, files in shared.items():
        who = " and ".join(owners)
        folder, _, first = files[0].path.replace("\\", "/").rpartition("/")
        differ = [collision for collision in files if collision.differs]
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        yield Finding(
            GPU005,
            who,
            (Evidence("own the same files", ", ".join(owners)), Evidence("files", f"{first}{more} in {folder}")),
            f"{who} have overwritten each other's libraries" if differ else f"{who} own the same libraries",
            "Both install into one folder: what was installed last is there, removing either removes it for both. "
            + ("The other's users load what is not made for them." if differ else "The files are the same so far."),
            severity=None if differ else Severity.WARNING,
            remedies=_disentangle(owners, packages),
        )


def _disentangle(owners: tuple[str, ...], packages: Packages) -> tuple[Remedy, ...]:
    """Take out those that no installed distribution asks for, and put the other's files back."""
    lines = [line for other in packages.distributions if isinstance(other.requires, list) for line in other.requires]
    asked = {
        re.split(_NOT_IN_A_NAME, line, maxsplit=1)[0].replace("_", "-").lower()
        for line in lines
        if "extra ==" not in line
    }
    needed = [owner for owner in owners if owner.lower() in asked]
    if len(needed) > 1:
        return (Manual(f"{' and '.join(needed)} are both asked for: put what asks for them into two environments"),)
    keep = needed[0] if needed else owners[-1]
    drop = tuple(owner for owner in owners if owner != keep)
    version = next((item.version for item in packages.distributions if item.name == keep), None)
    pinned = f"{keep}=={version}" if isinstance(version, str) else keep
    title = f"remove {' and '.join(drop)}, which nothing here asks for, then put the files of {keep} back"
    return (Replace(drop, (pinned,), title=title),)


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
            severity=None if any(item.source == "conda" for item in rivals) else Severity.INFO,
            remedies=(Manual(f"keep one: the wheel {copy.owner}, or the {rivals[0].source}'s"),),
        )


def _alike(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    return one.split(".")[:3] == other.split(".")[:3]
