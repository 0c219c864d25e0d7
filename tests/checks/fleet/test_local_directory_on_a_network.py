"""FLT011 local-directory-on-a-network: loud and quiet."""

import msgspec

from envdoctor.facts import Worker
from envdoctor.facts.fleet import Fleet, Member
from envdoctor_checks.fleet.local_directory_on_a_network import local_directory_on_a_network
from tests.support.fleets import found, group, job


def on(kind: str | None) -> Fleet:
    worker = Worker(local_directory="/home/ada/dask-scratch-space/w", file_system=kind)
    return job(msgspec.structs.replace(group("A", 1), members=[Member(name="w", role="worker", worker=worker)]))


def test_a_shared_file_system_is_told() -> None:
    for kind in ("nfs4", "lustre"):
        (finding,) = found(local_directory_on_a_network, on(kind))
        assert finding.members == ("w",) and kind in finding.title


def test_a_disk_of_the_machine_and_the_unknown_are_quiet() -> None:
    assert found(local_directory_on_a_network, on("ext4")) == found(local_directory_on_a_network, on(None)) == []
    assert found(local_directory_on_a_network, job(group("A", 9))) == []
