"""THR001: A pool of BLAS threads is larger than the number of CPUs that the process may use."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Cpu,
    Evidence,
    Finding,
    Library,
    Measure,
    Missing,
    OpenMP,
    Packages,
    Rule,
    SetEnv,
    Severity,
    UnknownFact,
    Variables,
    check,
    is_count,
    is_list,
    known,
    order,
    with_expected_threads,
)
from envdoctor_checks.threads._libraries import (
    VARIABLES,
    limits_seen,
    loaded_libraries,
    openmp_users,
    threads_of,
    unpinned,
    within_allocation,
)
from envdoctor_checks.threads._variables import limit

THR001 = Rule("THR001", "more-threads-than-cpus", Severity.WARNING, Confidence.LIKELY, guide=("blas-7", "blas-8"))


@check(THR001)
def more_threads_than_cpus(
    blas: Blas,
    cpu: Cpu,
    environment: Variables,
    measure: Measure | Missing | None = None,
    packages: Packages | Missing | None = None,
) -> Iterator[Finding]:
    """Threads as the loaded libraries answer, against the CPUs that affinity, cgroup quota and a scheduler's job leave."""
    known(cpu.quota)
    whole = cpu = unpinned(cpu, blas)
    cpu, given = within_allocation(cpu, environment)
    unseen = openmp_users(packages)
    loaded = loaded_libraries(with_expected_threads(blas, whole, environment.variables))
    counted = [library for library in loaded if not isinstance(library.threads, Missing)]
    found = False
    for vendor in dict.fromkeys(library.vendor for library in counted):
        pools = [library for library in counted if library.vendor == vendor]
        if any(at_once(library, cpu, environment) > cpu.usable for library in pools):
            found = True
            yield _finding(vendor, pools, cpu, environment, measure, given, _others(blas, unseen, cpu, environment))
    runtimes = blas.openmp if isinstance(blas.openmp, list) else []
    # Without the variable, those who use OpenMP set their own number (scikit-learn counts the quota itself).
    crowded = [item for item in runtimes if at_once(item, cpu, environment) > cpu.usable and item.used_by]
    value = environment.variables.get("OMP_NUM_THREADS", "")
    if not found and is_list(value):
        if crowded:
            yield _openmp_finding(crowded, cpu, environment, given)
        elif unseen and _asked(value, cpu, environment) > cpu.usable:
            yield _unseen_finding(unseen, cpu, environment, given)
    if not counted:
        raise UnknownFact(f"{loaded[0].path}: the library does not say how many threads it starts")


def _asked(value: str, cpu: Cpu, environment: Variables) -> int:
    """The threads of one region of an OpenMP that is not loaded, by the variable."""
    first = int(value.split(",", maxsplit=1)[0])
    return at_once(OpenMP(runtime="libgomp", threads=first, path="", used_by=[], loaded=False), cpu, environment)


def _others(blas: Blas, unseen: list[str], cpu: Cpu, environment: Variables) -> list[Evidence]:
    """Who starts too many threads by OpenMP beside BLAS, where no variable limits them: a limit on BLAS alone leaves those."""
    if "OMP_NUM_THREADS" in environment.variables:
        return []
    runtimes = blas.openmp if isinstance(blas.openmp, list) else []
    crowded = [item for item in runtimes if at_once(item, cpu, environment) > cpu.usable and item.used_by]
    found = [Evidence(item.path, f"{item.threads} threads ({', '.join(item.used_by)})") for item in crowded]
    if unseen and cpu.affinity > cpu.usable:
        found.append(
            Evidence("OpenMP of " + ", ".join(unseen), f"{cpu.affinity} threads, one for each CPU of the mask")
        )
    return found


def at_once(pool: Library | OpenMP, cpu: Cpu, environment: Variables) -> int:
    """The threads of one parallel region: OpenMP has limits that the number it tells does not show.

    OMP_DYNAMIC lets the run-time take no more than the affinity mask has CPUs; OMP_THREAD_LIMIT is a limit on all of
    them (OpenMP 5.2, 21.1.1 and 21.1.3).
    """
    threads = threads_of(pool)
    if isinstance(pool, Library) and pool.threading_layer != "openmp":
        return threads
    if environment.variables.get("OMP_DYNAMIC", "").strip().lower() == "true":
        threads = min(threads, cpu.affinity)
    most = environment.variables.get("OMP_THREAD_LIMIT", "")
    return min(threads, int(most)) if is_count(most) else threads


def _finding(
    vendor: str,
    pools: list[Library],
    cpu: Cpu,
    environment: Variables,
    measure: Measure | Missing | None,
    given: list[Evidence],
    others: list[Evidence],
) -> Finding:
    most = max(threads_of(library) for library in pools)
    variable = VARIABLES.get(vendor, "OMP_NUM_THREADS")
    crowded = [library for library in pools if at_once(library, cpu, environment) > cpu.usable]
    if vendor == "openblas" and any(library.threading_layer == "openmp" for library in crowded):
        variable = "OMP_NUM_THREADS"  # such a build reads no other; the others read it where nothing outranks it
    variables = [variable] if not others or variable == "OMP_NUM_THREADS" else ["OMP_NUM_THREADS"]
    if others and any(name in environment.variables for name in order(vendor)):
        variables = [variable, "OMP_NUM_THREADS"]  # what is set outranks the other
    evidence = [Evidence(library.path, f"{library.threads} threads") for library in pools]
    evidence += [*others, *given, *limits_seen(cpu)]
    evidence += [
        Evidence(name, environment.variables[name])
        for name in dict.fromkeys((variable, *variables, "OMP_NUM_THREADS"))
        if name in environment.variables
    ]
    confidence, cost = None, ""
    seen = measure.oversubscription if isinstance(measure, Measure) else None
    if seen is not None and seen.path in [library.path for library in pools]:
        from envdoctor.api import oversubscription_verdict  # noqa: PLC0415 # most are not measured

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
        "No BLAS honours a cgroup quota, or what a scheduler gave: threads without a CPU wait for one another, and every product waits too.",
        own_confidence=confidence,
        remedies=limit(variables, cpu.usable),
    )


def _openmp_finding(crowded: list[OpenMP], cpu: Cpu, environment: Variables, given: list[Evidence]) -> Finding:
    value = environment.variables["OMP_NUM_THREADS"]
    cpus = "1 CPU is" if cpu.usable == 1 else f"{cpu.usable} CPUs are"
    return Finding(
        THR001,
        crowded[0].runtime,
        (
            *(Evidence(item.path, f"{item.threads} threads ({', '.join(item.used_by)})") for item in crowded),
            *given,
            *limits_seen(cpu),
            Evidence("OMP_NUM_THREADS", value),
        ),
        f"OMP_NUM_THREADS={value} starts {max(map(threads_of, crowded))} threads where {cpus} usable",
        "OpenMP takes the variable at its word; scikit-learn's histogram gradient boosting ran 11.8 times slower "
        "with 16 threads on 2 processors.",
        remedies=(SetEnv({"OMP_NUM_THREADS": str(cpu.usable)}),),
    )


def _unseen_finding(users: list[str], cpu: Cpu, environment: Variables, given: list[Evidence]) -> Finding:
    value = environment.variables["OMP_NUM_THREADS"]
    cpus = "1 CPU is" if cpu.usable == 1 else f"{cpu.usable} CPUs are"
    return Finding(
        THR001,
        "openmp",
        (
            Evidence("installed", ", ".join(users)),
            *given,
            *limits_seen(cpu),
            Evidence("OMP_NUM_THREADS", value),
        ),
        f"OMP_NUM_THREADS={value} starts {_asked(value, cpu, environment)} threads in {users[0]} where {cpus} usable",
        "The package's OpenMP takes the variable at its word, and threads without a CPU wait for one another.",
        remedies=(SetEnv({"OMP_NUM_THREADS": str(cpu.usable)}),),
    )
