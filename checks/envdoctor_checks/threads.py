"""Do the thread pools fit the processors?"""

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
    Rule,
    SetEnv,
    Severity,
    UnknownFact,
    check,
    known,
)

THR001 = Rule("THR001", "more-threads-than-cpus", Severity.WARNING, guide=("blas-7", "blas-8"))
# The variable each library reads first.
VARIABLES = {"openblas": "OPENBLAS_NUM_THREADS", "mkl": "MKL_NUM_THREADS", "blis": "BLIS_NUM_THREADS"}


@check(THR001)
def more_threads_than_cpus(blas: Blas, cpu: Cpu, environment: Environment) -> Iterator[Finding]:
    """Threads as the loaded libraries answer, against the CPUs that affinity and cgroup quota leave."""
    known(cpu.quota)
    loaded = [library for library in blas.libraries if library.loaded]
    if not loaded:
        known(blas.examined)
        raise NotApplicable("no BLAS is loaded")
    counted = [library for library in loaded if not isinstance(library.threads, Missing)]
    for vendor in dict.fromkeys(library.vendor for library in counted):
        pools = [library for library in counted if library.vendor == vendor]
        if any(_threads(library) > cpu.usable for library in pools):
            yield _finding(vendor, pools, cpu, environment)
    if not counted:
        raise UnknownFact(f"{loaded[0].path}: the library does not tell how many threads it starts")


def _threads(library: Library) -> int:
    return library.threads if isinstance(library.threads, int) else 0


def _finding(vendor: str, pools: list[Library], cpu: Cpu, environment: Environment) -> Finding:
    most = max(_threads(library) for library in pools)
    evidence = [Evidence(library.path, f"{library.threads} threads") for library in pools]
    evidence.append(Evidence("CPUs", f"{cpu.usable} usable of {cpu.logical}, {cpu.affinity} in the affinity mask"))
    if not isinstance(cpu.quotas, Missing):
        evidence += [Evidence(quota.file, quota.setting) for quota in cpu.quotas[:1]]
    variable = VARIABLES.get(vendor, "OMP_NUM_THREADS")
    evidence += [
        Evidence(name, environment.variables[name])
        for name in (variable, "OMP_NUM_THREADS")
        if name in environment.variables
    ]
    cpus = "1 CPU is" if cpu.usable == 1 else f"{cpu.usable} CPUs are"
    return Finding(
        THR001,
        vendor,
        tuple(evidence),
        f"BLAS starts {most} threads where {cpus} usable",
        "No BLAS honours a cgroup quota: threads without a CPU wait for one another, and every product waits too.",
        remedies=(SetEnv({variable: str(cpu.usable)}),),
    )
