"""Reports and findings for tests; facts are built by `envdoctor.testing`."""

from typing import Any

from envdoctor.engine.checks import Check, Outcome, Status
from envdoctor.engine.findings import Evidence, Finding
from envdoctor.engine.rules import Rule, Severity
from envdoctor.engine.selection import Selection
from envdoctor.report.advice import advise
from envdoctor.report.report import Report, Settings
from envdoctor.testing import facts


def report(*given: Finding, level: str = "advanced", prefer: str = "", **sections: Any) -> Report:
    """The report on a healthy patient with these sections, on which checks found ``given``."""
    known = facts(**sections)
    rules = tuple(dict.fromkeys(finding.rule for finding in given))
    check = Check("made-up", rules, lambda: (), ())
    outcomes = [Outcome(check, given, Status.FOUND if given else Status.PASSED)]
    advice = advise(known, outcomes, Selection(), {}, (), prefer)
    settings = Settings(level=level, prefer=prefer)
    return Report("0.1.0", (), known, tuple(outcomes), advice, settings, 0.1)


def finding(code: str = "PKG001", *remedies: Any, severity: Severity = Severity.ERROR, **changes: Any) -> Finding:
    """One of a rule made up for it, about ``subject``."""
    values: dict[str, Any] = {
        "subject": "scipy needs numpy",
        "evidence": (Evidence("requirement", "numpy>=2"),),
        "title": "scipy needs numpy>=2, and numpy 1.26.4 is installed",
        "why": "Importing it may fail.",
    }
    return Finding(Rule(code, f"rule-{code.lower()}", severity), remedies=remedies, **(values | changes))
