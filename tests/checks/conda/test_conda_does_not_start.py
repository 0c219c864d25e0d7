"""CON020 conda-does-not-start: loud and quiet."""

from envdoctor.engine.remedies import FillGaps, RepairConda
from envdoctor.facts import CondaGap, CondaProgram
from envdoctor.testing import conda, findings, outcome, record
from envdoctor_checks.conda.conda_does_not_start import conda_does_not_start

SITE = "lib/python3.11/site-packages"
GAP = CondaGap(
    package="requests",
    version="2.32",
    files=[f"{SITE}/requests/__init__.py"],
    count=1,
    cached="/opt/conda/pkgs/requests-2.32-0/site-packages",
    target=f"/opt/conda/{SITE}",
)


def test_a_gap_in_what_conda_needs_is_an_error_filled_from_the_cache() -> None:
    program = CondaProgram(path="/opt/conda/bin/conda", gaps=[GAP])
    (found,) = findings(conda_does_not_start, conda=conda(record("python"), program=program))
    assert found.severity == "error" and "requests" in found.title and found.subject == "/opt/conda"
    assert found.remedies == (FillGaps(((str(GAP.cached), str(GAP.target)),)),)


def test_without_the_cache_and_without_the_program_it_takes_help_from_outside() -> None:
    bare = CondaGap(package="requests", version="2.32", files=GAP.files, count=3)
    for program in (
        CondaProgram(path="/opt/conda/bin/conda", gaps=[bare]),
        CondaProgram(path="/opt/conda/bin/conda", lost=["/opt/conda/bin/python"], gaps=[GAP]),
    ):
        (found,) = findings(conda_does_not_start, conda=conda(record("python"), program=program))
        assert found.remedies == (RepairConda(("requests==2.32",)),)


def test_a_conda_that_starts_is_quiet_and_none_is_not_applicable() -> None:
    whole = CondaProgram(path="/opt/conda/bin/conda")
    assert findings(conda_does_not_start, conda=conda(record("python"), program=whole)) == []
    assert outcome(conda_does_not_start, conda=conda(record("python"))).status == "not-applicable"
