"""THR007: The limit on processes and threads of this user (`ulimit -u`) or of the cgroup (`pids.max`) leaves room for
fewer threads than the BLAS pools will start.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Cpu,
    Evidence,
    Finding,
    Limits,
    Missing,
    NotApplicable,
    Rule,
    Severity,
    Variables,
    check,
    known,
)
from envdoctor_checks.threads._libraries import VARIABLES, counted_libraries
from envdoctor_checks.threads._variables import limit

THR007 = Rule("THR007", "process-limit", Severity.WARNING, guide=("blas-7",), varies=(Severity.ERROR,))
REFUSED = "pthread_create failed"  # OpenBLAS's words


@check(THR007)
def process_limit(
    blas: Blas, cpu: Cpu, limits: Limits, environment: Variables | Missing | None = None
) -> Iterator[Finding]:
    """A pthreads pool is started when its library is loaded: one thread fewer than it has, since the caller is one."""
    if isinstance(blas.examined, Missing) and REFUSED in blas.examined.reason:
        yield _refused(blas.examined.reason, limits)
        return
    pools = [
        library
        for library in counted_libraries(blas, cpu, environment)
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
        own_severity=Severity.ERROR,
        remedies=limit("OPENBLAS_NUM_THREADS", 1),
    )
