"""Which machine, and which of the processes that a launcher started."""

import os
from pathlib import Path

import pytest

from envdoctor.facts import Machine
from envdoctor.probe.machine import identity
from envdoctor.probe.world import World

OPEN_MPI = {
    "OMPI_COMM_WORLD_RANK": "7",
    "OMPI_COMM_WORLD_LOCAL_RANK": "3",
    "OMPI_COMM_WORLD_SIZE": "64",
    "PMIX_NAMESPACE": "prterun-node17-4711@1",
}
SLURM = {"SLURM_PROCID": "5", "SLURM_LOCALID": "1", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "1234"}
MPICH = {"PMI_RANK": "2", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0"}
PBS = {"PBS_NODENUM": "3", "PBS_JOBID": "77.head.example.org"}


def world(root: Path, **environ: str) -> World:
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc" / "machine-id").write_text("f3a1\n", encoding="ascii")
    return World(root=str(root), home="/home/ada", cwd="/home/ada", environ=environ)


def who(root: Path, **environ: str) -> tuple[str | None, int | None, int | None, int | None, str | None]:
    machine = identity.read(world(root, **environ))
    return machine.launcher, machine.rank, machine.local_rank, machine.ranks, machine.job


def test_nobody_started_it(tmp_path: Path) -> None:
    assert who(tmp_path) == (None, None, None, None, None)
    assert who(tmp_path, OMPI_COMM_WORLD_RANK="x", PMI_RANK="") == (None, None, None, None, None)


def test_each_launcher_has_its_own_words(tmp_path: Path) -> None:
    assert who(tmp_path, **SLURM) == ("Slurm", 5, 1, 8, "Slurm 1234")
    assert who(tmp_path, **MPICH) == ("MPICH", 2, 0, 4, None)
    assert who(tmp_path, **PBS) == ("PBS", 3, None, None, "PBS 77")
    *numbers, job = who(tmp_path, **OPEN_MPI)
    assert numbers == ["Open MPI", 7, 3, 64]
    assert job is not None and job.startswith("Open MPI ") and "node17" not in job


def test_mpi_in_an_allocation_has_its_own_ranks_and_the_allocations_job(tmp_path: Path) -> None:
    assert who(tmp_path, **(SLURM | OPEN_MPI)) == ("Open MPI", 7, 3, 64, "Slurm 1234")
    assert who(tmp_path, **(SLURM | {"PMI_RANK": "5"})) == ("MPICH", 5, 1, None, "Slurm 1234")


def test_the_label_hides_the_host_and_tells_machines_apart(tmp_path: Path) -> None:
    here, elsewhere = world(tmp_path), world(tmp_path)
    label = identity.read(here).label
    assert label == identity.read(elsewhere).label
    assert identity.host(here) not in label
    (tmp_path / "etc" / "machine-id").write_text("77\n", encoding="ascii")
    assert identity.read(here).label != label
    assert identity.read(here, names=True).label == identity.host(here)
    assert identity.read(here, "seat 4").label == "seat 4"


def test_a_file_is_named_for_who_writes_it(tmp_path: Path) -> None:
    here = world(tmp_path)
    machine = Machine(label="a", rank=7, local_rank=3, job="Slurm 12_3")
    assert identity.filled("run/{host}-{rank}.json", machine, here) == f"run/{identity.host(here)}-7.json"
    assert identity.filled("{job}/{local_rank}{x}", machine, here) == "12_3/3{x}"
    with pytest.raises(identity.PlaceholderError, match="rank"):
        identity.filled("{rank}.json", Machine(label="a"), here)


def test_of_many_processes_on_a_machine_one_reads(tmp_path: Path) -> None:
    here = world(tmp_path)
    second = Machine(label="a", rank=1, local_rank=1)
    assert not identity.chosen("{host}.json", second, here)
    assert identity.chosen("{rank}.json", second, here)
    assert identity.chosen("{host}.json", Machine(label="a", rank=8, local_rank=0), here)
    assert identity.chosen("{host}.json", Machine(label="a"), here)


def test_where_the_launcher_does_not_count_the_first_to_come_reads(tmp_path: Path) -> None:
    memory = str(tmp_path)
    assert identity._first("job 1", memory)
    assert not identity._first("job 1", memory)
    assert identity._first("job 2", memory)
    (lock, *_) = sorted(tmp_path.iterdir())
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))  # whoever made it is long gone
    assert identity._first("job 1", memory) and lock.exists()
    assert identity._first("job 1", str(tmp_path / "not there"))
