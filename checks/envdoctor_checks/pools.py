"""Pools of threads in one process that compete, and kernels that are forced."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Confidence,
    Cpu,
    Environment,
    Evidence,
    Finding,
    Library,
    Manual,
    Measure,
    Missing,
    NotApplicable,
    Rule,
    SetEnv,
    Severity,
    UnknownFact,
    UnsetEnv,
    alternation_verdict,
    check,
    known,
    table,
)
from envdoctor_checks.blas import describe, users
from envdoctor_checks.settings import NAMES, setting

BLA002 = Rule(
    "BLA002",
    "competing-openblas-pools",
    Severity.WARNING,
    guide=("blas-2", "blas-7", "blas-9"),
    varies=(Severity.INFO,),
)
BLA004 = Rule("BLA004", "forced-kernels", Severity.WARNING)
SPINNING_SINCE = (0, 3, 27)  # https://github.com/OpenMathLib/OpenBLAS/pull/4577
SHORT_TIMEOUT = 20  # 2^20 cycles: under a millisecond
CURE = "OPENBLAS_THREAD_TIMEOUT"


@check(BLA002)
def competing_openblas_pools(
    blas: Blas, environment: Environment, measure: Measure | Missing | None = None
) -> Iterator[Finding]:
    """Idle threads of OpenBLAS 0.3.27 and later spin for 2^28 cycles unless told otherwise."""
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
    yield Finding(
        BLA002,
        "OpenBLAS",
        tuple(evidence),
        title,
        "After each call, idle threads of OpenBLAS go on spinning for about a tenth of a second. Where a program turns "
        "from one copy to the other (a product in NumPy, a solve in SciPy), the spinning threads of the first hold "
        "the processors that the second needs.",
        severity=severity,
        confidence=confidence,
        remedies=(
            *setting(CURE, "18", title="let idle threads go to sleep after 2^18 cycles"),
            SetEnv({"OPENBLAS_NUM_THREADS": "1"}, title="one thread: often as fast, if the matrices are small"),
            Manual("one shared copy: NumPy and SciPy from conda-forge, or both from the operating system"),
        ),
    )


def _spins(library: Library) -> bool:
    if library.vendor != "openblas" or library.threading_layer != "pthreads" or not isinstance(library.version, str):
        return False
    numbers = [int(part) if part.isdigit() else 0 for part in library.version.split(".")[:3]]
    return isinstance(library.threads, int) and library.threads > 1 and tuple(numbers) >= SPINNING_SINCE


@check(BLA004)
def forced_kernels(blas: Blas, cpu: Cpu, environment: Environment) -> Iterator[Finding]:
    """Levels of kernels and of processors: the table ``kernels``."""
    rows = table("kernels")
    forced = [row for row in rows["core"] if row["variable"] in environment.variables]
    if not any(variable in environment.variables for variable in {row["variable"] for row in rows["core"]}):
        raise NotApplicable("no variable forces kernels")
    features = known(cpu.features)
    reached = [row for row in rows["level"] if row["feature"] in features]
    best = max((row["level"] for row in reached), default=0)
    for row in forced:
        value = environment.variables[row["variable"]].partition(",")[0].strip()
        users_of = [item for item in blas.libraries if item.loaded and item.vendor == row["vendor"]]
        obeyed = [item for item in users_of if not _told_otherwise(item, value)]
        if value.lower() not in row["names"] or row["level"] >= best or not obeyed:
            continue
        yield Finding(
            BLA004,
            row["variable"],
            (
                Evidence(row["variable"], value),
                Evidence("the processor has", ", ".join(item["feature"] for item in reached)),
                *(Evidence(users(item), f"{item.path}, {item.architecture} kernels") for item in obeyed),
            ),
            f"{row['variable']}={value} keeps {NAMES[row['vendor']]} from the kernels made for this processor",
            "Kernels for older processors leave the wider vector instructions unused: products took 1.7 times as long.",
            remedies=(UnsetEnv((row["variable"],), unless="results must be bitwise the same on several machines"),),
        )


def _told_otherwise(library: Library, forced: str) -> bool:
    """Whether the library says that it runs other kernels than the variable asks for."""
    return isinstance(library.architecture, str) and library.architecture.lower() != forced.lower()
