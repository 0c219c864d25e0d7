"""Patients on a real Windows Python: what a check-up finds there, and that the healthy ones are quiet."""

import pytest

from tests.support.windows import HOME, Laboratory

pytestmark = [pytest.mark.wine, pytest.mark.real]


def test_a_fresh_venv_is_healthy(laboratory: Laboratory) -> None:
    seen = laboratory.check(laboratory.venv())
    assert (seen.codes(), seen.status, seen.changed) == (set(), 0, [])
    assert [link["kind"] for link in seen.document["patient"]["origin"]] == ["venv", "python.org"]


def test_numpy_and_scipy_of_wheels_bring_notes_only(laboratory: Laboratory) -> None:
    seen = laboratory.check(laboratory.venv("numpy", "scipy", name="OneDrive - Überblick & Co"))
    assert {finding["severity"] for finding in seen.document["findings"]} <= {"info"}
    assert (seen.status, seen.changed) == (0, [])


def test_the_laboratory_runs_programs_as_a_user_of_windows_does(laboratory: Laboratory) -> None:
    told = laboratory.run(["cmd", "/c", "echo", "%USERPROFILE%"])
    assert told.raw.decode("cp1252").strip() == HOME
