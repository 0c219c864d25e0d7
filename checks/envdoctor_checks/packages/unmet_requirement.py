"""PKG001: An installed distribution requires another one (`Requires-Dist`) that is missing, or is there in a version
outside the range.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from envdoctor.api import (
    CURATED,
    Confidence,
    Distribution,
    Evidence,
    Finding,
    Install,
    Interpreter,
    Manual,
    Missing,
    Packages,
    Path,
    Patient,
    Problem,
    Remedy,
    RequirementChecker,
    Rule,
    Severity,
    UnknownFact,
    check,
    plainly_within,
    table,
)
from envdoctor_checks.packages._evidence import own_copy_away
from envdoctor_checks.python._pythonpath import off_pythonpath

PKG001 = Rule("PKG001", "unmet-requirement", Severity.ERROR, guide=("pkg-5", "repro-1"), varies=(Severity.INFO,))


class SystemName(Struct):
    """A row of the table: what a distribution of PyPI is called in Debian."""

    pypi: str
    debian: str = ""


@check(PKG001)
def unmet_requirement(
    packages: Packages, interpreter: Interpreter, patient: Patient, path: Path | Missing | None = None
) -> Iterator[Finding]:
    """Markers and extras are evaluated for the patient; of two distributions with one name the first counts."""
    resolver = RequirementChecker(packages.distributions, interpreter.markers)
    curated = any(overlay in CURATED for overlay in patient.overlays)
    version = interpreter.markers.get("python_full_version", interpreter.version)
    wanted = {item.requires_python for item in packages.distributions if item.requires_python}
    unfit = {specifiers for specifiers in wanted if plainly_within(version, specifiers) is False}
    met: set[str] = set()  # the same lines come again and again
    for distribution in resolver.first.values():
        for line in distribution.requires if isinstance(distribution.requires, list) else ():
            if line in met:
                continue
            problem = resolver.problem(line)
            if problem is None:
                met.add(line)
            else:
                yield _unmet(distribution, problem, resolver, curated, path, packages.distributions)
        for extra, problem in resolver.too_old_for_extras(distribution):
            yield _too_old_for_extra(distribution, extra, problem, resolver)
        if distribution.requires_python in unfit:
            yield _other_python(distribution, version)
    lost = [(item.path, item.requires) for item in packages.distributions]
    unread = [f"{path}: {requires.reason}" for path, requires in lost if isinstance(requires, Missing)]
    unread += [f"{entry}: {why}" for entry, why in packages.unreadable.items()]
    if unread:
        more = f" (and {len(unread) - 3} more)" if len(unread) > 3 else ""
        raise UnknownFact(f"the requirements of some distributions can't be read: {'; '.join(unread[:3])}{more}")


def _unmet(
    distribution: Distribution,
    problem: Problem,
    resolver: RequirementChecker,
    curated: bool,
    path: Path | Missing | None,
    everything: Sequence[Distribution],
) -> Finding:
    needed = f"{problem.name}{problem.wanted}"
    there = f"{problem.name} {problem.found} is installed" if problem.found else f"{problem.name} is not installed"
    through = f"{problem.through}, which needs " if problem.through else ""
    title = f"{distribution.name} needs {through}{needed}, and {there}"
    if problem.reason:
        title = f"{distribution.name} has a requirement that can't be judged: {problem.reason}"
    other = resolver.first.get(problem.key)
    mild = curated or bool(problem.reason or distribution.owner or (other is not None and other.owner))
    demands = [] if problem.reason else [item for item in resolver.demands(problem.key) if item.by != distribution.name]
    evidence = [
        Evidence("requirement", problem.requirement),
        Evidence("required by", f"{distribution.name} {distribution.version}"),
        Evidence("installed", f"{problem.name} {problem.found}" if problem.found else "no"),
    ]
    if other is not None:
        evidence += [Evidence("also asked for", f"{item.by}: {problem.name}{item.specifier}") for item in demands[:5]]
    return Finding(
        PKG001,
        f"{distribution.name} needs {problem.name}",
        tuple(evidence),
        title,
        f"{distribution.name} was written against {needed}; without it, importing or using it may fail.",
        own_severity=Severity.INFO if mild else None,
        own_confidence=Confidence.POSSIBLE if mild else None,
        remedies=()
        if (fine := _left_out(distribution, problem))
        else (off_pythonpath(other.location, path) if other else ())
        or _mending(distribution, problem, resolver, everything),
        nothing_to_do=fine,
    )


def _left_out(distribution: Distribution, problem: Problem) -> str:
    """Why nothing has to be done where a system's package comes without what its metadata asks for; empty: something has.

    The system's packages bring what they need by the system's own lists; what upstream asks for beyond that is optional
    there (Debian's python3-gi suggests no cairo).
    """
    if distribution.owner != "system" or problem.found or problem.reason:
        return ""
    rows = table("other_names", "distribution", SystemName)
    name = next((row.debian for row in rows if row.pypi == problem.key and row.debian), f"python3-{problem.key}")
    return (
        f"the system's packages bring what they need. If a program asks for {problem.name}, install the system's own "
        f"package of it (Debian: {name})"
    )


def _mending(
    distribution: Distribution, problem: Problem, resolver: RequirementChecker, all_of_them: Sequence[Distribution]
) -> tuple[Remedy, ...]:
    """The least change: the one distribution that is wrong, in a version that suits all who ask for it."""
    if problem.reason:
        return ()
    other = resolver.first.get(problem.key)
    if "@" in problem.requirement.partition(";")[0]:  # an index may have something else under this name
        return (Manual(f"install {problem.name} from where {distribution.name} takes it: {problem.requirement}"),)
    if other is not None and (away := own_copy_away(distribution, other, all_of_them)):
        return away
    if problem.through:
        return (Install((f"{problem.name}{problem.wanted}",)),)
    joint = resolver.joint(problem.key)
    if joint is not None:
        return (Install((f"{problem.name}{joint}",)),)
    asked = [
        f"{item.by} asks for {problem.name}{item.specifier}" for item in resolver.demands(problem.key) if item.specifier
    ]
    return (
        Manual(f"no version of {problem.name} suits all ({'; '.join(asked)}): install another version of one of them"),
    )


def _too_old_for_extra(
    distribution: Distribution, extra: str, problem: Problem, resolver: RequirementChecker
) -> Finding:
    """Of use only to who uses that part of the package: it then refuses the older release."""
    asked = f"{problem.name}{problem.wanted}"
    against = [f"{it.by} asks for {problem.name}{it.specifier}" for it in resolver.against(problem.key, problem.wanted)]
    return Finding(
        PKG001,
        f"{distribution.name}[{extra}] needs {problem.name}",
        (
            Evidence("requirement", problem.requirement),
            Evidence("asked for by", f"the extra {extra} of {distribution.name} {distribution.version}"),
            Evidence("installed", f"{problem.name} {problem.found}"),
        ),
        f"{distribution.name} works with {asked} only, and {problem.name} {problem.found} is installed",
        f"Without {problem.name}, {distribution.name} works; what needs it (its extra {extra}) refuses the older release.",
        own_severity=Severity.INFO,
        own_confidence=Confidence.POSSIBLE,
        remedies=(Manual(f"nothing newer suits all: {'; '.join(against)}") if against else Install((asked,)),),
    )


def _other_python(distribution: Distribution, version: str) -> Finding:
    title = f"install a release of {distribution.name} made for this Python"
    return Finding(
        PKG001,
        f"{distribution.name} needs Python",
        (
            Evidence("Requires-Python", distribution.requires_python),
            Evidence("required by", f"{distribution.name} {distribution.version}"),
            Evidence("installed", f"Python {version}"),
        ),
        f"{distribution.name} {distribution.version} is for Python {distribution.requires_python}, not {version}",
        "pip and uv would not have chosen this release for this Python; it was meant for another, or forced.",
        own_severity=Severity.INFO,
        own_confidence=Confidence.LIKELY,
        remedies=(Install((_another(distribution),), title=title),),
    )


def _another(distribution: Distribution) -> str:
    """Any release but this one: an installer refuses it for this Python."""
    version = distribution.version
    plain = isinstance(version, str) and "+" not in version
    return f"{distribution.name}!={version}" if plain else distribution.name
