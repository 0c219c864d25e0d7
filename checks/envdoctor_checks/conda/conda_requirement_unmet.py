"""CON019: A package of conda needs another that is not there, or that is there in a version that does not do."""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaRecord,
    Evidence,
    Finding,
    Install,
    Rule,
    Severity,
    check,
    conda_requirement,
    known,
)
from envdoctor_checks.conda._records import conda_records

CON019 = Rule("CON019", "conda-requirement-unmet", Severity.ERROR, guide=("repro-1",), varies=(Severity.WARNING,))


@check(CON019)
def conda_requirement_unmet(conda: Conda) -> Iterator[Finding]:
    """What pip has put in a package's place is CON007's, what can't be read CON016's."""
    records = {record.name: record for record in conda_records(conda)}
    excused = {overlap.package for overlap in known(conda.overlaps)}
    excused |= {name.removesuffix(".json").rsplit("-", 2)[0] for name in conda.unreadable}
    missing: dict[str, list[tuple[CondaRecord, str]]] = {}
    unfit: dict[str, list[tuple[CondaRecord, str]]] = {}
    for record in records.values():
        for text in record.depends:
            wanted = conda_requirement(text)
            if wanted is None or wanted.name.startswith("__") or wanted.name in excused:
                continue
            there = records.get(wanted.name)
            if there is None:
                missing.setdefault(wanted.name, []).append((record, text))
            elif wanted.met_by(there.version, there.build) is False:
                unfit.setdefault(wanted.name, []).append((record, text))
    for name, needed in sorted(missing.items()):
        by, spec = needed[0]
        yield Finding(
            CON019,
            name,
            _evidence(needed),
            f"{by.name} needs {spec}, and conda has no {name} here",
            f"conda installed {name} along with it, and it was removed since, with --force or by hand. What needs it "
            "fails when it is used.",
            remedies=(Install(_specs(name, needed), title=f"install {name}", conda=True),),
        )
    for name, needed in sorted(unfit.items()):
        by, spec = needed[0]
        there = records[name]
        yield Finding(
            CON019,
            name,
            (Evidence("installed", f"{name} {there.version} {there.build}"), *_evidence(needed)),
            f"{by.name} needs {spec}, and {name} {there.version} is there",
            "conda calls such an environment inconsistent: the two were never tested with one another, and the next "
            "installation may change much else.",
            own_severity=Severity.WARNING,
            remedies=(Install(_specs(name, needed), title=f"install a {name} that fits", conda=True),),
        )


def _evidence(needed: list[tuple[CondaRecord, str]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(f"{record.name} {record.version}", f"needs {spec}") for record, spec in needed[:6])


def _specs(name: str, needed: list[tuple[CondaRecord, str]]) -> tuple[str, ...]:
    """What all that need it ask of its version; just the name where that is not one plain condition."""
    wanted = [spec for _, text in needed if (spec := conda_requirement(text)) is not None]
    version = ",".join(sorted({spec.version for spec in wanted} - {"", "*"}))
    builds = {spec.build for spec in wanted} - {"", "*"}
    bare = version and not set(version) & set("<>=!~,|")
    if len(builds) == 1:  # by the name and version alone conda would keep what is there
        return (f"{name}={version if bare else '*'}={builds.pop()}",)
    if bare:
        return (f"{name}={version}" if version.endswith("*") else f"{name}=={version}",)
    plain = version and "|" not in version and all(part[:1] in "<>=!~" for part in version.split(","))
    return (f"{name}{version}",) if plain else (name,)
