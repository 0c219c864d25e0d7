"""PY001 python-end-of-life: loud and quiet."""

import pytest

from envdoctor.testing import findings
from envdoctor_checks.python.python_end_of_life import end_of_life


@pytest.mark.parametrize(
    ("recorded", "codes"),
    [
        ("2028-04-29T00:00:00Z", []),
        ("2028-05-01T00:00:00Z", ["PY002"]),
        ("2028-10-31T00:00:00Z", ["PY002"]),
        ("2028-11-01T00:00:00Z", ["PY001"]),
    ],
)
def test_the_end_of_python_3_12_is_told_half_a_year_before(recorded: str, codes: list[str]) -> None:
    assert [item.rule.code for item in findings(end_of_life, recorded=recorded)] == codes
