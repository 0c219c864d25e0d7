"""FLT001: the machines run different Pythons."""

from collections.abc import Iterator

from envdoctor.api import Finding, Fleet, Manual, Rule, Severity, check, minor_of
from envdoctor_checks.fleet._differences import Difference, differences, finding, listed, working

FLT001 = Rule("FLT001", "python-differs", Severity.ERROR, varies=(Severity.INFO,))


def _breaks(difference: Difference) -> bool:
    """Functions and data that one Python pickles can't be relied on in the other."""
    if difference.what == "version":
        return len({minor_of(value) for value in difference.values}) > 1
    return difference.what in ("implementation", "free-threaded")


@check(FLT001)
def python_differs(fleet: Fleet) -> Iterator[Finding]:
    """Of one job, all must run the same minor version; elsewhere it is worth knowing."""
    every = list(differences(fleet, "python", only=lambda what: what in ("version", "implementation", "free-threaded")))
    breaking = [difference for difference in every if fleet.one_job and _breaks(difference)]
    if breaking:
        yield finding(
            FLT001,
            Severity.ERROR,
            breaking,
            f"Python differs: {listed(breaking)}",
            "What one Python pickles (functions above all), another minor version can't run: tasks fail, or give wrong "
            "results, on some machines only.",
            (Manual(f"Make the environment on these machines again with Python {breaking[0].usual}"),),
        )
    seen = {difference.what for difference in breaking}
    rest = [it for it in differences(fleet, "python", working(fleet)) if it.what not in seen]
    if rest:
        yield finding(
            FLT001,
            Severity.INFO,
            rest,
            f"Python differs: {listed(rest)}",
            "Patch releases of Python work together.",
            nothing_to_do="these differences break nothing by themselves",
        )
