"""Every fix that can run here cures: the steps of the JSON, run as they stand."""

from pathlib import Path

import pytest

from envdoctor.engine.plugins import built_in
from tests.efficacy import CASES, DOCUMENT, NOT_RUN, Case, codes, rows_of, share, treated

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    "case", [pytest.param(it, id=it.name, marks=pytest.mark.slow if it.slow else ()) for it in CASES]
)
def test_the_fix_cures(case: Case, tmp_path: Path) -> None:
    outcome = treated(case, tmp_path)
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


def test_every_rule_has_a_fix_that_was_run_or_a_reason() -> None:
    ran = {cells[0] for cells in rows_of(DOCUMENT.read_text(encoding="utf-8"))}
    excused = set().union(*(codes(row[0]) for row in NOT_RUN))
    rules = {rule.code for registered in built_in(fleets=True).checks for rule in registered.check.rules}
    assert rules - ran - excused == set()
    assert (ran | excused) - rules == set()


def test_what_is_marked_safe_has_cured_and_the_figures_are_those_of_the_table() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = [(cells[0], cells[4], cells[5]) for cells in rows_of(text)]
    assert [row for row in rows if row[1] == "safe" and row[2] != "yes"] == []
    assert [line for line in share(rows) if line not in text] == []
