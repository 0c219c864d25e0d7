"""The loaded libraries, how many threads they have, and what limits them."""

from math import ceil

from msgspec import structs

from envdoctor.api import (
    Blas,
    Cpu,
    Evidence,
    Library,
    Missing,
    NotApplicable,
    OpenMP,
    Packages,
    UnknownFact,
    Variables,
    is_count,
    known,
    plural,
    with_expected_threads,
)

# The variable each library reads first.
VARIABLES = {"openblas": "OPENBLAS_NUM_THREADS", "mkl": "MKL_NUM_THREADS", "blis": "BLIS_NUM_THREADS"}


def loaded_libraries(blas: Blas) -> list[Library]:
    loaded = [library for library in blas.libraries if library.loaded]
    if not loaded:
        known(blas.examined)
        raise NotApplicable("no BLAS is loaded")
    return loaded


def counted_libraries(blas: Blas, cpu: Cpu, environment: Variables | Missing | None = None) -> list[Library]:
    """The loaded libraries with the threads that they reported, or that a silent one can be expected to take.

    Raises `UnknownFact` where there is none.
    """
    variables = environment.variables if isinstance(environment, Variables) else {}
    loaded = loaded_libraries(with_expected_threads(blas, cpu, variables))
    counted = [library for library in loaded if not isinstance(library.threads, Missing)]
    if not counted:
        raise UnknownFact(f"{loaded[0].path}: the library does not say how many threads it starts")
    return counted


def threads_of(library: Library | OpenMP) -> int:
    return library.threads if isinstance(library.threads, int) else 0


def limits_seen(cpu: Cpu) -> list[Evidence]:
    evidence = [Evidence("CPUs", f"{cpu.usable} usable of {cpu.logical}, {cpu.affinity} in the affinity mask")]
    if not isinstance(cpu.quotas, Missing):
        evidence += [Evidence(quota.file, quota.setting) for quota in cpu.quotas[:1]]
    return evidence


# What a scheduler's job was given, and what tells that one is running: a mask or a quota need not follow it.
# https://slurm.schedmd.com/sbatch.html (SLURM_CPUS_PER_TASK: where --cpus-per-task was asked for); NCPUS of PBS Professional and
# PBS_NUM_PPN of TORQUE; LSF's LSB_DJOB_NUMPROC; Grid Engine's NSLOTS (SGE_TASK_ID is set in all its jobs).
# The last two count all hosts of a job: they may be too many, and never too few.
ALLOCATIONS = (
    ("SLURM_CPUS_PER_TASK", "SLURM_JOB_ID"),
    ("PBS_NUM_PPN", "PBS_ENVIRONMENT"),
    ("NCPUS", "PBS_ENVIRONMENT"),
    ("LSB_DJOB_NUMPROC", "LSB_JOBID"),
    ("NSLOTS", "SGE_TASK_ID"),
)


def within_allocation(cpu: Cpu, environment: Variables) -> tuple[Cpu, list[Evidence]]:
    """The CPUs that are usable by what a scheduler gave the job, too, and the variable where it is the tighter limit."""
    set_here = environment.variables
    for name, job in ALLOCATIONS:
        value = set_here.get(name, "")
        if job in set_here and is_count(value) and int(value) < cpu.usable:
            return structs.replace(cpu, usable=int(value)), [Evidence(name, value)]
    return cpu, []


def unpinned(cpu: Cpu, blas: Blas) -> Cpu:
    """The CPUs that the process had before OpenMP bound it: a limit that goes with a variable is no size of a machine."""
    if blas.pinned is None or cpu.affinity >= blas.pinned.before:
        return cpu
    usable = blas.pinned.before
    if isinstance(cpu.quota, float):
        usable = min(usable, max(1, ceil(cpu.quota)))
    return structs.replace(cpu, affinity=blas.pinned.before, usable=max(cpu.usable, usable))


# Packages whose OpenMP takes OMP_NUM_THREADS at its word, else a thread for each CPU of the mask, whatever a quota leaves. They are not
# loaded by a check-up. (LightGBM: src/utils/openmp_wrapper.cpp; PyTorch: aten/src/ATen/ParallelOpenMP.cpp; implicit: Cython's prange.)
OPENMP_USERS = ("lightgbm", "torch", "implicit")


def openmp_users(packages: Packages | Missing | None) -> list[str]:
    found = packages.distributions if isinstance(packages, Packages) else []
    return [name for name in OPENMP_USERS if any(item.key == name for item in found)]


def count(threads: int) -> str:
    return plural(threads, "thread")
