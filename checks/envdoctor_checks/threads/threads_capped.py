"""THR003: A variable in the environment leaves CPUs that may be used idle in BLAS."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Cpu,
    Evidence,
    Finding,
    Library,
    NotApplicable,
    Rule,
    Severity,
    UnsetEnv,
    Variables,
    check,
    order,
)
from envdoctor_checks.threads._expected_threads import expectation, layer_of, unlimited, version_of
from envdoctor_checks.threads._libraries import count, counted_libraries, limits_seen, threads_of

THR003 = Rule("THR003", "threads-capped", Severity.INFO, guide=("blas-7",))
# Set in processes that somebody else starts, several at once, with limits of their own.
WORKERS = ("PYTEST_XDIST_WORKER", "DASK_PARENT")


@check(THR003)
def threads_capped(blas: Blas, cpu: Cpu, environment: Variables) -> Iterator[Finding]:
    """Only where a variable decides; a worker that somebody else started is limited on purpose."""
    loaded = counted_libraries(blas, cpu, environment)
    if any(environment.variables.get(name) for name in WORKERS):
        raise NotApplicable("a worker process: its limit is its parent's decision")
    decided: dict[str, list[Library]] = {}
    for library in loaded:
        told = expectation(library, cpu, environment)
        room = min(cpu.usable, library.maximum if isinstance(library.maximum, int) else cpu.usable)
        if told.variable and not told.misread and 0 < threads_of(library) < min(room, unlimited(library, cpu)):
            decided.setdefault(told.variable, []).append(library)
    yield from _sequential(loaded, cpu, environment)
    for variable, pools in decided.items():
        value = environment.variables[variable]
        yield Finding(
            THR003,
            variable,
            (
                Evidence(variable, value),
                *(Evidence(pool.path, count(threads_of(pool))) for pool in pools),
                *limits_seen(cpu),
            ),
            f"{variable}={value} leaves {cpu.usable - max(map(threads_of, pools))} of {cpu.usable} CPUs idle in BLAS",
            "Right where several processes share the machine; otherwise large products take longer than they need to.",
            remedies=(UnsetEnv(_set(pools, environment)),),
        )


def _sequential(loaded: list[Library], cpu: Cpu, environment: Variables) -> Iterator[Finding]:
    """MKL without threads, since the variable chose that layer (MKL developer guide, "Dynamically Selecting the Interface and Threading Layer")."""
    value = environment.variables.get("MKL_THREADING_LAYER", "")
    pools = [library for library in loaded if library.vendor == "mkl" and layer_of(library) == "sequential"]
    if value.strip().upper() == "SEQUENTIAL" and pools and cpu.usable > 1:
        yield Finding(
            THR003,
            "MKL_THREADING_LAYER",
            (
                Evidence("MKL_THREADING_LAYER", value),
                *(Evidence(pool.path, count(threads_of(pool))) for pool in pools),
                *limits_seen(cpu),
            ),
            f"MKL_THREADING_LAYER={value} leaves {cpu.usable - 1} of {cpu.usable} CPUs idle in BLAS",
            "It chooses the build of MKL without threads, whatever MKL_NUM_THREADS is. Large products take longer than they need to.",
            remedies=(UnsetEnv(("MKL_THREADING_LAYER",)),),
        )


def _set(pools: list[Library], environment: Variables) -> tuple[str, ...]:
    """The variables that these libraries read and that are set: with the first gone, the next would decide."""
    names = [name for pool in pools for name in order(pool.vendor, layer_of(pool), version_of(pool))]
    return tuple(name for name in dict.fromkeys(names) if name in environment.variables)
