"""The least change: of several ways to the same end the one that touches fewest distributions, and none further than
it has to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.ecosystem.versions import is_newer, is_within, numbers
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Install, Remedy
from envdoctor.engine.rules import Severity
from envdoctor.facts import Distribution
from envdoctor.fixes.constraints import contradictory, joined, specifier_of

OLDEST_YEAR = 1990  # a first number from here on is a year: the next one breaks nothing by itself
UPPER = ("<", "<=", "==", "===", "~=")


def first_ways(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, each with the remedy first that changes what most others need changed, too.

    What harms is not swayed by what is only worth knowing. A remedy that others contradict stays behind.
    """
    if sum(_choice(item) for item in findings) == 0:
        return list(findings)
    harmful = [item for item in findings if item.severity is not Severity.INFO]
    chosen: dict[str, list[str]] = {}
    return [_turned(item, _wanted(harmful if item in harmful else findings), chosen) for item in findings]


def _choice(finding: Finding) -> bool:
    return len(finding.remedies) > 1 and bool(_single(finding.remedies[0]))


def _wanted(findings: Iterable[Finding]) -> Counter[str]:
    """How many findings a distribution would settle."""
    return Counter(name for item in findings for name in {_single(way) for way in item.remedies} if name)


def _turned(finding: Finding, wanted: Counter[str], chosen: dict[str, list[str]]) -> Finding:
    ways = list(finding.remedies)
    if not ways or not _single(ways[0]):
        return finding
    for way in sorted((way for way in ways if _single(way)), key=lambda way: -wanted[_single(way)]):
        requirements = chosen.setdefault(_single(way), [])
        more = list(way.requirements) if isinstance(way, Install) else []
        if not any(map(contradictory, joined([*requirements, *more], ()))):
            requirements += more
            if way is ways[0]:
                return finding
            rest = [other for other in ways if other is not way]
            return msgspec.structs.replace(finding, remedies=(way, *rest))
    return finding


def _single(remedy: Remedy) -> str:
    """The one distribution that an installation changes; empty for all else."""
    plain = isinstance(remedy, Install) and not (remedy.force or remedy.conda or remedy.then)
    names = {normalise(name_in(item)) for item in remedy.requirements} if isinstance(remedy, Install) and plain else ()
    return next(iter(names)) if len(names) == 1 else ""


def capped(requirement: str, installed: Mapping[str, Distribution]) -> str:
    """The requirement kept below the next major version, where that of the installed one is enough."""
    version, specifier = _there(requirement, installed), specifier_of(requirement)
    if not version or is_within(version, specifier) is not False:
        return requirement
    parts = specifier.split(",")
    floor = [part for part in parts if part.startswith(">=")]
    major = numbers(version)[:1]
    if len(floor) != 1 or any(part.startswith(UPPER) for part in parts) or not major or major[0] >= OLDEST_YEAR:
        return requirement
    same = numbers(floor[0][2:].strip())[:1] == major
    return f"{requirement},<{major[0] + 1}" if same else requirement


def risks(requirements: Iterable[str], installed: Mapping[str, Distribution]) -> str:
    """Why these are not simply safe: what they take back to an older version, or may move to another major version."""
    found = []
    for requirement in requirements:
        version, specifier = _there(requirement, installed), specifier_of(requirement)
        if not version or not specifier or is_within(version, specifier) is not False:
            continue
        name = name_in(requirement)
        if steps_back(requirement, version):
            found.append(f"it takes {name} back from {version}: what needs the newer one may fail")
        elif _may_be_major(specifier, version):
            found.append(f"it may move {name} from {version} to another major version")
    return "; ".join(found)


def steps_back(requirement: str, version: str) -> bool:
    """Whether all that the requirement admits is older than this version."""
    for part in specifier_of(requirement).split(","):
        bound = part.lstrip("<>=~!").strip().removesuffix(".*")
        if part.startswith(UPPER) and is_within(version, part) is False and not is_newer(bound, version):
            return True
    return False


def _may_be_major(specifier: str, version: str) -> bool:
    """Whether a version that it admits has another major number; a year is none."""
    major = numbers(version)[:1]
    if not major or major[0] >= OLDEST_YEAR:
        return False
    next_one = major[0] + 1
    return is_within(f"{next_one}.0", specifier) is not False or any(
        numbers(part.lstrip("<>=~!").strip())[:1] > major
        for part in specifier.split(",")
        if not part.startswith("!=")
        if not part.startswith("<")
    )


def _there(requirement: str, installed: Mapping[str, Distribution]) -> str:
    item = installed.get(normalise(name_in(requirement)))
    return item.version if item is not None and isinstance(item.version, str) else ""
