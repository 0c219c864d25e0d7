"""OpenMP run-times that meet in one process."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Environment,
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    OpenMP,
    Rule,
    Severity,
    System,
    UnsetEnv,
    check,
    known,
)

BLA009 = Rule("BLA009", "competing-openmp", Severity.WARNING, guide=("blas-7",), varies=(Severity.ERROR, Severity.INFO))
BLA010 = Rule("BLA010", "openmp-error-silenced", Severity.INFO, varies=(Severity.WARNING,))


def _clash(runtimes: list[OpenMP]) -> list[OpenMP]:
    """The run-times of the libomp family, if there are two or more files of it."""
    family = [item for item in runtimes if item.loaded and item.runtime in ("libiomp5", "libomp")]
    return family if len(family) > 1 else []


@check(BLA009)
def competing_openmp(blas: Blas, system: System) -> Iterator[Finding]:
    """Files are told apart by their real path."""
    runtimes = [item for item in known(blas.openmp) if item.loaded]
    if not runtimes:
        raise NotApplicable("no OpenMP run-time is loaded")
    clash = _clash(runtimes)
    evidence = tuple(Evidence(", ".join(item.used_by) or "-", f"{item.runtime}: {item.path}") for item in runtimes)
    if clash:
        fatal = system.platform in ("darwin", "win32")
        yield Finding(
            BLA009,
            clash[0].runtime,
            evidence,
            f"{len(clash)} copies of the LLVM/Intel OpenMP run-time are loaded together",
            "Each believes that it is alone: the second one to start may end the program with `OMP: Error #15`, "
            "hang or crash.",
            severity=Severity.ERROR if fatal else None,
            remedies=(
                Manual("take all packages that use OpenMP from one source: all from conda-forge, or all from PyPI"),
            ),
        )
    elif len({item.runtime for item in runtimes}) > 1:
        yield Finding(
            BLA009,
            " and ".join(sorted({item.runtime for item in runtimes})),
            evidence,
            "two kinds of OpenMP run-time are loaded together",
            "Each has threads of its own; after a fork, or nested in one another, they may hang.",
            severity=Severity.INFO,
            nothing_to_do="GNU's run-time beside Intel's works as a rule; think of it when a program hangs.",
        )


@check(BLA010)
def openmp_error_silenced(environment: Environment, blas: Blas) -> Iterator[Finding]:
    value = environment.variables.get("KMP_DUPLICATE_LIB_OK")
    if value is None or value.strip().lower() not in ("1", "true", "t", "yes", "on"):
        return
    clash = _clash(blas.openmp) if isinstance(blas.openmp, list) else []
    yield Finding(
        BLA010,
        "KMP_DUPLICATE_LIB_OK",
        (
            Evidence("KMP_DUPLICATE_LIB_OK", value),
            *(Evidence(", ".join(item.used_by) or "-", item.path) for item in clash),
        ),
        "KMP_DUPLICATE_LIB_OK silences OpenMP's warning of two run-times in one process",
        "Intel calls this setting unsafe, unsupported and undocumented: the program goes on, and may crash or give "
        "wrong results. Importing scikit-learn sets it, too, and programs started from there inherit it.",
        severity=Severity.WARNING if clash else None,
        remedies=(UnsetEnv(("KMP_DUPLICATE_LIB_OK",)),),
    )
