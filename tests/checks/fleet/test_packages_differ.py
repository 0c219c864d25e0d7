"""FLT002 packages-differ: loud and quiet."""

import pytest

from envdoctor.facts.fleet import Fleet, Group
from envdoctor_checks.fleet.packages_differ import packages_differ
from tests.support.fleets import found, group, job, severities


def two(versions: dict[str, str], one_job: bool = True, role: str = "") -> Fleet:
    both = {"packages": {"pandas": "2.3.1", "msgpack": "1.1.0", "tqdm": "4.0"}}
    odd = both["packages"] | versions
    odd_one: Group = group("B", 1, packages=odd, role=role)
    return job(group("A", 9, role="worker" if role else "", **both), odd_one, one_job=one_job)


@pytest.mark.parametrize(
    "versions, severity",
    [
        ({"numpy": "1.26.4"}, "error"),
        ({"numpy": "2.3.0"}, "warning"),
        ({"numpy": "2.4.2"}, "info"),
        ({"distributed": "2026.1.1"}, "error"),
        ({"msgpack": "1.1.1"}, "error"),
        ({"pandas": "2.2.0"}, "warning"),
        ({"pandas": "2.3.2"}, "info"),
        ({"tqdm": "3.0"}, "info"),
    ],
)
def test_what_is_exchanged_must_be_the_same(versions: dict[str, str], severity: str) -> None:
    (finding,) = found(packages_differ, two(versions))
    assert (finding.severity, finding.members) == (severity, ("b0",))
    assert severities(packages_differ, two(versions, one_job=False)) == ["info"]


def test_a_machine_without_a_package_of_the_stack_is_told() -> None:
    fleet = job(group("A", 9, packages={"pandas": "2.3.1"}), group("B", 1))
    (finding,) = found(packages_differ, fleet)
    assert (finding.severity, finding.title) == (
        "warning",
        "packages differ: pandas 2.3.1 on 9 machines, not there on b0",
    )


def test_a_client_may_have_packages_of_its_own_but_not_other_versions_of_what_is_exchanged() -> None:
    assert found(packages_differ, two({"jupyterlab": "4.0", "tqdm": "1.0"}, role="client")) == []
    assert severities(packages_differ, two({"numpy": "1.26.4"}, role="client")) == ["error"]
    assert severities(packages_differ, two({"distributed": "2025.1.0"}, role="scheduler")) == ["error"]


def test_the_cure_is_the_version_of_the_others() -> None:
    (finding,) = found(packages_differ, two({"numpy": "1.26.4"}))
    assert finding.remedies[0].requirements == ("numpy==2.4.1",)  # type: ignore[union-attr]


def test_packages_that_could_not_be_read_are_no_difference() -> None:
    unread = group("B", 1)
    unread.sections["packages"].clear()
    unread.sections["packages"]["(all)"] = "?"
    assert found(packages_differ, job(group("A", 9), unread)) == []


def test_dask_comes_with_distributed_and_another_python_needs_an_environment_made_again() -> None:
    old = {"distributed": "2024.8.0", "dask": "2024.8.0"}
    groups = group("A", 9, packages={"dask": "2026.1.0"}), group("B", 1, packages=old)
    (finding,) = found(packages_differ, job(*groups))
    assert finding.remedies[0].requirements == ("distributed==2026.1.0",)  # type: ignore[union-attr]
    groups[1].sections["python"]["version"] = "3.11.9"
    (finding,) = found(packages_differ, job(*groups))
    assert [type(remedy).__name__ for remedy in finding.remedies] == ["Manual"]
