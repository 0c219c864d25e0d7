"""TOL004 no-editor: loud and quiet."""

import pytest

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import CheckSet
from envdoctor.engine.run import RegisteredCheck
from envdoctor.engine.selection import Selection
from envdoctor.facts import Link
from envdoctor.report.report import Settings
from envdoctor.testing import PREFIX, distribution, facts, findings, outcome, packages, path, patient
from envdoctor_checks.tools.no_editor import no_editor


def test_a_beginner_without_an_editor_is_told() -> None:
    (finding,) = findings(no_editor, level="beginner", path=path())
    assert finding.severity == "info"
    assert findings(no_editor, level="beginner", path=path(editors=["/usr/bin/code"])) == []
    with_lab = packages(distribution("jupyterlab"))
    assert findings(no_editor, level="beginner", path=path(), packages=with_lab) == []
    assert outcome(no_editor, path=path()).status == "not-applicable"


@pytest.mark.parametrize(
    ("asked", "kind", "told"),
    [
        ("auto", "anaconda", True),
        ("advanced", "anaconda", False),
        ("auto", "miniforge", False),
        ("beginner", "miniforge", True),
        ("beginner", "venv", True),
    ],
)
def test_whether_an_editor_is_asked_for_goes_by_the_level(asked: str, kind: str, told: bool) -> None:
    here = facts(patient=patient(origin=[Link(kind=kind, prefix=PREFIX)]), path=path())
    plan = Options(CheckSet([RegisteredCheck(no_editor)], []), Selection(), Config(), Settings(level=asked))
    assert [item.finding.rule.code for item in diagnose(here, plan, 0.0).advice] == (["TOL004"] if told else [])
