"""PY013 interpreter-does-not-start: loud and quiet."""

import pytest

from envdoctor.facts import Attempt, Start
from envdoctor.testing import outcome
from envdoctor_checks.python.interpreter_does_not_start import does_not_start


@pytest.mark.parametrize(("ended", "status"), [("no answer in 0.050 s", "unknown"), ("no answer in 4.9 s", "found")])
def test_a_python_that_had_no_time_to_answer_is_not_accused(ended: str, status: str) -> None:
    attempts = [Attempt(flags=["-I"], ended=ended, answered=False, stderr="")]
    result = outcome(does_not_start, start=Start(mode="none", attempts=attempts, culprits=[]))
    assert result.status == status


def test_a_python_that_envdoctor_could_not_start_is_not_accused() -> None:
    start = Start(mode="none", hindered="envdoctor could start no process: Too many open files")
    result = outcome(does_not_start, start=start)
    assert result.status == "unknown"
    assert result.reason == "envdoctor could start no process: Too many open files"
