"""Recordings, judged again: each says in ``expected`` which codes it must bring, at which severity.

They are of real patients; those named ``gpu-`` of machines whose driver was made for it (tests/support/accelerators.py),
those named ``nvidia-h100`` of a real one (driver 580.159.04), each fault made for real; what its packages require is left out.
"""

import json
from pathlib import Path

import pytest

from envdoctor.engine.plugins import built_in
from envdoctor.engine.run import examine
from envdoctor.facts.document import dump, record
from envdoctor.facts.recording import load

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))


def test_there_are_recordings() -> None:
    assert RECORDINGS


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_brings_exactly_its_codes(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))["expected"]
    facts = load(path.read_bytes(), path.name)
    outcomes = examine(facts, built_in().checks)
    assert [outcome.reason for outcome in outcomes if outcome.reason.startswith("the check itself failed")] == []
    found = sorted({f"{item.rule.code} {item.severity}" for outcome in outcomes for item in outcome.findings})
    assert found == expected


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_is_written_as_it_was_read(path: Path) -> None:
    facts = load(path.read_bytes(), path.name)
    assert load(dump(record(facts, "1.0")), path.name) == facts


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_holds_no_personal_path(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "/root/" not in text
    assert "/home/" not in text.replace("/home/ada/", "")
