"""Which machine this is, and which of several processes that a launcher started together."""

import os
import re
import time
from collections.abc import Mapping

from msgspec import Struct

from envdoctor.facts.system import Machine
from envdoctor.probe.world import World


class Launcher(Struct, frozen=True):
    """The variables in which a launcher tells a process who it is: the first that is set counts."""

    name: str
    rank: tuple[str, ...]
    local_rank: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    job: tuple[str, ...] = ()


# The innermost first: a resource manager starts the MPI launcher, and its variables reach the MPI's processes.
# https://docs.open-mpi.org/en/main/tuning-apps/environment-var.html
# https://github.com/pmodels/mpich/blob/main/doc/wiki/how_to/Using_the_Hydra_Process_Manager.md
# https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES
# https://flux-framework.readthedocs.io/projects/flux-core/en/latest/man7/flux-environment.html
# https://help.altair.com/2024.1.0/PBS%20Professional/PBSReferenceGuide2024.1.pdf, "PBS Environment Variables"
LAUNCHERS = (
    Launcher(
        "Open MPI",
        ("OMPI_COMM_WORLD_RANK",),
        ("OMPI_COMM_WORLD_LOCAL_RANK",),
        ("OMPI_COMM_WORLD_SIZE",),
        ("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid", "OMPI_MCA_orte_ess_jobid"),
    ),
    Launcher("MVAPICH", ("MV2_COMM_WORLD_RANK",), ("MV2_COMM_WORLD_LOCAL_RANK",), ("MV2_COMM_WORLD_SIZE",)),
    Launcher("PALS", ("PALS_RANKID",), ("PALS_LOCAL_RANKID",), ("PALS_SIZE", "PMI_SIZE"), ("PALS_APID",)),
    Launcher("MPICH", ("PMI_RANK",), ("MPI_LOCALRANKID", "PMI_LOCAL_RANK"), ("PMI_SIZE",), ("PMI_JOBID",)),
    Launcher("Flux", ("FLUX_TASK_RANK",), ("FLUX_TASK_LOCAL_ID",), ("FLUX_JOB_SIZE",), ("FLUX_JOB_ID",)),
    Launcher(
        "Slurm",
        ("SLURM_PROCID",),
        ("SLURM_LOCALID",),
        ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"),
        ("SLURM_JOB_ID", "SLURM_JOBID"),
    ),
    Launcher("PBS", ("PBS_VNODENUM", "PBS_NODENUM"), (), (), ("PBS_JOBID",)),
)
MANAGERS = ("Slurm", "PBS", "Flux")  # whose job holds all that an MPI launcher starts in it
MEMORY = "/dev/shm"  # noqa: S108 # what is wanted is a folder that no other machine has
LATE = 600  # seconds after which whoever held a lock is no longer at it
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PLACE = re.compile(r"\{(host|rank|local_rank|job)\}")


class PlaceholderError(Exception):
    """A name asks for what is not known here; the message says what, and where it would come from."""


def read(world: World, label: str | None = None, names: bool = False) -> Machine:
    """This machine and this process; ``label`` is what the user calls it, with ``names`` the host's name is told."""
    environ = world.environ
    launcher = next((each for each in LAUNCHERS if _number(environ, each.rank) is not None), None)
    given = launcher or Launcher("", ())
    slurm = next(each for each in LAUNCHERS if each.name == "Slurm")
    local = _number(environ, given.local_rank)
    if (
        local is None and given.name == "MPICH"
    ):  # srun --mpi=pmi2 speaks for MPICH, and counts on a node in its own words
        local = _number(environ, slurm.local_rank)
    return Machine(
        label=label or (host(world) if names else hidden(world)),
        rank=_number(environ, given.rank),
        local_rank=local,
        ranks=_number(environ, given.ranks),
        job=_job(environ, launcher),
        launcher=launcher.name if launcher else None,
    )


def host(world: World) -> str:
    """The host's own name, without its domain."""
    name = os.uname().nodename if hasattr(os, "uname") else world.environ.get("COMPUTERNAME", "")
    return name.partition(".")[0] or "localhost"


def hidden(world: World) -> str:
    """The host's name hashed with what only this machine knows: the same for all of its processes, and no other's."""
    from hashlib import sha256

    salt = next(
        (text for file in ("/etc/machine-id", "/proc/sys/kernel/random/boot_id") if (text := world.text(file))), ""
    )
    if not isinstance(salt, str) or not salt:
        from uuid import getnode

        salt = str(getnode())
    return f"machine-{sha256(f'envdoctor {salt.strip()} {host(world)}'.encode()).hexdigest()[:8]}"


def filled(pattern: str, machine: Machine, world: World) -> str:
    """``pattern`` with {host}, {rank}, {local_rank} and {job} in place; raises `PlaceholderError`."""
    values = {
        "host": host(world),
        "rank": machine.rank,
        "local_rank": machine.local_rank,
        "job": (machine.job or "").rpartition(" ")[2] or None,
    }

    def value(match: re.Match[str]) -> str:
        known = values[match[1]]
        if known is None:
            raise PlaceholderError(
                f"{{{match[1]}}}: no launcher says it here (known: {', '.join(each.name for each in LAUNCHERS)})"
            )
        return _UNSAFE.sub("-", str(known))

    return _PLACE.sub(value, pattern)


def has_places(pattern: str) -> bool:
    return _PLACE.search(pattern) is not None


def chosen(pattern: str, machine: Machine, world: World) -> bool:
    """Whether this process is the one to write ``pattern``: several that were started together on a machine would write one file.

    The first of the machine by the launcher's own count; where the launcher does not count, whoever comes first, by a
    lock in the memory of this machine, never on a file system that machines share.
    """
    if machine.rank is None or "{rank}" in pattern or "{local_rank}" in pattern:
        return True
    if machine.local_rank is not None:
        return machine.local_rank == 0
    return _first(f"{machine.job} {pattern} {world.cwd}")


def _first(what: str, folder: str = MEMORY) -> bool:
    from hashlib import sha256

    mine = getattr(os, "getuid", lambda: 0)()
    path = f"{folder}/envdoctor-{mine}-{sha256(what.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    for _ in range(2):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            return True
        except FileExistsError:
            try:
                if time.time() - os.stat(path).st_mtime < LATE:
                    return False
                os.unlink(path)
            except OSError:
                return False
        except OSError:  # no such memory here: better twice than never
            return True
    return False


def _number(environ: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    text = next((environ[name] for name in names if environ.get(name)), "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _job(environ: Mapping[str, str], launcher: Launcher | None) -> str | None:
    """The resource manager's job, else the MPI world, whose name holds a host's and is hashed for that."""
    for each in LAUNCHERS:
        if each.name in MANAGERS and (found := _named(environ, each.job)):
            return f"{each.name} {found.partition('.')[0] if each.name == 'PBS' else found}"
    if launcher is None or not (world := _named(environ, launcher.job)):
        return None
    from hashlib import sha256

    return f"{launcher.name} {sha256(world.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _named(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")
