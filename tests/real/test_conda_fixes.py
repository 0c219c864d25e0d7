"""Conda's faults in prefixes by both makers are found, and what is printed cures them, carried out by conda itself.

One case of each rule is in every run, by conda and by rattler in turn; the others are ``slow``.
"""

from pathlib import Path

import pytest

from tests.efficacy import DOCUMENT
from tests.efficacy_conda import CONDA_CASES, CondaCase
from tests.support.real_conda import Laboratory

pytestmark = pytest.mark.real


def cases() -> list[object]:
    by_rule: dict[str, list[CondaCase]] = {}
    for item in CONDA_CASES:
        by_rule.setdefault(item.code, []).append(item)
    chosen = set()
    for number, items in enumerate(by_rule.values()):
        maker = ("conda", "rattler")[number % 2]
        chosen.add(next((item for item in items if item.maker == maker), items[0]).name)
    return [
        pytest.param(item, id=item.name, marks=() if item.name in chosen and not item.slow else pytest.mark.slow)
        for item in CONDA_CASES
    ]


@pytest.mark.parametrize("case", cases())
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
