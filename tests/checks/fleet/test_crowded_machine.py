"""FLT009 crowded-machine: loud and quiet."""

from typing import Any

import msgspec

from envdoctor.facts import Worker
from envdoctor.facts.fleet import Group, Member
from envdoctor_checks.fleet.crowded_machine import crowded_machine as rule
from tests.support.fleets import found, group, job


def on_one_machine(size: int, tasks: int | None = None, **changes: Any) -> Group:
    worker, role = (Worker(threads=tasks), "worker") if tasks else (None, "")
    members = [Member(name=f"rank {number}", machine="m", role=role, worker=worker) for number in range(size)]
    return msgspec.structs.replace(group("A", 1), members=members, **changes)


def test_ranks_that_each_take_all_cpus_are_told_with_the_number_to_set() -> None:
    (finding,) = found(rule, job(on_one_machine(4, threads=8, usable=8, logical=8)))
    assert finding.title == "4 processes with 32 BLAS threads share 8 CPUs on one machine"
    assert finding.remedies[-1].variables == {"OMP_NUM_THREADS": "2"}  # type: ignore[union-attr]
    assert len(finding.members) == 4


def test_ranks_that_are_bound_to_their_own_cpus_are_quiet() -> None:
    assert found(rule, job(on_one_machine(4, threads=2, usable=2, logical=8))) == []
    assert found(rule, job(on_one_machine(8, threads=1, usable=8, logical=8))) == []


def test_one_process_a_machine_is_left_to_the_rules_for_one() -> None:
    assert found(rule, job(group("A", 9, threads=8, usable=4))) == []


def test_the_tasks_of_a_worker_count_and_the_cure_is_the_nannys() -> None:
    (finding,) = found(rule, job(on_one_machine(2, tasks=4, threads=8, usable=8, logical=8)))
    assert finding.title == "2 processes with 64 BLAS threads share 8 CPUs on one machine"
    assert "pre-spawn-environ: {OMP_NUM_THREADS: 1}" in finding.remedies[0].change  # type: ignore[union-attr]
    assert found(rule, job(on_one_machine(2, tasks=4, threads=1, usable=8, logical=8))) == []


def test_processes_in_one_cgroup_share_its_quota() -> None:
    assert found(rule, job(on_one_machine(4, threads=2, usable=4, logical=64, quota=True)))
    assert found(rule, job(on_one_machine(4, threads=1, usable=4, logical=64, quota=True))) == []


def test_what_is_unknown_is_not_counted() -> None:
    assert found(rule, job(on_one_machine(4, threads=None))) == []
