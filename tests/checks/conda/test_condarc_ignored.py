"""CON011 condarc-ignored: loud and quiet."""

from envdoctor.facts import CondaFileProblem
from envdoctor.testing import changed, conda, findings
from envdoctor_checks.conda.condarc_ignored import condarc_ignored
from tests.checks.conda._shared import FILE, configured


def test_a_condarc_that_ends_conda_is_said_to_stop_it() -> None:
    problem = CondaFileProblem(file=FILE, kind="fatal", problem="not YAML in line 2")
    (finding,) = findings(condarc_ignored, conda=configured("a", problems=[problem]))
    assert "conda stops at" in finding.title and "ends with an error" in finding.why
    skipped = changed(problem, kind="syntax")
    (finding,) = findings(condarc_ignored, conda=configured("a", problems=[skipped]))
    assert "conda ignores" in finding.title


def test_an_ignored_condarc_is_named_with_its_problem() -> None:
    problem = CondaFileProblem(file=FILE, kind="syntax", problem="not YAML in line 2: found a tab")
    (finding,) = findings(condarc_ignored, conda=conda(problems=[problem]))
    assert finding.subject == FILE and "line 2" in finding.title
    assert findings(condarc_ignored, conda=conda()) == []
