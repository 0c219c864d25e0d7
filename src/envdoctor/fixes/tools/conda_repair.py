"""Conda's own files and records brought back: what conda can't do for itself, or needs help with."""

from typing import assert_never

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.engine.remedies import BringAlong, FillGaps, LayAgain, RepairConda, RestoreRecord
from envdoctor.facts import Conda
from envdoctor.fixes.model import Applicability, Fix, named
from envdoctor.fixes.steps import run
from envdoctor.fixes.target import Target

INSTALLER = "https://conda-forge.org/download/"


def carry_out(target: Target, errand: RestoreRecord | FillGaps | RepairConda | LayAgain | BringAlong) -> Fix:
    match errand:
        case RestoreRecord(file, package):
            return _record(target, file, package)
        case FillGaps(folders):
            return Fix(
                title="copy from conda's package cache what is missing",
                steps=tuple(run("cp", "-Rn", paths.join(source, "."), there) for source, there in folders),
                applicability=Applicability.SAFE,
                undo="nothing that was there is changed",
            )
        case RepairConda(packages):
            return _conda(target, packages)
        case LayAgain(packages, title):
            return _again(target, packages, title)
        case BringAlong(folder, requirements, title, by_hand):
            install = run(target.python, "-m", "pip", "install", *requirements)
            left = f"; {', '.join(by_hand)} came from elsewhere, and have to be brought back by hand" * bool(by_hand)
            return Fix(
                title=title,
                steps=(install,) if by_hand else (install, run("rm", "-r", "--", folder)),
                applicability=Applicability.UNSAFE,
                reason="it downloads the packages"
                + (left or ", and deletes the folder that no Python here looks into"),
            )
        case _:
            assert_never(errand)


def _again(target: Target, packages: tuple[str, ...], title: str) -> Fix:
    """conda would keep what is there by that name and version; so it goes first, alone."""
    if target.kind is OriginKind.PIXI:
        from envdoctor.fixes.tools.pixi import Pixi

        return named(Pixi(target).reinstall(list(packages)), title)
    here = ("--prefix", target.prefix)
    conda = target.conda_command()
    return Fix(
        title=title,
        steps=(run(conda, "remove", *here, "--force", *packages), run(conda, "install", *here, *packages)),
        applicability=Applicability.UNSAFE,
        reason="between the two steps they are not there, and conda may change other packages",
    )


def _record(target: Target, file: str, package: str) -> Fix:
    """conda takes the package for missing then, and lays it down over what is there."""
    aside = run("mv", "-n", file, f"{file}.broken")
    again = run(target.conda_command(), "install", "--prefix", target.prefix, "--force-reinstall", package)
    return Fix(
        title=f"put the record aside and install {package.partition('=')[0]} once more",
        steps=(aside, again),
        applicability=Applicability.UNSAFE,
        reason="conda may change other packages with it; it shows its plan and asks first",
        undo=target.shell.run(("mv", f"{file}.broken", file)),
    )


def _conda(target: Target, packages: tuple[str, ...]) -> Fix:
    """By a sibling that runs on nothing of base; else by the installer, which leaves environments as they are."""
    conda = target.facts.conda if isinstance(target.facts.conda, Conda) else None
    root = conda.root_prefix if conda and conda.root_prefix else target.prefix
    # mamba 1 is a program on conda: where conda does not start, it is not among the commands that do.
    sibling = next((name for name in ("micromamba", "mamba") if name in target.commands), None)
    if sibling:
        wanted = packages or ("conda", "python")
        return Fix(
            title=f"lay it down again with {sibling}, which needs nothing of what is broken",
            steps=(run(sibling, "install", "--prefix", root, "--force-reinstall", *wanted),),
            applicability=Applicability.UNSAFE,
            reason=f"it changes base; {sibling} shows its plan and asks first",
        )
    return Fix(
        title=f"run the installer once more over it, from {INSTALLER}: bash Miniforge3.sh -u -b -p {root} "
        "(the environments stay)",
        steps=(),
        applicability=Applicability.MANUAL,
    )
