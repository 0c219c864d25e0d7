"""GPU005: Two distributions own the same library below `nvidia/`, by their RECORDs."""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Collision,
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Packages,
    Remedy,
    Replace,
    Rule,
    Severity,
    check,
    paths,
)

GPU005 = Rule("GPU005", "nvidia-files-collide", Severity.ERROR, guide=("pkg-3", "pkg-5"), varies=(Severity.WARNING,))
_NOT_IN_A_NAME = r"[^A-Za-z0-9._-]"


@check(GPU005)
def nvidia_files_collide(packages: Packages) -> Iterator[Finding]:
    """True with or without a GPU: the files are damaged, and an import loads them on any machine."""
    if not any(item.key.startswith("nvidia-") for item in packages.distributions):
        raise NotApplicable("no nvidia-* distribution is installed")
    shared: dict[tuple[str, ...], list[Collision]] = {}
    for collision in packages.collisions:
        if "nvidia" in paths.parts(collision.path)[:-1] and not collision.path.endswith(".py"):
            shared.setdefault(tuple(sorted(collision.claims)), []).append(collision)
    for owners, files in shared.items():
        who = " and ".join(owners)
        folder, first = paths.parent(files[0].path), paths.name(files[0].path)
        differ = [collision for collision in files if collision.differs]
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        yield Finding(
            GPU005,
            who,
            (Evidence("own the same files", ", ".join(owners)), Evidence("files", f"{first}{more} in {folder}")),
            f"{who} have overwritten each other's libraries" if differ else f"{who} own the same libraries",
            "Both install into one folder: what was installed last is there, removing either removes it for both. "
            + ("The other's users load what is not made for them." if differ else "The files are the same so far."),
            own_severity=None if differ else Severity.WARNING,
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
