"""FLT013: what starts the processes and what mpi4py takes are MPIs of different makes."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Fleet, Group, Manual, Rule, Severity, check

FLT013 = Rule("FLT013", "mpi-of-another-make", Severity.ERROR)
# These follow MPICH's interface, and start one another's programs (https://www.mpich.org/abi/).
MPICH_LIKE = ("MPICH", "Intel MPI", "Intel(R) MPI", "MVAPICH", "CRAY MPICH")


@check(FLT013)
def mpi_of_another_make(fleet: Fleet) -> Iterator[Finding]:
    """By what the launcher's variables say, or the first mpirun on PATH, and by what mpi4py itself says that it takes."""
    wrong = [group for group in fleet.groups if _wrong(group)]
    if not wrong:
        return
    told = wrong[0].sections["mpi"]
    starts, takes = told["started by"], told["mpi4py takes"]
    rows = [
        Evidence(
            ", ".join(member.name for member in group.members[:3]), f"{group.sections['mpi']}"[1:-1].replace("'", "")
        )
        for group in wrong[:6]
    ]
    yield Finding(
        FLT013,
        "mpi4py",
        tuple(rows),
        f"{starts} starts the processes, and mpi4py takes {takes}",
        "The library does not know the launcher of another make: every process is rank 0 of a world of one, or the start fails. "
        "The work is done as many times as there are processes.",
        remedies=(
            Manual(
                f"Start with the `mpiexec` of {_make(takes)}, or have mpi4py take {starts}: `MPI4PY_MPIABI`, `MPI4PY_LIBMPI`"
            ),
        ),
        members=tuple(member.name for group in wrong for member in group.members),
    )


def _wrong(group: Group) -> bool:
    told = group.sections.get("mpi", {})
    makes = {_make(value) for name, value in told.items() if name in ("started by", "mpi4py takes")}
    return len(makes) == 2 and "" not in makes


def _make(text: str) -> str:
    """Open MPI or MPICH; empty where the text names neither."""
    if text.startswith("Open MPI"):
        return "Open MPI"
    return "MPICH" if text.startswith(MPICH_LIKE) else ""
