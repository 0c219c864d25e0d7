"""CON001: Binary packages from `defaults` and from conda-forge share one environment."""

from collections.abc import Iterator

from envdoctor.api import (
    NAME,
    Conda,
    CondaBase,
    Evidence,
    Finding,
    Missing,
    NewEnvironment,
    Packages,
    Prefix,
    Rule,
    Severity,
    check,
    family,
    is_a,
    known,
    listed,
    paths,
)
from envdoctor_checks.conda._channels import retired_channels
from envdoctor_checks.conda._records import by_hand, conda_records, from_elsewhere, in_words, unread

CON001 = Rule("CON001", "mixed-channels", Severity.WARNING, guide=("rec-6",))


@check(CON001)
def mixed_channels(conda: Conda, prefix: Prefix, packages: Packages | Missing | None = None) -> Iterator[Finding]:
    """Packages without binaries (noarch) do not count: they fit anywhere."""
    binaries = [record for record in conda_records(conda) if record.subdir != "noarch"]
    core = listed("conda", "core")
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
    python = next((record.version for record in conda_records(conda) if record.name == "python"), "")
    asked = [f"python={'.'.join(python.split('.')[:2])}" if python else "python", *(n for n in asked if n != "python")]
    yield Finding(
        CON001,
        "defaults and conda-forge",
        tuple(Evidence(side, f"{len(records)}: {in_words(records)}") for side, records in sides.items()),
        f"binaries of defaults and of conda-forge in one environment, {how}",
        "The two channels build against different libraries and compilers and don't test one another's packages; "
        "crashes at import and at run time follow, and conda-forge does not support the mix.",
        remedies=(
            NewEnvironment(
                f"make an environment from {' and '.join(channels)} alone",
                name="one-channel",
                packages=tuple(asked),
                pip=_by_pip(prefix, packages),
                channels=tuple(channels),
                reason="it downloads a whole environment; this one stays until you remove it"
                + by_hand(from_elsewhere(prefix, packages)),
            ),
        ),
    )


def _apart(conda: Conda, asked: list[str]) -> list[str]:
    """conda-forge, and what else the packages asked for came from: bioconda has what conda-forge has not."""
    ended = {retired.channel for retired in retired_channels()}
    others = (record.channel for record in known(conda.records) if record.name in asked)
    return ["conda-forge", *dict.fromkeys(name for name in others if name and not family(name) and name not in ended)]


def _by_pip(prefix: Prefix, packages: Packages | Missing | None) -> tuple[str, ...]:
    """The distributions that pip has put into the environment, from an index."""
    found = packages.distributions if isinstance(packages, Packages) else []
    return tuple(
        item.name
        for item in found
        if item.installer in ("pip", "uv")
        and not item.url
        and paths.inside(item.location, prefix.path)
        and is_a(NAME, item.name)
        and item.key not in ("pip", "setuptools", "wheel")
    )
