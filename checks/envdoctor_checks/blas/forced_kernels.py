"""BLA004: `OPENBLAS_CORETYPE`, `MKL_ENABLE_INSTRUCTIONS`, `MKL_CBWR` or `BLIS_ARCH_TYPE` names kernels for an older
processor than this one, and the library that is loaded obeys.
"""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import (
    Blas,
    Cpu,
    Evidence,
    Finding,
    Library,
    Measure,
    Missing,
    NotApplicable,
    Rule,
    Severity,
    Truth,
    Unforced,
    UnsetEnv,
    Variables,
    check,
    known,
    table,
)
from envdoctor_checks.blas._bad_kernels import bad_kernels
from envdoctor_checks.blas._libraries import users
from envdoctor_checks.blas._truth import WITHOUT, sound
from envdoctor_checks.threads._variables import NAMES


class Core(Struct, frozen=True):
    """The ``names`` that a ``vendor``'s ``variable`` takes for kernels of a ``level``."""

    variable: str
    vendor: str
    level: int
    names: tuple[str, ...]


class Level(Struct, frozen=True):
    """The processor's ``feature`` that a ``level`` of kernels needs."""

    level: int
    feature: str


SAME = "results must be bitwise the same on several machines"
WRONG = "are wrong without it (to find out: envdoctor check --deep)"
SLOW = "come no sooner without it (to find out: envdoctor check --measure)"
GAIN = 1.05  # what is gained by less is no reason to change anything
BLA004 = Rule("BLA004", "forced-kernels", Severity.WARNING)


@check(BLA004)
def forced_kernels(
    blas: Blas, cpu: Cpu, environment: Variables, measure: Measure | Missing | None = None
) -> Iterator[Finding]:
    """Levels of kernels and of processors: the table ``kernels``.

    Silent where the results are wrong without the variable, where they come no sooner, and where the kernels that the library could
    choose itself are known to compute wrongly.
    """
    forced = [row for row in table("kernels", "core", Core) if row.variable in environment.variables]
    if not forced:
        raise NotApplicable("no variable forces kernels")
    features = known(cpu.features)
    reached = [row for row in table("kernels", "level", Level) if row.feature in features]
    best = max((row.level for row in reached), default=0)
    needed = _needed(blas)
    seen = measure.unforced if isinstance(measure, Measure) else []
    for row in forced:
        value = environment.variables[row.variable].partition(",")[0].strip()
        users_of = [item for item in blas.libraries if item.loaded and item.vendor == row.vendor]
        obeyed = [item for item in users_of if not _told_otherwise(item, value)]
        if value.lower() not in row.names or row.level >= best or not obeyed or row.variable in needed:
            continue
        own = tuple(name for core in table("kernels", "core", Core) if core.level == best for name in core.names)
        timed = [item for item in seen if row.variable in item.without and item.path in [one.path for one in obeyed]]
        if any(bad_kernels(item, own) for item in obeyed) or any(map(_no_faster, timed)):
            continue
        yield _finding(row, value, obeyed, reached, blas, timed)


def _needed(blas: Blas) -> set[str]:
    """The variables without which something was wrong, or not to be asked."""
    tried = blas.truth.trials if isinstance(blas.truth, Truth) else []
    bad = [trial for trial in tried if trial.setting.startswith(WITHOUT) and not sound(trial)]
    return {name for trial in bad for name in trial.setting[len(WITHOUT) :].split(", ")}


def _no_faster(seen: Unforced) -> bool:
    """Whether the product fails without the variable, or takes as long; what varied by more than it gained says nothing."""
    return bool(seen.ended) or (_sure(seen) and seen.as_is < GAIN * seen.free)


def _sure(seen: Unforced) -> bool:
    quotient = max(seen.as_is, seen.free) / min(seen.as_is, seen.free) if seen.free else 1.0
    return seen.spread < max(quotient, GAIN)


def _finding(
    row: Core, value: str, obeyed: list[Library], reached: list[Level], blas: Blas, timed: list[Unforced]
) -> Finding:
    measured = [item for item in timed if _sure(item)]
    words = [f"{item.size}² product: {item.as_is / item.free:.1f} × the time it takes without it" for item in measured]
    found_out = bool(measured), isinstance(blas.truth, Truth)
    why = f"products took {measured[0].as_is / measured[0].free:.1f} times as long here" if measured else TOOK
    return Finding(
        BLA004,
        row.variable,
        (
            Evidence(row.variable, value),
            Evidence("the processor has", ", ".join(item.feature for item in reached)),
            *(Evidence(users(item), f"{item.path}, {item.architecture} kernels") for item in obeyed),
            *(Evidence("measured", item) for item in words),
        ),
        f"{row.variable}={value} keeps {NAMES[row.vendor]} from the kernels made for this processor",
        f"Kernels for older processors leave the wider vector instructions unused: {why}.",
        remedies=(UnsetEnv((row.variable,), unless=_unless(*found_out)),),
    )


def _unless(measured: bool, compared: bool) -> str:
    """What the user has to know, less what was found out."""
    rest = [*([] if compared else [WRONG]), *([] if measured else [SLOW])]
    return ", or ".join([SAME, *rest])


TOOK = "products took 1.7 times as long where it was measured"


def _told_otherwise(library: Library, forced: str) -> bool:
    """Whether the library says that it runs other kernels than the variable asks for."""
    return isinstance(library.architecture, str) and library.architecture.lower() != forced.lower()
