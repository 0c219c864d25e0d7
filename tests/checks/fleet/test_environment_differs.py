"""FLT007 environment-differs: loud and quiet."""

from envdoctor_checks.fleet.environment_differs import environment_differs
from tests.support.fleets import found, group, job, severities


def test_a_variable_that_decides_what_is_loaded_is_a_warning_in_a_job() -> None:
    groups = group("A", 9), group("B", 1, environment={"LD_LIBRARY_PATH": "/opt/old/lib"})
    (finding,) = found(environment_differs, job(*groups))
    assert (finding.severity, finding.members) == ("warning", ("b0",))
    assert severities(environment_differs, job(*groups, one_job=False)) == ["info"]


def test_what_else_differs_is_worth_knowing() -> None:
    assert severities(environment_differs, job(group("A", 9), group("B", 1, environment={"LANG": "C"}))) == ["info"]
    assert severities(environment_differs, job(group("A", 9), group("B", 1, limits={"processes": "100"}))) == ["info"]
    assert severities(environment_differs, job(group("A", 9), group("B", 1, system={"release": "6.1"}))) == ["info"]
    assert found(environment_differs, job(group("A", 9))) == []
