"""What the patient lives on: room for bytes and files, what may be done there, and whose disk it is."""

import os

import msgspec

from envdoctor.facts.base import Missing
from envdoctor.facts.interpreter import Interpreter
from envdoctor.facts.system import Storage, System
from envdoctor.probe.world import World

NETWORK = (
    *("nfs", "nfs4", "lustre", "gpfs", "beegfs", "ceph", "cifs", "smb3", "afs", "panfs", "wekafs", "orangefs"),
    *("fuse.sshfs", "fuse.glusterfs"),
)
USUAL = f"{os.sep}tmp"  # for temporary files
READ_ONLY, NO_EXECUTE = 1, 8  # of f_flag (man 3 statvfs)
# The command that hands a job in, and the variable that stands in every job.
SCHEDULERS = (
    ("Slurm", "sbatch", "SLURM_JOB_ID"),
    ("PBS", "qsub", "PBS_JOBID"),
    ("LSF", "bsub", "LSB_JOBID"),
    ("HTCondor", "condor_submit", "_CONDOR_JOB_AD"),
)
JOBS = ("JOB_ID", "SLURM_JOBID", "PBS_ENVIRONMENT")  # Grid Engine has PBS' command


def with_storage(world: World, system: System | Missing, interpreter: Interpreter | Missing) -> System | Missing:
    """The same, with the folders of HOME, of the packages and of temporary files, and the batch system, if any."""
    if isinstance(system, Missing) or world.platform == "win32":
        return system
    mounts = world.text("/proc/self/mountinfo") if world.platform == "linux" else ""
    networks = _networks(mounts) if isinstance(mounts, str) else {}
    temporary = world.environ.get("TMPDIR", "")
    found = [_storage(world, "home", world.home, networks, "HOME")]
    if isinstance(interpreter, Interpreter) and (packages := interpreter.paths.get("purelib")):
        found.append(_storage(world, "packages", packages, networks, None))
    found.append(_storage(world, "temporary", temporary or USUAL, networks, "TMPDIR" if temporary else None))
    return msgspec.structs.replace(system, storage=found, scheduler=_scheduler(world))


def _storage(world: World, role: str, path: str, networks: dict[str, str], named_by: str | None) -> Storage:
    """``networks`` are the network file systems by where they are mounted."""
    real = world.real(path)
    if not os.path.isdir(real):
        return Storage(role=role, path=path, exists=False, writable=False, named_by=named_by)
    storage = Storage(
        role=role,
        path=path,
        writable=os.access(real, os.W_OK),
        network=_kind(world.resolve(path), networks) if networks else None,
        named_by=named_by,
    )
    try:
        seen = os.statvfs(real)
    except OSError:
        return storage
    return msgspec.structs.replace(
        storage,
        read_only=bool(seen.f_flag & READ_ONLY),
        no_execute=world.platform == "linux" and bool(seen.f_flag & NO_EXECUTE),
        free=seen.f_bavail * seen.f_frsize if seen.f_blocks else None,
        files=seen.f_favail if seen.f_files else None,
    )


def _networks(mountinfo: str) -> dict[str, str]:
    """Where other machines' disks are mounted, each with the type, and what is mounted below them (man 5 proc_pid_mountinfo)."""
    if not any(f" - {kind} " in mountinfo for kind in NETWORK):
        return {}
    pairs = (line.partition(" - ")[::2] for line in mountinfo.split("\n") if " - " in line)
    return {left.split(" ")[4].replace("\\040", " "): right.split(" ")[0] for left, right in pairs}


def _kind(path: str, mounts: dict[str, str]) -> str | None:
    above = [point for point in mounts if path == point or path.startswith(point.rstrip("/") + "/")]
    kind = mounts[max(above, key=len)] if above else ""
    return kind if kind in NETWORK else None


def _scheduler(world: World) -> str | None:
    """The first batch system with a command on PATH; ``None`` inside a job of any."""
    if any(map(world.environ.get, (*JOBS, *(variable for _, _, variable in SCHEDULERS)))):
        return None
    folders = [folder for folder in world.environ.get("PATH", "").split(":") if folder.startswith("/")]
    for name, command, _ in SCHEDULERS:
        if any(os.path.exists(world.real(f"{folder}/{command}")) for folder in folders):
            return name
    return None
