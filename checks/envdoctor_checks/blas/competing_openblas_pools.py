"""BLA002: Two or more copies of OpenBLAS 0.3.27 or later, built with a thread pool of their own (pthreads), are loaded
by packages that are used together, each with more than one thread.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from envdoctor.api import (
    Blas,
    Confidence,
    Cpu,
    Evidence,
    Finding,
    Library,
    Manual,
    Measure,
    Missing,
    NotApplicable,
    Remedy,
    Rule,
    Severity,
    System,
    UnknownFact,
    Variables,
    check,
    known,
    numbers,
    plural,
)
from envdoctor_checks.blas._libraries import describe, users
from envdoctor_checks.threads._variables import setting

if TYPE_CHECKING:
    from envdoctor.api import Judgement

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
# Alternating 200² products of NumPy's and SciPy's wheels against the best setting, by CPUs: measured on one Xeon
# (tests/recordings/measurements/openblas-pools-16-cores.json).
SEEN = ((16, 90), (8, 40), (4, 28), (2, 14))
MANY = 8  # usable CPUs from which an unmeasured loss is worth a place in the verdict


@check(BLA002)
def competing_openblas_pools(
    blas: Blas, environment: Variables, cpu: Cpu, system: System, measure: Measure | Missing | None = None
) -> Iterator[Finding]:
    """Idle threads of OpenBLAS 0.3.27 and later spin for 2^28 cycles unless told otherwise.

    On Windows they wait for an event, and the time-out is not read (OpenBLAS: driver/others/blas_server_win32.c).
    Measured, the figures decide, whatever the time-out is.
    """
    if system.platform == "win32":
        raise NotApplicable("on Windows idle threads of OpenBLAS wait without using a processor")
    loaded = [library for library in blas.libraries if library.loaded and library.used_by]
    if not loaded:
        known(blas.examined)
        raise NotApplicable("no BLAS is loaded")
    pools = [library for library in loaded if _spins(library)]
    timeout = environment.variables.get(CURE, "").strip()
    if len(pools) < 2:
        return
    if isinstance(measure, Missing):
        raise UnknownFact(f"not measured: {measure.reason}")
    if measure is None:
        if not (timeout.isdigit() and int(timeout) <= SHORT_TIMEOUT):
            yield _unmeasured(pools, cpu)
        return
    if not measure.copies:
        raise NotApplicable("not measured: more threads than usable CPUs come first (THR001)")
    from envdoctor.api import judged  # noqa: PLC0415 # most are not measured

    seen = judged(measure.rows, measure.disturbance)
    if seen.verdict == "inconclusive":
        raise UnknownFact(f"the measurement is inconclusive: {seen.why}")
    if seen.verdict == "competes":
        yield _measured(pools, seen)


def _unmeasured(pools: list[Library], cpu: Cpu) -> Finding:
    who = _each(pools)
    cost = next((factor for cpus, factor in SEEN if cpu.usable >= cpus), 0)
    where = (
        f"On {plural(cpu.usable, 'CPU')} that can make mixed code {cost} times slower" if cost else "Its cost differs"
    )
    return Finding(
        BLA002,
        "OpenBLAS",
        tuple(Evidence(users(pool), f"{describe(pool)}, {pool.threads} threads") for pool in pools),
        f"{who} each start their own OpenBLAS threads. {where}. To find out: envdoctor measure",
        WHY,
        own_severity=Severity.INFO,
        own_confidence=Confidence.POSSIBLE,
        remedies=(
            Manual("find out what it costs on this machine, and which setting helps: envdoctor measure"),
            Manual("one shared copy: NumPy and SciPy from conda-forge, or both from the operating system"),
        ),
        headline=f"{who} may slow each other down (to find out: envdoctor measure)" if cpu.usable >= MANY else "",
    )


def _measured(pools: list[Library], seen: "Judgement") -> Finding:
    from envdoctor.api import times  # noqa: PLC0415

    evidence = [Evidence(users(pool), f"{describe(pool)}, {pool.threads} threads") for pool in pools]
    evidence.append(Evidence("measured", seen.why))
    remedies: tuple[Remedy, ...] = ()
    if seen.setting:
        evidence += [
            Evidence(
                seen.setting, f"{item.size}² {item.work}{_whose(item.copies)}: {item.before:.3g} → {item.after:.3g} ms"
            )
            for item in seen.comparisons
        ]
        remedies = (
            Manual(
                f"{seen.setting} may help; repeated runs disagree how far. To be sure: envdoctor measure --thorough"
            ),
        )
        if seen.sure:
            ((name, value),) = seen.recommended.items()
            remedies = setting(
                name, value, title=f"measured here: {seen.price} (±{max(1, round(seen.uncertainty * 100))} %)"
            )
    for tried in seen.dropped:
        evidence.append(Evidence(tried, "tried here: leaves the work of both slow"))
    return Finding(
        BLA002,
        "OpenBLAS",
        tuple(evidence),
        f"{_each(pools)} slow each other down: alternating work takes {times(seen.factor)} as long as it could",
        WHY,
        own_severity=Severity.WARNING,
        own_confidence=Confidence.CERTAIN,
        remedies=(
            *remedies,
            Manual("one shared copy: NumPy and SciPy from conda-forge, or both from the operating system"),
        ),
    )


WHY = (
    "After a call, OpenBLAS's threads stay busy waiting. If a program alternates between the linear algebra of two "
    "libraries (a product in NumPy, a solve in SciPy), the waiting threads of one block the other."
)
MAKERS = {"numpy": "NumPy", "scipy": "SciPy", "faiss": "Faiss", "cvxopt": "CVXOPT", "sklearn": "scikit-learn"}


def _each(pools: list[Library]) -> str:
    names = [MAKERS.get(pool.used_by[0], pool.used_by[0]) for pool in pools]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _whose(copies: int) -> str:
    return f" of {copies} libraries in turn" if copies > 1 else " of one library"


def _spins(library: Library) -> bool:
    if library.vendor != "openblas" or library.threading_layer != "pthreads" or not isinstance(library.version, str):
        return False
    return isinstance(library.threads, int) and library.threads > 1 and numbers(library.version, 3) >= SPINNING_SINCE
