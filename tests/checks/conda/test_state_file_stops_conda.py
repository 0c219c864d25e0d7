"""CON016 state-file-stops-conda: loud and quiet."""

import pytest

from envdoctor.ecosystem import paths
from envdoctor.engine.remedies import DeleteFiles, Manual, MendFile, RestoreRecord
from envdoctor.facts import CondaStateFile
from envdoctor.testing import conda, findings, record
from envdoctor_checks.conda.state_file_stops_conda import state_file_stops_conda

META = "/opt/conda/envs/e/conda-meta"


@pytest.mark.parametrize(
    ("item", "remedy"),
    [
        (CondaStateFile(file=f"{META}/history", kind="history", problem="it is gone", missing=True), MendFile),
        (CondaStateFile(file=f"{META}/history", kind="history", problem="not UTF-8 (byte 4)"), MendFile),
        (CondaStateFile(file=f"{META}/history", kind="history", problem="a folder stands in its place"), MendFile),
        (CondaStateFile(file=f"{META}/a-1-0.json", kind="record", problem="not UTF-8", package="a==1"), RestoreRecord),
        (CondaStateFile(file=f"{META}/._a-1-0.json", kind="record", problem="no record"), DeleteFiles),
        (CondaStateFile(file=f"{META}/pinned", kind="pinned", problem="'x >=>1' is no spec", line=3), MendFile),
        (CondaStateFile(file=f"{META}/state", kind="state", problem="no JSON"), DeleteFiles),
        (CondaStateFile(file=f"{META}/state", kind="state", problem="a folder stands in its place"), MendFile),
        (CondaStateFile(file=f"{META}/state", kind="state", problem="it begins with a byte order mark"), MendFile),
        (CondaStateFile(file=f"{META}/pinned", kind="pinned", problem="UTF-16, not UTF-8"), MendFile),
        (
            CondaStateFile(file=f"{META}/a-1-0.json", kind="record", problem="it has no build", package="a==1"),
            RestoreRecord,
        ),
    ],
)
def test_each_file_that_stops_conda_is_an_error_with_the_least_that_helps(item: CondaStateFile, remedy: type) -> None:
    (found,) = findings(state_file_stops_conda, conda=conda(record("python"), state=[item]))
    assert found.severity == "error" and found.subject == paths.name(item.file)
    assert isinstance(found.remedies[0], remedy)
    assert item.file in {line.label for line in found.evidence}


def test_a_healthy_environment_is_quiet_and_an_empty_record_is_another_rule_s() -> None:
    assert findings(state_file_stops_conda, conda=conda(record("python"))) == []
    empty = CondaStateFile(file=f"{META}/a-1-0.json", kind="record", problem="empty", package="a==1")
    assert findings(state_file_stops_conda, conda=conda(record("python"), state=[empty])) == []


def test_a_frozen_environment_is_left_to_who_froze_it() -> None:
    item = CondaStateFile(file=f"{META}/state", kind="state", problem="no JSON")
    (found,) = findings(state_file_stops_conda, conda=conda(record("python"), state=[item], frozen=True))
    assert isinstance(found.remedies[0], Manual)
