"""Do the thread pools fit the processors, and do the variables that limit them say what was meant?"""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Cpu,
    Environment,
    Evidence,
    Expectation,
    Finding,
    Library,
    Measure,
    Missing,
    NotApplicable,
    OpenMP,
    Packages,
    Rule,
    SetEnv,
    Severity,
    UnknownFact,
    UnsetEnv,
    check,
    expected,
    is_count,
    is_list,
    known,
    oversubscription_verdict,
)
from envdoctor_checks.blas import NAMES

THR001 = Rule("THR001", "more-threads-than-cpus", Severity.WARNING, Confidence.LIKELY, guide=("blas-7", "blas-8"))
THR003 = Rule("THR003", "threads-capped", Severity.INFO, guide=("blas-7",))
THR004 = Rule("THR004", "thread-variable-without-effect", Severity.INFO, guide=("blas-7",))
THR005 = Rule("THR005", "invalid-thread-variable", Severity.WARNING, guide=("blas-7",))
THR006 = Rule("THR006", "build-limit", Severity.INFO, guide=("blas-7",))
# The variable each library reads first.
VARIABLES = {"openblas": "OPENBLAS_NUM_THREADS", "mkl": "MKL_NUM_THREADS", "blis": "BLIS_NUM_THREADS"}
# Whose variable it is. OMP_NUM_THREADS is everybody's.
OWNERS = {
    "OPENBLAS_NUM_THREADS": "openblas",
    "GOTO_NUM_THREADS": "openblas",
    "MKL_NUM_THREADS": "mkl",
    "BLIS_NUM_THREADS": "blis",
    "VECLIB_MAXIMUM_THREADS": "accelerate",
}
# Set in processes that somebody else starts, several at once, with limits of their own.
WORKERS = ("PYTEST_XDIST_WORKER", "DASK_PARENT", "JOBLIB_SPAWNED_PROCESS")
# Distributions that bring a BLAS which is not loaded for the check-up.
HIDDEN = {"mkl": ("mkl", "torch", "tensorflow", "intel-extension-for-pytorch", "daal4py", "scikit-learn-intelex")}


@check(THR001)
def more_threads_than_cpus(
    blas: Blas, cpu: Cpu, environment: Environment, measure: Measure | Missing | None = None
) -> Iterator[Finding]:
    """Threads as the loaded libraries answer, against the CPUs that affinity and cgroup quota leave."""
    known(cpu.quota)
    loaded = loaded_libraries(blas)
    counted = [library for library in loaded if not isinstance(library.threads, Missing)]
    found = False
    for vendor in dict.fromkeys(library.vendor for library in counted):
        pools = [library for library in counted if library.vendor == vendor]
        if any(_threads(library) > cpu.usable for library in pools):
            found = True
            yield _finding(vendor, pools, cpu, environment, measure)
    runtimes = blas.openmp if isinstance(blas.openmp, list) else []
    # Without the variable, those who use OpenMP set their own number (scikit-learn counts the quota itself).
    crowded = [item for item in runtimes if _threads(item) > cpu.usable and item.used_by]
    if crowded and not found and is_list(environment.variables.get("OMP_NUM_THREADS", "")):
        yield _openmp_finding(crowded, cpu, environment)
    if not counted:
        raise UnknownFact(f"{loaded[0].path}: the library does not tell how many threads it starts")


def loaded_libraries(blas: Blas) -> list[Library]:
    loaded = [library for library in blas.libraries if library.loaded]
    if not loaded:
        known(blas.examined)
        raise NotApplicable("no BLAS is loaded")
    return loaded


def _threads(library: Library | OpenMP) -> int:
    return library.threads if isinstance(library.threads, int) else 0


def limits_seen(cpu: Cpu) -> list[Evidence]:
    evidence = [Evidence("CPUs", f"{cpu.usable} usable of {cpu.logical}, {cpu.affinity} in the affinity mask")]
    if not isinstance(cpu.quotas, Missing):
        evidence += [Evidence(quota.file, quota.setting) for quota in cpu.quotas[:1]]
    return evidence


def _finding(
    vendor: str, pools: list[Library], cpu: Cpu, environment: Environment, measure: Measure | Missing | None
) -> Finding:
    most = max(_threads(library) for library in pools)
    variable = VARIABLES.get(vendor, "OMP_NUM_THREADS")
    if vendor == "openblas" and all(library.threading_layer == "openmp" for library in pools):
        variable = "OMP_NUM_THREADS"  # such a build reads no other
    evidence = [Evidence(library.path, f"{library.threads} threads") for library in pools]
    evidence += limits_seen(cpu)
    evidence += [
        Evidence(name, environment.variables[name])
        for name in dict.fromkeys((variable, "OMP_NUM_THREADS"))
        if name in environment.variables
    ]
    confidence, cost = None, ""
    seen = measure.oversubscription if isinstance(measure, Measure) else None
    if seen is not None and seen.path in [library.path for library in pools]:
        verdict, words = oversubscription_verdict(seen)
        evidence.append(Evidence("measured", words if verdict != "inconclusive" else f"inconclusive: {words}"))
        if verdict == "slower":
            confidence, cost = Confidence.CERTAIN, f": {seen.factor:.1f} × slower"
    cpus = "1 CPU is" if cpu.usable == 1 else f"{cpu.usable} CPUs are"
    return Finding(
        THR001,
        vendor,
        tuple(evidence),
        f"BLAS starts {most} threads where {cpus} usable{cost}",
        "No BLAS honours a cgroup quota: threads without a CPU wait for one another, and every product waits too.",
        confidence=confidence,
        remedies=(SetEnv({variable: str(cpu.usable)}),),
    )


def _openmp_finding(crowded: list[OpenMP], cpu: Cpu, environment: Environment) -> Finding:
    value = environment.variables["OMP_NUM_THREADS"]
    cpus = "1 CPU is" if cpu.usable == 1 else f"{cpu.usable} CPUs are"
    return Finding(
        THR001,
        crowded[0].runtime,
        (
            *(Evidence(item.path, f"{item.threads} threads ({', '.join(item.used_by)})") for item in crowded),
            *limits_seen(cpu),
            Evidence("OMP_NUM_THREADS", value),
        ),
        f"OMP_NUM_THREADS={value} starts {max(map(_threads, crowded))} threads where {cpus} usable",
        "OpenMP takes the variable at its word; scikit-learn's histogram gradient boosting ran 11.8 times slower with 16 "
        "threads on 2 processors.",
        remedies=(SetEnv({"OMP_NUM_THREADS": str(cpu.usable)}),),
    )


def expectation(library: Library, cpu: Cpu, environment: Environment) -> Expectation:
    """What the library makes of the variables."""
    return expected(
        library.vendor,
        environment.variables,
        cpu.affinity,
        layer=library.threading_layer if isinstance(library.threading_layer, str) else None,
        version=library.version if isinstance(library.version, str) else None,
        maximum=library.maximum if isinstance(library.maximum, int) else None,
        cores=cpu.physical if isinstance(cpu.physical, int) else None,
    )


@check(THR003)
def threads_capped(blas: Blas, cpu: Cpu, environment: Environment) -> Iterator[Finding]:
    """Only where a variable decides; a worker that somebody else started is limited on purpose."""
    loaded = loaded_libraries(blas)
    if any(environment.variables.get(name) for name in WORKERS):
        raise NotApplicable("a worker process: its limit is its parent's decision")
    decided: dict[str, list[Library]] = {}
    for library in loaded:
        told = expectation(library, cpu, environment)
        room = min(cpu.usable, library.maximum if isinstance(library.maximum, int) else cpu.usable)
        if told.variable and isinstance(library.threads, int) and library.threads < room:
            decided.setdefault(told.variable, []).append(library)
    for variable, pools in decided.items():
        value = environment.variables[variable]
        yield Finding(
            THR003,
            variable,
            (
                Evidence(variable, value),
                *(Evidence(pool.path, _count(_threads(pool))) for pool in pools),
                *limits_seen(cpu),
            ),
            f"{variable}={value} leaves {cpu.usable - max(map(_threads, pools))} of {cpu.usable} usable CPUs idle in BLAS",
            "Right where several processes share the machine; otherwise large products take longer than they need to.",
            remedies=(UnsetEnv((variable,)),),
        )


def _count(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


@check(THR004)
def variable_without_effect(
    blas: Blas, cpu: Cpu, environment: Environment, packages: Packages | Missing | None = None
) -> Iterator[Finding]:
    """Silent where another variable sets the same number, or limits what is loaded."""
    loaded = loaded_libraries(blas)
    told = [(library, expectation(library, cpu, environment)) for library in loaded if _threads(library)]
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
        if name in reported or not is_count(value) or vendor in present or int(value) >= max(map(_threads, loaded)):
            continue
        yield _without_effect(name, value, f"nothing that is loaded reads {name}", loaded, None)


def _hidden(packages: Packages | Missing | None) -> set[str]:
    keys = {item.key for item in packages.distributions} if isinstance(packages, Packages) else set()
    return {vendor for vendor, names in HIDDEN.items() if keys.intersection(names)}


def _without_effect(name: str, value: str, reason: str, pools: list[Library], winner: Evidence | None) -> Finding:
    evidence = [Evidence(name, value), *([winner] if winner else [])]
    evidence += [
        Evidence(pool.path, f"{NAMES.get(pool.vendor, pool.vendor)}, {_count(_threads(pool))}") for pool in pools
    ]
    vendor = pools[0].vendor
    variable = "OMP_NUM_THREADS" if pools[0].threading_layer == "openmp" else VARIABLES.get(vendor)
    remedy = SetEnv({variable: value}) if variable and not winner else UnsetEnv((winner.label if winner else name,))
    return Finding(
        THR004,
        name,
        tuple(evidence),
        f"{name}={value} does not have the effect it was set for: {reason}",
        f"{pools[0].path.rpartition('/')[2]} takes {_count(_threads(pools[0]))} nevertheless.",
        remedies=(remedy,),
    )


@check(THR005)
def invalid_variable(blas: Blas, cpu: Cpu, environment: Environment) -> Iterator[Finding]:
    """A list such as ``4,1`` is valid for OMP_NUM_THREADS (OpenMP 5.2, section 21.1.2)."""
    loaded = loaded_libraries(blas)
    bad: dict[str, list[tuple[Library, str]]] = {}
    for library in loaded:
        told = expectation(library, cpu, environment)
        for item in told.ignored:
            if item.why == "invalid":
                bad.setdefault(item.name, []).append((library, f"ignores it and takes {_count(_threads(library))}"))
        if told.misread:
            bad.setdefault(told.misread, []).append((library, f"makes {_count(_threads(library))} of it"))
    omp = environment.variables.get("OMP_NUM_THREADS")
    runtimes = blas.openmp if isinstance(blas.openmp, list) else []
    if omp is not None and not is_list(omp) and runtimes:
        bad.setdefault("OMP_NUM_THREADS", [])
    for name, pools in bad.items():
        value = environment.variables[name]
        evidence = [Evidence(name, repr(value))]
        evidence += [Evidence(pool.path, what) for pool, what in pools]
        evidence += [Evidence(item.path, _count(_threads(item))) for item in runtimes if name == "OMP_NUM_THREADS"]
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
    for library in loaded_libraries(blas):
        if isinstance(library.maximum, int) and 1 < library.maximum < cpu.usable:
            yield Finding(
                THR006,
                library.path,
                (Evidence(library.path, f"built for at most {library.maximum} threads"), *limits_seen(cpu)),
                f"this build of {NAMES.get(library.vendor, library.vendor)} takes {library.maximum} threads at most; "
                f"{cpu.usable} CPUs are usable",
                "The number is set when the library is built (PyPI's wheels: 64, conda-forge: 128).",
                nothing_to_do="few programs gain from so many threads; conda-forge's build takes more.",
            )
