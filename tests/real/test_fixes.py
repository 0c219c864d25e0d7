"""Every fix that can run here cures: the steps of the JSON, run as they stand."""

from pathlib import Path

import pytest

from tests.efficacy import CASES, DOCUMENT, NOT_RUN, Case, treat

pytestmark = pytest.mark.real


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_fix_cures(case: Case, tmp_path: Path) -> None:
    outcome = treat(case, case.build(tmp_path))
    if not outcome.tried:
        assert outcome.title and outcome.applicability == "manual"
        return
    assert outcome.failed == ""
    assert outcome.left == []
    assert outcome.new == []


def test_the_document_has_every_case() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [case.name for case in CASES if f"| {case.code} | {case.fault} | {case.made_by} |" not in text] == []
    assert [row for row in NOT_RUN if f"| {row[0]} | {row[1]} |" not in text] == []
    assert "**no**" not in text
