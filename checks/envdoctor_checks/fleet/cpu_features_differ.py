"""FLT005: the machines have different processors."""

from collections.abc import Iterator

from envdoctor.api import Finding, Fleet, Rule, Severity, check
from envdoctor_checks.fleet._differences import differences, finding, listed, working

FLT005 = Rule("FLT005", "cpu-features-differ", Severity.INFO)


@check(FLT005)
def cpu_features_differ(fleet: Fleet) -> Iterator[Finding]:
    """Never a fault by itself."""
    found = list(differences(fleet, "cpu", working(fleet)))
    if found:
        found.sort(key=lambda item: item.what not in ("model", "logical", "usable", "quota"))
        yield finding(
            FLT005,
            Severity.INFO,
            found,
            f"processors differ: {listed(found)}",
            "What is compiled for one processor (`-march=native`) ends with an illegal instruction on one that lacks a feature; "
            "packages from PyPI and conda choose when they run.",
            nothing_to_do="unless you compile packages yourself",
        )
