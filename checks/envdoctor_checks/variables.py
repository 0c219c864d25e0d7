"""Do the variables that limit threads say what was meant, and does the build allow it?"""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Cpu,
    Environment,
    Evidence,
    Finding,
    Library,
    Missing,
    NotApplicable,
    Packages,
    Rule,
    SetEnv,
    Severity,
    UnsetEnv,
    check,
    is_count,
    is_list,
    order,
)
from envdoctor_checks.foretold import expectation, layer_of, unlimited, version_of
from envdoctor_checks.settings import NAMES
from envdoctor_checks.threads import VARIABLES, counted_libraries, limits_seen, threads_of

THR003 = Rule("THR003", "threads-capped", Severity.INFO, guide=("blas-7",))
THR004 = Rule("THR004", "thread-variable-without-effect", Severity.INFO, guide=("blas-7",))
THR005 = Rule("THR005", "invalid-thread-variable", Severity.WARNING, guide=("blas-7",))
THR006 = Rule("THR006", "build-limit", Severity.INFO, guide=("blas-7",))
OWNERS = {  # OMP_NUM_THREADS is everybody's
    "OPENBLAS_NUM_THREADS": "openblas",
    "GOTO_NUM_THREADS": "openblas",
    "MKL_NUM_THREADS": "mkl",
    "BLIS_NUM_THREADS": "blis",
    "VECLIB_MAXIMUM_THREADS": "accelerate",
}
# Set in processes that somebody else starts, several at once, with limits of their own.
WORKERS = ("PYTEST_XDIST_WORKER", "DASK_PARENT")
# Distributions whose MKL is not loaded for the check-up.
HIDDEN_MKL = {"mkl", "torch", "intel-extension-for-pytorch", "daal4py", "scikit-learn-intelex"}


@check(THR003)
def threads_capped(blas: Blas, cpu: Cpu, environment: Environment) -> Iterator[Finding]:
    """Only where a variable decides; a worker that somebody else started is limited on purpose."""
    loaded = counted_libraries(blas)
    if any(environment.variables.get(name) for name in WORKERS):
        raise NotApplicable("a worker process: its limit is its parent's decision")
    decided: dict[str, list[Library]] = {}
    for library in loaded:
        told = expectation(library, cpu, environment)
        room = min(cpu.usable, library.maximum if isinstance(library.maximum, int) else cpu.usable)
        if told.variable and not told.misread and 0 < threads_of(library) < min(room, unlimited(library, cpu)):
            decided.setdefault(told.variable, []).append(library)
    for variable, pools in decided.items():
        value = environment.variables[variable]
        yield Finding(
            THR003,
            variable,
            (
                Evidence(variable, value),
                *(Evidence(pool.path, _count(threads_of(pool))) for pool in pools),
                *limits_seen(cpu),
            ),
            f"{variable}={value} leaves {cpu.usable - max(map(threads_of, pools))} of {cpu.usable} CPUs idle in BLAS",
            "Right where several processes share the machine; otherwise large products take longer than they need to.",
            remedies=(UnsetEnv(_set(pools, environment)),),
        )


def _set(pools: list[Library], environment: Environment) -> tuple[str, ...]:
    """The variables that these libraries read and that are set: with the first gone, the next would decide."""
    names = [name for pool in pools for name in order(pool.vendor, layer_of(pool), version_of(pool))]
    return tuple(name for name in dict.fromkeys(names) if name in environment.variables)


def _count(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


@check(THR004)
def variable_without_effect(
    blas: Blas, cpu: Cpu, environment: Environment, packages: Packages | Missing | None = None
) -> Iterator[Finding]:
    """Silent where another variable sets the same number, or limits what is loaded."""
    loaded = counted_libraries(blas)
    told = [(library, expectation(library, cpu, environment)) for library in loaded if threads_of(library)]
    reported: set[str] = set()
    for library, answer in told:
        for item in answer.ignored:
            outranked = item.why == "outranked"
            limited = answer.variable is not None or answer.threads == 1
            if item.name in reported or item.why == "invalid" or not is_list(item.value) or (limited and not outranked):
                continue
            reported.add(item.name)
            reason = answer.reason if outranked else f"this build of {NAMES[library.vendor]} does not read it"
            winner = Evidence(answer.variable, environment.variables[answer.variable]) if answer.variable else None
            yield _without_effect(item.name, item.value, reason, [library], winner)
    if any(answer.variable for _, answer in told):
        return
    present = {library.vendor for library in blas.libraries} | _hidden(packages)
    for name, vendor in OWNERS.items():
        value = environment.variables.get(name, "")
        if name in reported or not is_count(value) or vendor in present or int(value) >= max(map(threads_of, loaded)):
            continue
        yield _without_effect(name, value, f"nothing that is loaded reads {name}", loaded, None)


def _hidden(packages: Packages | Missing | None) -> set[str]:
    keys = {item.key for item in packages.distributions} if isinstance(packages, Packages) else set()
    return {"mkl"} if keys & HIDDEN_MKL else set()


def _without_effect(name: str, value: str, reason: str, pools: list[Library], winner: Evidence | None) -> Finding:
    evidence = [Evidence(name, value), *([winner] if winner else [])]
    evidence += [
        Evidence(pool.path, f"{NAMES.get(pool.vendor, pool.vendor)}, {_count(threads_of(pool))}") for pool in pools
    ]
    vendor = pools[0].vendor
    variable = "OMP_NUM_THREADS" if pools[0].threading_layer == "openmp" else VARIABLES.get(vendor)
    remedy = SetEnv({variable: value}) if variable and not winner else UnsetEnv((winner.label if winner else name,))
    return Finding(
        THR004,
        name,
        tuple(evidence),
        f"{name}={value} does not have the effect it was set for: {reason}",
        f"{pools[0].path.rpartition('/')[2]} takes {_count(threads_of(pools[0]))} nevertheless.",
        remedies=(remedy,),
    )


@check(THR005)
def invalid_variable(blas: Blas, cpu: Cpu, environment: Environment) -> Iterator[Finding]:
    """A list such as ``4,1`` is valid for OMP_NUM_THREADS (OpenMP 5.2, section 21.1.2)."""
    loaded = counted_libraries(blas)
    bad: dict[str, list[tuple[Library, str]]] = {}
    for library in loaded:
        told = expectation(library, cpu, environment)
        for item in told.ignored:
            if item.why == "invalid":
                bad.setdefault(item.name, []).append((library, f"ignores it and takes {_count(threads_of(library))}"))
        if told.misread:
            bad.setdefault(told.misread, []).append((library, f"makes {_count(threads_of(library))} of it"))
    omp = environment.variables.get("OMP_NUM_THREADS")
    runtimes = [item for item in blas.openmp if item.loaded] if isinstance(blas.openmp, list) else []
    if omp is not None and not is_list(omp) and runtimes:
        bad.setdefault("OMP_NUM_THREADS", [])
    for name, pools in bad.items():
        value = environment.variables[name]
        evidence = [Evidence(name, repr(value))]
        evidence += [Evidence(pool.path, what) for pool, what in pools]
        evidence += [Evidence(item.path, _count(threads_of(item))) for item in runtimes if name == "OMP_NUM_THREADS"]
        yield Finding(
            THR005,
            name,
            tuple(evidence),
            f"{name}={value!r} is not a number of threads",
            "It has to be a positive integer. Nothing warns: the library goes on with the number that it would take "
            "without the variable, or with another one.",
            remedies=(SetEnv({name: str(cpu.usable)}), UnsetEnv((name,))),
        )


@check(THR006)
def build_limit(blas: Blas, cpu: Cpu) -> Iterator[Finding]:
    for library in counted_libraries(blas):
        if isinstance(library.maximum, int) and 1 < library.maximum < cpu.usable:
            yield Finding(
                THR006,
                library.path,
                (Evidence(library.path, f"built for at most {library.maximum} threads"), *limits_seen(cpu)),
                f"this build of {NAMES.get(library.vendor, library.vendor)} takes {library.maximum} threads at most; "
                f"{cpu.usable} CPUs are usable",
                "The number is set at build time; few programs gain from more.",
                nothing_to_do="conda-forge's build takes 128 threads, PyPI's wheels 64.",
            )
