"""FLT008: nothing is known of a machine."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Fleet, Manual, Rule, Severity, check

FLT008 = Rule("FLT008", "recording-missing-or-broken", Severity.ERROR, varies=(Severity.WARNING,))
MOST = 12


@check(FLT008)
def recording_missing_or_broken(fleet: Fleet) -> Iterator[Finding]:
    """Of one job, an error: the others wait for such a machine. Elsewhere a warning."""
    missing = fleet.missing
    if not missing:
        return
    rows = [Evidence(absent.name, absent.why) for absent in missing[:MOST]]
    if len(missing) > MOST:
        rows.append(Evidence("…", f"{len(missing) - MOST} more"))
    names = ", ".join(absent.name for absent in missing[:3]) + (" …" if len(missing) > 3 else "")
    yield Finding(
        FLT008,
        names,
        tuple(rows),
        f"nothing is known of {fleet.counted(len(missing))}: {names}"
        + (f" ({missing[0].why})" if len(missing) == 1 else ""),
        "A machine that does not answer may be the one that holds the job up. It was not compared with the others.",
        own_severity=Severity.ERROR if fleet.one_job else Severity.WARNING,
        remedies=(
            Manual("Look at these machines, and record them again: `envdoctor snapshot -o 'run/{host}-{rank}.json'`"),
        ),
        members=tuple(absent.name for absent in missing),
    )
