"""FLT013 mpi-of-another-make: loud and quiet."""

import pytest

from envdoctor.facts.fleet import Fleet
from envdoctor_checks.fleet.mpi_of_another_make import mpi_of_another_make
from tests.support.fleets import found, group, job


def started(by: str, takes: str) -> Fleet:
    made = group("A", 4)
    made.sections["mpi"] = {"started by": by, "mpi4py takes": takes}
    return job(made)


def test_a_launcher_of_another_make_is_told_with_every_rank() -> None:
    (finding,) = found(mpi_of_another_make, started("MPICH", "Open MPI v5.0.11, package: Open MPI user"))
    assert finding.title.startswith("MPICH starts the processes, and mpi4py takes Open MPI v5.0.11")
    assert finding.severity == "error" and len(finding.members) == 4


@pytest.mark.parametrize(
    "by, takes",
    [
        ("Open MPI", "Open MPI v5.0.11"),
        ("MPICH", "MPICH Version: 5.0.2"),
        ("Intel MPI", "MPICH Version: 5.0.2"),
        ("MPICH", "Intel(R) MPI Library 2021.14"),
        ("Slurm", "Open MPI v5.0.11"),
        ("MPICH", "?"),
    ],
)
def test_one_make_those_that_agree_and_the_unknown_are_quiet(by: str, takes: str) -> None:
    assert found(mpi_of_another_make, started(by, takes)) == []
    assert found(mpi_of_another_make, job(group("A", 4))) == []
