"""GPU016: A check that a package of RAPIDS brings for RAPIDS' own doctor fails."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Manual, NotApplicable, Packages, Rule, Severity, UnknownFact, check

GPU016 = Rule("GPU016", "own-check-fails", Severity.WARNING)


@check(GPU016)
def own_check_fails(packages: Packages) -> Iterator[Finding]:
    if packages.own_checks is None:
        raise NotApplicable("the packages' own checks run with --deep")
    if not packages.own_checks:
        raise NotApplicable("no package brings checks of its own")
    for item in packages.own_checks:
        if item.ended == "failed":
            yield Finding(
                GPU016,
                item.name,
                (Evidence("package", item.distribution), Evidence("said", item.said)),
                f"the check {item.name} of {item.distribution} fails: {_first(item.said)}",
                f"{item.distribution} registers this check for `rapids doctor`: what it needs is not so here.",
                remedies=(Manual("do what the check says; `rapids doctor --verbose` shows the whole of it"),),
            )
    if unknown := [item for item in packages.own_checks if not item.ended]:
        raise UnknownFact("; ".join(f"{item.name}: {item.said}" for item in unknown))


def _first(said: str) -> str:
    line = said.partition("\n")[0].strip()
    return line if len(line) <= 150 else f"{line[:150]}…"
