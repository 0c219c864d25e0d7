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
    NotApplicable,
    Rule,
    Severity,
    Truth,
    UnsetEnv,
    Variables,
    check,
    known,
    table,
)
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


UNLESS = "results must be bitwise the same on several machines, or are wrong without it (to find out: envdoctor check --deep)"
BLA004 = Rule("BLA004", "forced-kernels", Severity.WARNING)


@check(BLA004)
def forced_kernels(blas: Blas, cpu: Cpu, environment: Variables) -> Iterator[Finding]:
    """Levels of kernels and of processors: the table ``kernels``. Silent where the results are wrong without the variable."""
    forced = [row for row in table("kernels", "core", Core) if row.variable in environment.variables]
    if not forced:
        raise NotApplicable("no variable forces kernels")
    features = known(cpu.features)
    reached = [row for row in table("kernels", "level", Level) if row.feature in features]
    tried = blas.truth.trials if isinstance(blas.truth, Truth) else []
    needed = {
        name
        for trial in tried
        if trial.setting.startswith(WITHOUT) and not sound(trial)
        for name in trial.setting[len(WITHOUT) :].split(", ")
    }
    best = max((row.level for row in reached), default=0)
    for row in forced:
        value = environment.variables[row.variable].partition(",")[0].strip()
        users_of = [item for item in blas.libraries if item.loaded and item.vendor == row.vendor]
        obeyed = [item for item in users_of if not _told_otherwise(item, value)]
        if value.lower() not in row.names or row.level >= best or not obeyed or row.variable in needed:
            continue
        yield Finding(
            BLA004,
            row.variable,
            (
                Evidence(row.variable, value),
                Evidence("the processor has", ", ".join(item.feature for item in reached)),
                *(Evidence(users(item), f"{item.path}, {item.architecture} kernels") for item in obeyed),
            ),
            f"{row.variable}={value} keeps {NAMES[row.vendor]} from the kernels made for this processor",
            "Kernels for older processors leave the wider vector instructions unused: products took 1.7 times as long.",
            remedies=(UnsetEnv((row.variable,), unless=UNLESS),),
        )


def _told_otherwise(library: Library, forced: str) -> bool:
    """Whether the library says that it runs other kernels than the variable asks for."""
    return isinstance(library.architecture, str) and library.architecture.lower() != forced.lower()
