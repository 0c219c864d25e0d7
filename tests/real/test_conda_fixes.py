"""Conda's faults in prefixes by both makers are found, and what is printed cures them, carried out by conda itself."""

from pathlib import Path

import pytest

from tests.efficacy import DOCUMENT
from tests.efficacy_conda import CONDA_CASES, CondaCase
from tests.support.real_conda import Laboratory

pytestmark = pytest.mark.real


@pytest.mark.parametrize("case", CONDA_CASES, ids=lambda case: case.name)
def test_the_fix_cures(case: CondaCase, lab: Laboratory, tmp_path: Path) -> None:
    outcome = case.outcome(lab, tmp_path)
    assert outcome.failed == ""
    assert outcome.tried
    assert outcome.left == []
    assert outcome.new == []


def test_the_document_has_every_case() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = [(item.case.code, item.fault, item.case.made_by) for item in CONDA_CASES]
    assert [row for row in rows if f"| {' | '.join(row)} |" not in text] == []
