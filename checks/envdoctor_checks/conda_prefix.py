"""Is what conda installed still what conda installed, and all of a piece?"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaDamage,
    CondaOverlap,
    CondaRecord,
    Evidence,
    Finding,
    Install,
    NotApplicable,
    Prefix,
    Recreate,
    Rule,
    Run,
    Severity,
    UnknownFact,
    check,
    family,
    known,
    table,
)
from envdoctor_checks.conda_config import families

CON001 = Rule("CON001", "mixed-channels", Severity.WARNING, guide=("rec-6",))
CON004 = Rule("CON004", "defaults-terms", Severity.INFO, guide=("rec-1", "rec-6"))
CON007 = Rule("CON007", "pip-over-conda", Severity.WARNING, guide=("pkg-8",), varies=(Severity.ERROR,))
CON008 = Rule("CON008", "damaged-conda-package", Severity.ERROR, guide=("repro-1",), varies=(Severity.INFO,))
CON013 = Rule("CON013", "interrupted-install", Severity.ERROR, guide=("repro-1",))

_BLAS = re.compile(r"(?:lib)?(?:c?blas|lapacke?|openblas|mkl|blis)$")
SHAPES = {
    "replaced": "pip took conda's files away and put its own in their place",
    "beside": "pip's files lie over conda's, with metadata of both",
    "overwritten": "pip's files lie over conda's",
    "unrecorded": "pip's stands where conda's was, and conda has lost its record of it",
}


def _environment(conda: Conda) -> list[CondaRecord]:
    if not conda.is_environment:
        raise NotApplicable("not a conda environment")
    return known(conda.records)


def _names(records: list[CondaRecord], limit: int = 8) -> str:
    words = [f"{record.name} {record.version}" for record in records[:limit]]
    return ", ".join(words) + (f" and {len(records) - limit} more" if len(records) > limit else "")


def _unread(conda: Conda) -> None:
    """What can't be read is no pass."""
    if conda.unreadable:
        reasons = list(conda.unreadable.values())
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        raise UnknownFact(f"some records can't be read: {'; '.join(reasons[:3])}{more}")


@check(CON001)
def mixed_channels(conda: Conda) -> Iterator[Finding]:
    """Packages without binaries (noarch) do not count: they fit anywhere."""
    binaries = [record for record in _environment(conda) if record.subdir != "noarch"]
    core = set(table("conda")["core"]["names"])
    sides = {
        side: sorted(
            (record for record in binaries if family(record.channel) == side),
            key=lambda record: record.name not in core,
        )
        for side in ("defaults", "conda-forge")
    }
    if not all(sides.values()):
        _unread(conda)
        return
    split = {side: [record.name for record in records if record.name in core] for side, records in sides.items()}
    fewer = min(sides, key=lambda side: len(sides[side]))
    torn = all(split.values())
    asked = [record.name for record in _environment(conda) if record.requested] or ["python"]
    yield Finding(
        CON001,
        "defaults and conda-forge",
        tuple(Evidence(side, f"{len(records)}: {_names(records)}") for side, records in sides.items()),
        f"binaries of defaults and of conda-forge in one environment, {'the core split between them' if torn else f'{len(sides[fewer])} of them from {fewer}'}",
        "The two channels build against different libraries and compilers and don't test one another's packages; crashes at import and at run time follow, and conda-forge does not support the mix.",
        remedies=(
            Run(
                "make an environment from conda-forge alone",
                (
                    *_create(conda),
                    "--override-channels",
                    "--channel",
                    "conda-forge",
                    "--strict-channel-priority",
                    *asked,
                )
                if conda.tool == "conda"
                else (*_create(conda), "--override-channels", "--channel", "conda-forge", *asked),
                reason="it downloads a whole environment; this one stays until you remove it",
            ),
        ),
    )


def _create(conda: Conda) -> tuple[str, ...]:
    return (conda.tool if conda.tool != "pixi" else "conda", "create", "--name", "one-channel")


@check(CON004)
def defaults_terms(conda: Conda) -> Iterator[Finding]:
    records = _environment(conda)
    used = [record for record in records if family(record.channel) == "defaults"]
    configured = isinstance(conda.channels, list) and conda.flavour != "pixi" and "defaults" in families(conda)
    if not used and not configured:
        _unread(conda)
        return
    evidence = [Evidence("configured", ", ".join(known(conda.channels)))] if configured else []
    if used:
        evidence.append(Evidence("installed from it", f"{len(used)}: {_names(used)}"))
    yield Finding(
        CON004,
        "defaults",
        tuple(evidence),
        "Anaconda's own channels are in use here, and they have terms",
        "Organisations above 200 people need a paid licence for them, Miniconda's use included; others, and much of teaching and research, don't. conda and conda-forge are free for all.",
        nothing_to_do="unless your organisation is above that size and has no licence.",
    )


def _over(overlap: CondaOverlap) -> Severity | None:
    return (
        Severity.ERROR if overlap.package in ("python", "numpy", "numpy-base") or _BLAS.match(overlap.package) else None
    )


@check(CON007)
def pip_over_conda(conda: Conda) -> Iterator[Finding]:
    _environment(conda)
    for overlap in known(conda.overlaps):
        conda_side = overlap.conda_version or "record gone"
        wanted = f"{overlap.package}=={overlap.conda_version}" if overlap.conda_version else overlap.package
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
            f"{SHAPES[overlap.shape][0].upper()}{SHAPES[overlap.shape][1:]}. Each tool believes in its own files: an update or removal by either leaves a mixture.",
            severity=_over(overlap),
            remedies=(
                Run(
                    f"take pip's {overlap.distribution} away first",
                    ("python", "-m", "pip", "uninstall", "--yes", overlap.distribution),
                    reason="until the next step nothing of it is there",
                    undo=f"python -m pip install {overlap.distribution}=={overlap.pip_version}"
                    if overlap.pip_version
                    else "",
                ),
                Install((wanted,), force=True, title=f"then install conda's {overlap.package} anew"),
            ),
        )
    _unread(conda)


@check(CON008)
def damaged_package(conda: Conda) -> Iterator[Finding]:
    """A package that pip has been over is CON007's: there other files are to be expected."""
    records = {record.name: record for record in _environment(conda)}
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
                Evidence(item.package, f"{item.count} files, such as {next(iter(item.minor))}") for item in slimmed[:8]
            ),
            f"{sum(item.count for item in slimmed)} files of {len(slimmed)} packages are gone: none of them code",
            f"Documentation, tests, headers and the like ({files[0]}); slimmed images leave them out.",
            severity=Severity.INFO,
            nothing_to_do="unless you need them.",
        )
    _unread(conda)


def _damage(item: CondaDamage, record: CondaRecord) -> Finding:
    shown = [Evidence(path, what) for path, what in item.severe.items()]
    if item.count > len(shown):
        shown.append(Evidence("in all", f"{item.count} files"))
    return Finding(
        CON008,
        item.package,
        tuple(shown),
        f"files of {item.package} are not as conda installed them: {next(iter(item.severe))} ({next(iter(item.severe.values()))})",
        "Code or a library of the package is missing or was changed after it was installed: what it does now nobody has tested.",
        remedies=(Install((f"{item.package}=={record.version}",), force=True, title=f"install {item.package} anew"),),
    )


@check(CON013)
def interrupted_install(conda: Conda, prefix: Prefix) -> Iterator[Finding]:
    records = _environment(conda)
    left = [Evidence("left behind", name) for name in conda.leftovers]
    left += [Evidence("empty record", name) for name, why in conda.unreadable.items() if why.endswith(": empty")]
    own = prefix.executable_exists and prefix.configuration is None and not (prefix.link or "").startswith("/")
    lost = any(name.startswith("python-") for name in conda.unreadable)
    if own and not lost and not any(record.name in ("python", "pypy", "graalpy") for record in records):
        left.append(Evidence("no record of python", f"{prefix.executable} is there"))
    if not left:
        return
    yield Finding(
        CON013,
        prefix.path,
        tuple(left[:8]),
        "an installation into this environment did not end",
        "It was interrupted, or conda-meta was damaged since: some packages are there in part, and conda does not know of them.",
        remedies=(Recreate(title="make the environment anew"),),
    )
