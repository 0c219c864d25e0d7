"""BLAS's threads inside other parallelism, and against the limits of how many threads may be started."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Cpu,
    Edit,
    Environment,
    Evidence,
    Finding,
    Library,
    Limits,
    Manual,
    Missing,
    NotApplicable,
    Packages,
    Project,
    Rule,
    SetEnv,
    Severity,
    check,
    known,
)
from envdoctor_checks.foretold import expectation
from envdoctor_checks.settings import limit
from envdoctor_checks.threads import VARIABLES, counted_libraries

THR002 = Rule("THR002", "nested-parallelism", Severity.WARNING, Confidence.LIKELY, guide=("blas-9",))
THR007 = Rule("THR007", "process-limit", Severity.WARNING, guide=("blas-7",), varies=(Severity.ERROR,))
REFUSED = "pthread_create failed"  # OpenBLAS's words


def _unlimited(blas: Blas, cpu: Cpu, environment: Environment) -> list[Library]:
    """The pools of more than one thread that no variable limits."""
    return [
        library
        for library in counted_libraries(blas)
        if isinstance(library.threads, int)
        and library.threads > 1
        and expectation(library, cpu, environment).variable is None
    ]


@check(THR002)
def nested_parallelism(
    blas: Blas,
    cpu: Cpu,
    environment: Environment,
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


@check(THR007)
def process_limit(blas: Blas, cpu: Cpu, limits: Limits) -> Iterator[Finding]:
    """A pthreads pool is started when its library is loaded: one thread fewer than it has, since the caller is one."""
    if isinstance(blas.examined, Missing) and REFUSED in blas.examined.reason:
        yield _refused(blas.examined.reason, limits)
        return
    pools = [
        library
        for library in counted_libraries(blas)
        if isinstance(library.threads, int)
        and library.threads > 1
        and library.threading_layer in ("pthreads", "openmp")
    ]
    wanted = sum(library.threads - 1 for library in pools if isinstance(library.threads, int))
    if not pools:
        raise NotApplicable("no pool of more than one thread is loaded")
    rows = []
    if limits.processes is not None and limits.processes < wanted:
        rows.append((limits.processes, Evidence("RLIMIT_NPROC (ulimit -u)", str(limits.processes))))
    for item in known(limits.tasks):
        room = item.maximum - (item.current or 0)
        if room < wanted:
            now = "" if item.current is None else f", {item.current} of them in use"
            rows.append((room, Evidence(item.file, f"{item.maximum}{now}")))
    if not rows:
        return
    room, seen = min(rows, key=lambda row: row[0])
    variable = VARIABLES.get(pools[0].vendor, "OMP_NUM_THREADS")
    yield Finding(
        THR007,
        seen.label,
        (seen, *(Evidence(pool.path, f"{pool.threads} threads") for pool in pools)),
        f"BLAS starts {wanted} threads where {max(room, 0)} more may be started",
        "The import fails with `pthread_create failed`, or the program ends when another thread is needed.",
        remedies=limit(variable, max(1, room // (2 * len(pools)))),
    )


def _refused(reason: str, limits: Limits) -> Finding:
    seen = [Evidence("OpenBLAS", reason)]
    if limits.processes is not None:
        seen.append(Evidence("RLIMIT_NPROC (ulimit -u)", str(limits.processes)))
    seen += (
        [Evidence(item.file, str(item.maximum)) for item in limits.tasks[:1]] if isinstance(limits.tasks, list) else []
    )
    return Finding(
        THR007,
        "OpenBLAS",
        tuple(seen),
        "no more threads may be started, and loading BLAS ends the program: `import numpy` fails",
        "OpenBLAS starts its threads when it is loaded. All processes of the user, or of the container, count.",
        severity=Severity.ERROR,
        remedies=limit("OPENBLAS_NUM_THREADS", 1),
    )
