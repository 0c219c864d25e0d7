"""Are conda's files still conda's, and whole?"""

import re
import shlex
from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaDamage,
    CondaOverlap,
    CondaRecord,
    Evidence,
    Finding,
    Install,
    Manual,
    Prefix,
    Rule,
    Run,
    Severity,
    UnknownFact,
    check,
    known,
)
from envdoctor_checks.conda_prefix import conda_records, unread

CON007 = Rule("CON007", "pip-over-conda", Severity.WARNING, guide=("pkg-8",), varies=(Severity.ERROR,))
CON008 = Rule("CON008", "damaged-conda-package", Severity.ERROR, guide=("repro-1",), varies=(Severity.INFO,))

_BLAS = r"(?:lib)?(?:c?blas|lapacke?|openblas|mkl|blis)$"
SHAPES = {
    "replaced": "pip took conda's files away and put its own in their place",
    "beside": "pip's files lie over conda's, with metadata of both",
    "overwritten": "pip's files lie over conda's",
    "unrecorded": "pip's stands where conda's was, and conda has lost its record of it",
}


def _over(overlap: CondaOverlap) -> Severity | None:
    return (
        Severity.ERROR
        if overlap.package in ("python", "numpy", "numpy-base") or re.match(_BLAS, overlap.package)
        else None
    )


@check(CON007)
def pip_over_conda(conda: Conda, prefix: Prefix) -> Iterator[Finding]:
    conda_records(conda)
    for overlap in known(conda.overlaps):
        conda_side = overlap.conda_version or "record gone"
        yield Finding(
            CON007,
            overlap.package,
            (
                Evidence("conda", f"{overlap.package} {conda_side}"),
                Evidence("pip", f"{overlap.distribution} {overlap.pip_version or ''}".strip()),
                Evidence("seen", overlap.evidence),
            ),
            f"pip has put {overlap.distribution} {overlap.pip_version or ''} over conda's {overlap.package}".replace(
                "  ", " "
            ),
            f"{SHAPES[overlap.shape][0].upper()}{SHAPES[overlap.shape][1:]}. Each tool believes in its own files: an "
            "update or removal by either leaves a mixture.",
            severity=_over(overlap),
            remedies=(_restore(conda, prefix, overlap),),
        )
    unread(conda)


def _restore(conda: Conda, prefix: Prefix, overlap: CondaOverlap) -> Run | Manual:
    """pip's goes first: it would take conda's new files with it later."""
    if conda.frozen:
        return Manual(f"leave it to whoever froze {prefix.path} to choose between the two")
    pip = any(record.name == "pip" for record in known(conda.records))
    out = (
        (prefix.executable, "-m", "pip", "uninstall", "--yes")
        if pip
        else ("uv", "pip", "uninstall", "--python", prefix.path)
    )
    back = (prefix.executable, "-m", "pip", "install") if pip else ("uv", "pip", "install", "--python", prefix.path)
    root, _, name = prefix.path.partition("/.pixi/envs/")
    place = ("--manifest-path", root, "--environment", name) if name else ()
    spec = f"{overlap.package}=={overlap.conda_version}" if overlap.conda_version else overlap.package
    again = (
        ("pixi", "reinstall", *place, overlap.package)
        if conda.tool == "pixi"
        else (conda.tool, "install", "--prefix", prefix.path, "--force-reinstall", spec)
    )
    return Run(
        f"take pip's {overlap.distribution} away, then install conda's {overlap.package} anew",
        (*out, overlap.distribution),
        reason="between the two steps nothing of it is there, and conda may change other packages",
        undo=shlex.join((*back, f"{overlap.distribution}=={overlap.pip_version}")) if overlap.pip_version else "",
        then=(again,),
    )


@check(CON008)
def damaged_package(conda: Conda) -> Iterator[Finding]:
    """A package that pip has been over is CON007's: there other files are to be expected."""
    records = {record.name: record for record in conda_records(conda)}
    explained = {overlap.package for overlap in known(conda.overlaps)}
    damaged = [item for item in known(conda.damaged) if item.package not in explained]
    for item in damaged:
        if item.severe:
            yield _damage(item, records[item.package])
    slimmed = [item for item in damaged if not item.severe]
    if slimmed:
        files = [f"{path}: {what}" for item in slimmed for path, what in item.minor.items()]
        yield Finding(
            CON008,
            "files that no code needs",
            tuple(
                Evidence(item.package, f"{_number(item.count, 'file')}, such as {next(iter(item.minor))}")
                for item in slimmed[:8]
            ),
            f"{_gone(slimmed)}: none of them code",
            f"Documentation, tests, headers and the like ({files[0]}); slimmed images leave them out.",
            severity=Severity.INFO,
            nothing_to_do="unless you need them.",
        )
    unread(conda)
    if conda.unhashed:
        reasons = [f"{path}: {why}" for path, why in conda.unhashed.items()]
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        raise UnknownFact(f"files can't be read: {'; '.join(reasons[:3])}{more}")


def _gone(items: list[CondaDamage]) -> str:
    count = sum(item.count for item in items)
    return f"{_number(count, 'file')} of {_number(len(items), 'package')} {'is' if count == 1 else 'are'} gone"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _damage(item: CondaDamage, record: CondaRecord) -> Finding:
    shown = [Evidence(path, what) for path, what in item.severe.items()]
    if item.count > len(shown):
        shown.append(Evidence("in all", f"{item.count} files"))
    return Finding(
        CON008,
        item.package,
        tuple(shown),
        f"files of {item.package} are not as conda installed them: {next(iter(item.severe))} "
        f"({next(iter(item.severe.values()))})",
        "Code or a library of the package is missing or was changed after it was installed: what it does now nobody "
        "has tested.",
        remedies=(
            Install(
                (f"{item.package}=={record.version}",), force=True, title=f"install {item.package} anew", conda=True
            ),
        ),
    )
