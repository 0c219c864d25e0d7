"""Do the installed distributions fit together?"""

from collections.abc import Iterator

from envdoctor.api import (
    Confidence,
    Distribution,
    Evidence,
    Finding,
    Install,
    Interpreter,
    Packages,
    Problem,
    Resolver,
    Rule,
    Severity,
    UnknownFact,
    check,
)

PKG001 = Rule("PKG001", "unmet-requirement", Severity.ERROR, guide=("pkg-5", "repro-1"), varies=(Severity.INFO,))
OTHER_MANAGERS = ("conda", "debian", "rpm", "apk", "portage")


@check(PKG001)
def unmet_requirement(packages: Packages, interpreter: Interpreter) -> Iterator[Finding]:
    """Markers and extras are evaluated for the patient; of two distributions with one name the first counts."""
    resolver = Resolver(packages.distributions, interpreter.markers)
    first: dict[str, Distribution] = {}
    for distribution in packages.distributions:
        first.setdefault(distribution.key, distribution)
    unread = [f"{item.path}: {item.problem}" for item in packages.distributions if not isinstance(item.requires, list)]
    for distribution in first.values():
        for line in distribution.requires if isinstance(distribution.requires, list) else ():
            problem = resolver.problem(line)
            if problem:
                yield _finding(distribution, problem, first)
    unread += [f"{entry}: {why}" for entry, why in packages.unreadable.items()]
    if unread:
        more = f" (and {len(unread) - 3} more)" if len(unread) > 3 else ""
        raise UnknownFact(f"the requirements of some distributions can't be read: {'; '.join(unread[:3])}{more}")


def _finding(distribution: Distribution, problem: Problem, first: dict[str, Distribution]) -> Finding:
    needed = f"{problem.name}{problem.wanted}"
    there = f"{problem.name} {problem.found} is installed" if problem.found else f"{problem.name} is not installed"
    title = f"{distribution.name} needs {needed}, and {there}"
    if problem.reason:
        title = f"{distribution.name} has a requirement that can't be judged: {problem.reason}"
    other = first.get(problem.name.lower())
    elsewhere = _elsewhere(distribution) or (other is not None and _elsewhere(other))
    return Finding(
        PKG001,
        f"{distribution.name} needs {problem.name}",
        (
            Evidence("requirement", problem.requirement),
            Evidence("required by", f"{distribution.name} {distribution.version}"),
            Evidence("installed", f"{problem.name} {problem.found}" if problem.found else "no"),
        ),
        title,
        f"{distribution.name} was written against {needed}; without it, importing or using it may fail.",
        severity=Severity.INFO if elsewhere or problem.reason else None,
        confidence=Confidence.POSSIBLE if elsewhere or problem.reason else None,
        remedies=() if problem.reason else (Install((needed,)),),
    )


def _elsewhere(distribution: Distribution) -> bool:
    """True where a package manager other than pip's kin answers for it: names differ there, and so do promises."""
    return distribution.installer in OTHER_MANAGERS or distribution.location == "/usr/lib/python3/dist-packages"
