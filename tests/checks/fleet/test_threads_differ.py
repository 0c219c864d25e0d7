"""FLT004 threads-differ: loud and quiet."""

from envdoctor_checks.fleet.threads_differ import threads_differ
from tests.support.fleets import found, group, job, severities


def test_other_threads_on_equally_many_cpus_are_a_setting() -> None:
    groups = group("A", 9, threads={"numpy": "4"}), group("B", 1, threads={"numpy": "8"})
    (finding,) = found(threads_differ, job(*groups))
    assert (finding.severity, finding.members) == ("warning", ("b0",))
    assert severities(threads_differ, job(*groups, one_job=False)) == ["info"]


def test_a_machine_with_more_cpus_takes_more_threads() -> None:
    groups = group("A", 9, threads={"numpy": "4"}), group("B", 1, threads={"numpy": "8"}, usable=8)
    assert severities(threads_differ, job(*groups)) == ["info"]
    assert found(threads_differ, job(groups[0])) == []
