"""THR002: BLAS takes more than one thread without a limit, in a process that is one of several."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Cpu,
    Edit,
    Evidence,
    Finding,
    Library,
    Limits,
    Manual,
    Missing,
    Packages,
    Project,
    Rule,
    SetEnv,
    Severity,
    Variables,
    check,
)
from envdoctor_checks.threads._expected_threads import expectation
from envdoctor_checks.threads._libraries import VARIABLES, counted_libraries
from envdoctor_checks.threads._variables import limit

THR002 = Rule("THR002", "nested-parallelism", Severity.WARNING, Confidence.LIKELY, guide=("blas-9",))


def _unlimited(blas: Blas, cpu: Cpu, environment: Variables) -> list[Library]:
    """The pools of more than one thread that no variable limits."""
    return [
        library
        for library in counted_libraries(blas, cpu, environment)
        if isinstance(library.threads, int)
        and library.threads > 1
        and expectation(library, cpu, environment).variable is None
    ]


@check(THR002)
def nested_parallelism(
    blas: Blas,
    cpu: Cpu,
    environment: Variables,
    limits: Limits | Missing | None = None,
    packages: Packages | Missing | None = None,
    project: Project | Missing | None = None,
) -> Iterator[Finding]:
    """Workers that the environment or the project's settings show; nothing is inferred from installed packages."""
    pools = _unlimited(blas, cpu, environment)
    threads = max((library.threads for library in pools if isinstance(library.threads, int)), default=1)
    if threads == 1:
        return
    variables = environment.variables
    count = variables.get("PYTEST_XDIST_WORKER_COUNT", "")
    if variables.get("PYTEST_XDIST_WORKER"):
        workers = int(count) if count.isdigit() else cpu.usable
        if workers * threads > cpu.usable:
            seen = Evidence("PYTEST_XDIST_WORKER", f"{variables['PYTEST_XDIST_WORKER']}, one of {workers}")
            yield _finding("pytest-xdist", workers, threads, cpu, pools, [seen], [])
        return
    if variables.get("DASK_PARENT") or variables.get("DASK_INTERNAL__INHERIT_CONFIG"):
        name = "DASK_PARENT" if variables.get("DASK_PARENT") else "DASK_INTERNAL__INHERIT_CONFIG"
        yield _finding("Dask", None, threads, cpu, pools, [Evidence(name, "set: a process that Dask started")], [])
        return
    keys = {item.key for item in packages.distributions} if isinstance(packages, Packages) else set()
    for item in limits.workers if isinstance(limits, Limits) and "pytest-xdist" in keys else ():
        workers = item.count or cpu.usable
        if not item.limited and workers > 1 and workers * threads > cpu.usable:
            yield _finding(
                "pytest-xdist", workers, threads, cpu, pools, [Evidence(item.file, item.setting)], [item.file]
            )


def _finding(
    tool: str, workers: int | None, threads: int, cpu: Cpu, pools: list[Library], seen: list[Evidence], files: list[str]
) -> Finding:
    variable = VARIABLES.get(pools[0].vendor, "OMP_NUM_THREADS")
    if pools[0].threading_layer == "openmp":
        variable = "OMP_NUM_THREADS"
    share = max(1, cpu.usable // workers) if workers else 1
    evidence = [*seen, *(Evidence(pool.path, f"{pool.threads} threads in each process") for pool in pools)]
    evidence.append(Evidence("CPUs", f"{cpu.usable} usable"))
    times = f"{workers} × {threads} threads on {cpu.usable} CPUs" if workers else f"{threads} threads in every worker"
    dask = f"distributed.nanny.pre-spawn-environ: {{{variable}: {share}}}"
    edits: tuple[Edit | Manual, ...]
    if tool == "Dask":
        edits = (Edit("~/.config/dask/distributed.yaml", dask, title="have Dask's nanny limit its workers"),)
    else:
        file = files[0] if files else "conftest.py"
        words = f'env = ["{variable}={share}"] beside addopts (with the plug-in pytest-env), '
        words += f'or, at the top of conftest.py: os.environ.setdefault("{variable}", "{share}")'
        edits = (Edit(file, words, title="limit the threads of the test run"),)
    return Finding(
        THR002,
        tool,
        tuple(evidence),
        f"{tool} starts workers, and BLAS takes all processors in each: {times}",
        "Threads without a processor wait for one another: two levels of parallelism are slower than one.",
        remedies=(
            SetEnv({variable: str(share)}),
            *edits,
            *limit(variable, share)[1:],
        ),
    )
