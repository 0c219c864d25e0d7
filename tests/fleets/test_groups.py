"""Groups of equal machines."""

import msgspec

from envdoctor.facts import Facts, Link, Machine
from envdoctor.fleets.groups import Gathering, letters, natural
from envdoctor_checks.fleet.python_differs import python_differs
from tests.support.fleets import found, machine


def gathering(*recordings: Facts) -> Gathering:
    gathered = Gathering()
    for number, facts in enumerate(recordings):
        gathered.add(f"node{number}", facts)
    return gathered


def as_made_by(facts: Facts, who: Machine | None) -> Facts:
    return msgspec.structs.replace(facts, machine=who)


def members(gathered: Gathering) -> list[list[str]]:
    return [[member.name for member in group.members] for group in gathered.fleet().fleet.groups]


def test_equal_machines_are_one_group_and_the_largest_comes_first() -> None:
    assert members(gathering(machine(0, numpy="1.26.4"), machine(1), machine(2))) == [["node1", "node2"], ["node0"]]


def test_where_the_environment_lies_and_what_each_process_has_for_itself_is_no_difference() -> None:
    one = machine(0)
    variables = {"CUDA_VISIBLE_DEVICES": "1", "PATH": "/elsewhere/bin:/usr/bin"}
    here = msgspec.structs.replace(one.environment, variables={"PATH": f"{one.prefix.path}/bin:/usr/bin"})
    there = msgspec.structs.replace(one.environment, variables=variables)
    moved = msgspec.structs.replace(one.prefix, path="/elsewhere")
    pair = msgspec.structs.replace(one, environment=here), msgspec.structs.replace(one, environment=there, prefix=moved)
    assert len(members(gathering(*pair))) == 1


def test_one_job_is_told_by_its_name_or_by_the_ranks_of_a_world() -> None:
    assert gathering(machine(0), machine(1)).fleet().fleet.job == "Slurm 7"
    world = [Machine(label="a", rank=rank, ranks=2, launcher="MPICH") for rank in range(2)]
    assert gathering(*(as_made_by(machine(0), who) for who in world)).fleet().fleet.job == "MPICH, 2 ranks"


def test_recordings_of_two_jobs_or_of_none_are_not_one_job() -> None:
    other = Machine(label="a", job="Slurm 8")
    assert not gathering(machine(0), as_made_by(machine(1), other)).fleet().fleet.one_job
    assert not gathering(machine(0), as_made_by(machine(1), None)).fleet().fleet.one_job
    assert gathering(machine(0), as_made_by(machine(1), None)).fleet(one_job=True).fleet.one_job


def test_a_rank_without_a_recording_is_missing_where_each_rank_made_one() -> None:
    def ranks(*numbers: int) -> Gathering:
        who = [Machine(label="a", rank=rank, local_rank=rank, ranks=4, job="Slurm 7") for rank in numbers]
        return gathering(*(as_made_by(machine(0), each) for each in who))

    assert [absent.name for absent in ranks(0, 1, 3).fleet().fleet.missing] == ["rank 2"]
    assert ranks(0, 1, 2, 3).fleet().fleet.missing == []
    assert ranks(0).fleet().fleet.missing == []  # the first of its machine: one a machine was recorded


def test_names_are_sorted_as_people_do() -> None:
    assert sorted(["node10", "node9", "a"], key=natural) == ["a", "node9", "node10"]
    assert [letters(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_who_made_the_environment_is_no_difference_where_that_was_not_read() -> None:
    one = machine(0)
    unread = msgspec.structs.replace(one, patient=msgspec.structs.replace(one.patient, origin=[]))
    known = msgspec.structs.replace(one, patient=msgspec.structs.replace(one.patient, origin=[Link(kind="venv")]))
    fleet = gathering(unread, known).fleet(one_job=True).fleet
    assert [finding.title for finding in found(python_differs, fleet)] == []
