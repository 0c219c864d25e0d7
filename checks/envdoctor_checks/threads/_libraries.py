"""The loaded libraries, how many threads they have, and what limits them."""

from envdoctor.api import (
    Blas,
    Cpu,
    Evidence,
    Library,
    Missing,
    NotApplicable,
    OpenMP,
    UnknownFact,
    Variables,
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
        raise UnknownFact(f"{loaded[0].path}: the library does not tell how many threads it starts")
    return counted


def threads_of(library: Library | OpenMP) -> int:
    return library.threads if isinstance(library.threads, int) else 0


def limits_seen(cpu: Cpu) -> list[Evidence]:
    evidence = [Evidence("CPUs", f"{cpu.usable} usable of {cpu.logical}, {cpu.affinity} in the affinity mask")]
    if not isinstance(cpu.quotas, Missing):
        evidence += [Evidence(quota.file, quota.setting) for quota in cpu.quotas[:1]]
    return evidence


def count(threads: int) -> str:
    return plural(threads, "thread")
