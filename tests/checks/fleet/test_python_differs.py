"""FLT001 python-differs: loud and quiet."""

from typing import Any

from envdoctor_checks.fleet.python_differs import python_differs
from tests.support.fleets import found, group, job, severities

OLD: dict[str, Any] = {"python": {"version": "3.11.9"}}


def test_another_minor_version_in_a_job_is_an_error_and_names_the_odd_one() -> None:
    (finding,) = found(python_differs, job(group("A", 9), group("B", 1, **OLD)))
    assert (finding.severity, finding.members) == ("error", ("b0",))
    assert finding.title == "Python differs: version 3.12.1 on 9 machines, 3.11.9 on b0"


def test_of_two_halves_the_patch_release_is_a_note() -> None:
    assert severities(python_differs, job(group("A", 2), group("B", 2, python={"version": "3.12.2"}))) == ["info"]


def test_machines_that_do_not_work_together_may_differ() -> None:
    assert severities(python_differs, job(group("A", 9), group("B", 1, **OLD), one_job=False)) == ["info"]


def test_two_architectures_are_no_fault_and_the_unknown_is_no_difference() -> None:
    arm: dict[str, Any] = {"python": {"machine": "aarch64"}}
    assert severities(python_differs, job(group("A", 2), group("B", 2, **arm))) == ["info"]
    assert found(python_differs, job(group("A", 2), group("B", 2, python={"version": "?"}))) == []
    assert found(python_differs, job(group("A", 9))) == []


def test_a_client_with_another_minor_version_is_an_error_too() -> None:
    assert severities(python_differs, job(group("A", 9, role="worker"), group("B", 1, role="client", **OLD))) == [
        "error"
    ]
