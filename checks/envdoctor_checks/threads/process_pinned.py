"""THR008: A variable has an OpenMP run-time bind the whole process to fewer CPUs when it is loaded."""

from collections.abc import Iterator

from envdoctor.api import Blas, Confidence, Evidence, Finding, Rule, Severity, UnsetEnv, Variables, check

THR008 = Rule("THR008", "process-pinned", Severity.WARNING, Confidence.LIKELY)
BINDING = ("OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY")


@check(THR008)
def process_pinned(blas: Blas, environment: Variables) -> Iterator[Finding]:
    """The CPUs of the mask before libraries were loaded, and after."""
    if blas.pinned is None:
        return
    pinned = blas.pinned
    present = [name for name in BINDING if name in environment.variables]
    if not present:
        return  # somebody bound it on purpose, in code
    cpus = "1 CPU" if pinned.now == 1 else f"{pinned.now} CPUs"
    yield Finding(
        THR008,
        ", ".join(present),
        (
            Evidence(
                "CPUs of the process", f"{pinned.before} before, {pinned.now} after loading {pinned.after or 'OpenMP'}"
            ),
            *(Evidence(name, environment.variables[name]) for name in present),
        ),
        f"{present[0]} binds Python to {cpus} of {pinned.before} as soon as OpenMP is loaded",
        "OpenMP binds the thread that loads it. All processes and threads that Python starts from there inherit that: joblib's and "
        "multiprocessing's workers, data loaders and OpenBLAS share the same CPU. A program that is all OpenMP may want it.",
        remedies=(UnsetEnv(tuple(present)),),
    )
