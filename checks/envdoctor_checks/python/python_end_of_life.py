"""PY001: The patient's Python has passed its end of life."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    NotApplicable,
    Patient,
    Recreate,
    Rule,
    Severity,
    UnknownFact,
    check,
    known,
    living_pythons,
    minor_of,
    python_releases,
)

PY001 = Rule("PY001", "python-end-of-life", Severity.WARNING, guide=("repro-1",), varies=(Severity.ERROR,))
PY002 = Rule("PY002", "python-near-end-of-life", Severity.INFO, guide=("repro-1",))


@check(PY001, PY002)
def end_of_life(patient: Patient, recorded: str) -> Iterator[Finding]:
    """Ends of life: the table ``python_versions``, by the date of the recording."""
    if not (recorded[:4].isdecimal() and recorded[4:5] == "-" and recorded[5:7].isdecimal()):
        raise UnknownFact("the recording has no date")
    version = known(patient.version)
    minor = minor_of(version)
    dates = {release.minor: release.end_of_life for release in python_releases()}
    if minor not in dates:
        if minor.startswith("2."):
            dates[minor] = dates["2.7"]
        else:
            raise NotApplicable(f"no date is known for Python {minor}")
    if recorded[:10] <= dates[minor]:
        if _half_a_year_after(recorded) >= dates[minor]:
            yield Finding(
                PY002,
                f"Python {minor}",
                (Evidence("version", version), Evidence("end of life", dates[minor])),
                f"Python {minor} gets its last security fixes on {dates[minor]}",
                "Nothing is broken yet: it is the time to try the project's tests with a newer Python.",
                nothing_to_do="until the project has an hour for it.",
            )
        return
    living = living_pythons(recorded[:10])
    if not living:
        raise UnknownFact(f"no Python is known that gets fixes on {recorded[:10]}")
    successor = living[-2] if len(living) > 1 else living[-1]
    yield Finding(
        PY001,
        f"Python {minor}",
        (Evidence("version", version), Evidence("end of life", dates[minor])),
        f"Python {minor} has had no security fixes since {dates[minor]}",
        f"Current releases of NumPy and its neighbours no longer support Python {minor}: "
        "what you install stays old, and faults in it stay.",
        own_severity=Severity.ERROR if minor.startswith("2.") else None,
        remedies=(Recreate(python=successor, title=f"make the environment again with Python {successor}"),),
    )


def _half_a_year_after(recorded: str) -> str:
    """The date six months after a moment in ISO 8601; days that the month has not got compare all the same."""
    year, month = divmod(int(recorded[:4]) * 12 + int(recorded[5:7]) - 1 + 6, 12)
    return f"{year:04}-{month + 1:02}{recorded[7:10]}"
