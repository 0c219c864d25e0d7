"""Is what conda installed still what conda installed, and all of a piece?"""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaBase,
    CondaRecord,
    Evidence,
    Finding,
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
CON013 = Rule("CON013", "interrupted-install", Severity.ERROR, guide=("repro-1",))


def conda_records(conda: Conda) -> list[CondaRecord]:
    if not conda.is_environment:
        raise NotApplicable("not a conda environment")
    return known(conda.records)


def _names(records: list[CondaRecord], limit: int = 8) -> str:
    words = [f"{record.name} {record.version}" for record in records[:limit]]
    return ", ".join(words) + (f" and {len(records) - limit} more" if len(records) > limit else "")


def unread(conda: Conda) -> None:
    """What can't be read is no pass."""
    if conda.unreadable:
        reasons = list(conda.unreadable.values())
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        raise UnknownFact(f"some records can't be read: {'; '.join(reasons[:3])}{more}")


@check(CON001)
def mixed_channels(conda: Conda) -> Iterator[Finding]:
    """Packages without binaries (noarch) do not count: they fit anywhere."""
    binaries = [record for record in conda_records(conda) if record.subdir != "noarch"]
    core = set(table("conda")["core"]["names"])
    sides = {
        side: sorted(
            (record for record in binaries if family(record.channel) == side),
            key=lambda record: record.name not in core,
        )
        for side in ("defaults", "conda-forge")
    }
    if not all(sides.values()):
        unread(conda)
        return
    split = {side: [record.name for record in records if record.name in core] for side, records in sides.items()}
    fewer = min(sides, key=lambda side: len(sides[side]))
    how = "the core split between them" if all(split.values()) else f"{len(sides[fewer])} of them from {fewer}"
    asked = [record.name for record in conda_records(conda) if record.requested] or ["python"]
    if isinstance(conda.base, CondaBase) and isinstance(conda.base.requested, list):  # conda itself stays where it is
        asked = list(dict.fromkeys(["python", *conda.base.requested]))
    channels = _apart(conda, asked)
    yield Finding(
        CON001,
        "defaults and conda-forge",
        tuple(Evidence(side, f"{len(records)}: {_names(records)}") for side, records in sides.items()),
        f"binaries of defaults and of conda-forge in one environment, {how}",
        "The two channels build against different libraries and compilers and don't test one another's packages; "
        "crashes at import and at run time follow, and conda-forge does not support the mix.",
        remedies=(
            Run(
                f"make an environment from {' and '.join(channels)} alone",
                (
                    *_create(conda),
                    "--override-channels",
                    *(word for channel in channels for word in ("--channel", channel)),
                    *(("--strict-channel-priority",) if conda.tool == "conda" else ()),
                    *asked,
                ),
                reason="it downloads a whole environment; this one stays until you remove it",
            ),
        ),
    )


def _apart(conda: Conda, asked: list[str]) -> list[str]:
    """conda-forge, and what else the packages asked for came from: bioconda has what conda-forge has not."""
    ended = {row["channel"] for row in table("conda")["retired"]}
    others = (record.channel for record in known(conda.records) if record.name in asked)
    return ["conda-forge", *dict.fromkeys(name for name in others if name and not family(name) and name not in ended)]


def _create(conda: Conda) -> tuple[str, ...]:
    return (conda.tool if conda.tool != "pixi" else "conda", "create", "--name", "one-channel")


@check(CON004)
def defaults_terms(conda: Conda) -> Iterator[Finding]:
    records = conda_records(conda)
    used = [record for record in records if family(record.channel) == "defaults"]
    configured = isinstance(conda.channels, list) and conda.flavour != "pixi" and "defaults" in families(conda)
    if not used and not configured:
        unread(conda)
        return
    evidence = [Evidence("configured", ", ".join(known(conda.channels)))] if configured else []
    if used:
        evidence.append(Evidence("installed from it", f"{len(used)}: {_names(used)}"))
    yield Finding(
        CON004,
        "defaults",
        tuple(evidence),
        "Anaconda's own channels are in use here, and they have terms",
        "Organisations above 200 people need a paid licence for them, Miniconda's use included; others, and much of "
        "teaching and research, don't. conda and conda-forge are free for all.",
        nothing_to_do="unless your organisation is above that size and has no licence.",
    )


@check(CON013)
def interrupted_install(conda: Conda, prefix: Prefix) -> Iterator[Finding]:
    records = conda_records(conda)
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
        "It was interrupted, or conda-meta was damaged since: some packages are there in part, and conda does not "
        "know of them.",
        remedies=(Recreate(title="make the environment anew"),),
    )
