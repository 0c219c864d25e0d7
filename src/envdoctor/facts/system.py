"""The operating system around the patient."""

from envdoctor.facts.base import Missing, Section


class Storage(Section, frozen=True, kw_only=True):
    """A folder that programs write to or read from all the time: ``role`` is home, packages or temporary.

    ``free`` are the bytes, ``files`` the new files that this user may still write there (``None``: the system does not tell).
    ``named_by`` is the variable that names the folder. ``network``: the type of the file system
    where it lies on other machines' disks (nfs4, lustre).
    """

    role: str
    path: str
    exists: bool = True
    writable: bool = True
    read_only: bool = False
    no_execute: bool = False
    free: int | None = None
    files: int | None = None
    network: str | None = None
    named_by: str | None = None


class System(Section, frozen=True, kw_only=True):
    """``platform`` is ``sys.platform``'s word (linux, darwin, win32); ``machine`` the hardware's (x86_64, arm64 …).

    ``distribution`` and ``distribution_version`` are ``ID`` and ``VERSION_ID`` of os-release; ``family`` is whose
    packages a Linux distribution shares (debian, fedora, arch, alpine, suse, gentoo), ``None`` where that is not known.
    ``storage`` are the folders that the patient lives on. ``scheduler`` is the batch system whose commands are on PATH
    (Slurm, PBS …) where no job of its runs here, ``None`` elsewhere.
    """

    platform: str
    machine: str
    release: str = ""
    distribution: str | None = None
    distribution_version: str | None = None
    family: str | None = None
    storage: list[Storage] = []
    scheduler: str | None = None


class Worker(Section, frozen=True, kw_only=True):
    """One worker process of a cluster, as it is now.

    ``threads`` tasks run in it at a time. ``memory_limit`` in bytes, ``None`` for none; ``memory`` is what its machine and
    its cgroup grant, in bytes. ``local_directory`` is where it spills to, ``file_system`` the type of that
    (``nfs``, ``lustre``, ``ext4`` …). ``nanny``: a process watches over it. ``gpu`` is the identifier of its first visible
    GPU.
    """

    threads: int | None = None
    memory_limit: int | None | Missing = None
    memory: int | None | Missing = None
    local_directory: str | None = None
    file_system: str | None = None
    nanny: bool | None = None
    resources: dict[str, float] = {}
    gpu: str | None = None


class Mpi(Section, frozen=True, kw_only=True):
    """The MPI that starts programs, and the one that mpi4py takes.

    ``launcher`` is the make of the first (Open MPI, MPICH, Intel MPI …; ``None``: not known), ``command`` its file where it was
    found on PATH; ``library`` is what the second says of itself.
    """

    launcher: str | None = None
    command: str | None = None
    library: str | Missing


class Machine(Section, frozen=True, kw_only=True):
    """Who made the recording.

    ``label`` tells machines apart: the host's name where that was asked for, else a hash that another host's owner can't
    compute. ``rank``, ``local_rank`` (on its machine) and ``ranks`` (of all) are the ``launcher``'s (Open MPI, MPICH,
    Slurm, PBS …); ``job`` names what started it together with others, and is the same for all of them. ``role`` is worker,
    scheduler or client of a cluster, empty elsewhere; ``mpi`` is ``None`` where mpi4py is not installed.
    """

    label: str
    rank: int | None = None
    local_rank: int | None = None
    ranks: int | None = None
    job: str | None = None
    launcher: str | None = None
    role: str = ""
    worker: Worker | None = None
    mpi: Mpi | None = None
