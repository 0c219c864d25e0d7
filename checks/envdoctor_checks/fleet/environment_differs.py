"""FLT007: variables, limits or the operating system differ."""

from collections.abc import Iterator

from envdoctor.api import Finding, Fleet, Manual, Rule, Severity, check
from envdoctor_checks.fleet._differences import differences, finding, listed, working

FLT007 = Rule("FLT007", "environment-differs", Severity.WARNING, varies=(Severity.INFO,))
# They decide which file is loaded or imported.
DECIDE = ("LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT", "PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE")


@check(FLT007)
def environment_differs(fleet: Fleet) -> Iterator[Finding]:
    """Of one job, variables that decide what is loaded are a warning; all else is worth knowing."""
    workers = working(fleet)
    found = [item for section in ("environment", "limits", "system") for item in differences(fleet, section, workers)]
    deciding = [item for item in found if fleet.one_job and item.what in DECIDE]
    rest = [item for item in found if item not in deciding]
    if deciding:
        yield finding(
            FLT007,
            Severity.WARNING,
            deciding,
            f"variables differ: {listed(deciding)}",
            "These variables decide which libraries and modules are found: the same program may load other files on these machines.",
            (Manual("Start the processes on these machines with the variables of the others"),),
        )
    if rest:
        yield finding(
            FLT007,
            Severity.INFO,
            rest,
            f"the environment differs: {listed(rest)}",
            "Programs can behave differently where these differ.",
            nothing_to_do="unless the machines are meant to be equal",
        )
