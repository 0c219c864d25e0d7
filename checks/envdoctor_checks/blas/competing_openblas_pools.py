"""BLA002: Two or more copies of OpenBLAS 0.3.27 or later, built with a thread pool of their own (pthreads), are loaded
by packages that are used together, each with more than one thread, and `OPENBLAS_THREAD_TIMEOUT` is not set to 20
or less.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Evidence,
    Finding,
    Library,
    Manual,
    Measure,
    Missing,
    NotApplicable,
    Remedy,
    Rule,
    SetEnv,
    Severity,
    System,
    UnknownFact,
    Variables,
    alternation_verdict,
    check,
    known,
    numbers,
)
from envdoctor_checks.blas._libraries import describe, users
from envdoctor_checks.threads._variables import setting

BLA002 = Rule(
    "BLA002",
    "competing-openblas-pools",
    Severity.WARNING,
    guide=("blas-2", "blas-7", "blas-9"),
    varies=(Severity.INFO,),
)
SPINNING_SINCE = (0, 3, 27)  # https://github.com/OpenMathLib/OpenBLAS/pull/4577
SHORT_TIMEOUT = 20  # 2^20 cycles: under a millisecond
CURE = "OPENBLAS_THREAD_TIMEOUT"


@check(BLA002)
def competing_openblas_pools(
    blas: Blas, environment: Variables, system: System, measure: Measure | Missing | None = None
) -> Iterator[Finding]:
    """Idle threads of OpenBLAS 0.3.27 and later spin for 2^28 cycles unless told otherwise.

    On Windows they wait for an event, and the time-out is not read (OpenBLAS: driver/others/blas_server_win32.c).
    """
    if system.platform == "win32":
        raise NotApplicable("on Windows idle threads of OpenBLAS wait without using a processor")
    loaded = [library for library in blas.libraries if library.loaded and library.used_by]
    if not loaded:
        known(blas.examined)
        raise NotApplicable("no BLAS is loaded")
    pools = [library for library in loaded if _spins(library)]
    timeout = environment.variables.get(CURE, "").strip()
    if len(pools) < 2 or (timeout.isdigit() and int(timeout) <= SHORT_TIMEOUT):
        return
    evidence = [Evidence(users(pool), f"{describe(pool)}, {pool.threads} threads") for pool in pools]
    title = f"{len(pools)} pools of OpenBLAS threads in one process compete for the processors"
    severity, confidence = Severity.INFO, Confidence.POSSIBLE
    first: tuple[Remedy, ...] = (Manual("find out what it costs on this machine: envdoctor measure"),)
    if isinstance(measure, Missing):
        raise UnknownFact(f"not measured: {measure.reason}")
    seen = measure.alternation if measure else None
    if measure and seen is None:
        raise NotApplicable("not measured: more threads than usable CPUs come first (THR001)")
    if seen is None:
        title = f"{len(pools)} pools of OpenBLAS threads in one process: `envdoctor check --measure` tells their cost"
    else:
        verdict, why = alternation_verdict(seen)
        if verdict == "fine":
            return
        if verdict == "inconclusive":
            raise UnknownFact(f"the measurement is inconclusive: {why}")
        severity, confidence = Severity.WARNING, Confidence.CERTAIN
        title = f"{len(pools)} pools of OpenBLAS threads compete: "
        title += f"alternating between them takes {seen.factor:.1f} × one thread's time"
        evidence += [
            Evidence("measured", f"{seen.size}² products in turn: {seen.factor:.1f} × the time on one thread"),
            Evidence("measured", f"with {CURE}=18: {seen.cured_factor:.1f} ×"),
        ]
        # The verdict holds only where the time-out cured it here: with 8 and more processors it often does not.
        first = setting(CURE, "18", title="let idle threads go to sleep after 2^18 cycles")
    yield Finding(
        BLA002,
        "OpenBLAS",
        tuple(evidence),
        title,
        "After each call, idle threads of OpenBLAS go on spinning for about a tenth of a second. Where a program turns "
        "from one copy to the other (a product in NumPy, a solve in SciPy), the spinning threads of the first hold "
        "the processors that the second needs.",
        own_severity=severity,
        own_confidence=confidence,
        remedies=(
            *first,
            SetEnv({"OPENBLAS_NUM_THREADS": "1"}, title="one thread: often as fast, if the matrices are small"),
            Manual("one shared copy: NumPy and SciPy from conda-forge, or both from the operating system"),
        ),
    )


def _spins(library: Library) -> bool:
    if library.vendor != "openblas" or library.threading_layer != "pthreads" or not isinstance(library.version, str):
        return False
    return isinstance(library.threads, int) and library.threads > 1 and numbers(library.version, 3) >= SPINNING_SINCE
