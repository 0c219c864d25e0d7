"""BLA009: Two or more files of the LLVM/Intel OpenMP run-time (libomp, libiomp5) are loaded into one process."""

from collections.abc import Iterator

from envdoctor.api import Blas, Evidence, Finding, Manual, NotApplicable, Rule, Severity, System, check, known
from envdoctor_checks.blas._openmp import libomp_family

BLA009 = Rule("BLA009", "competing-openmp", Severity.WARNING, guide=("blas-7",), varies=(Severity.ERROR, Severity.INFO))


@check(BLA009)
def competing_openmp(blas: Blas, system: System) -> Iterator[Finding]:
    """Files are told apart by their real path."""
    runtimes = [item for item in known(blas.openmp) if item.loaded]
    if not runtimes:
        raise NotApplicable("no OpenMP run-time is loaded")
    clash = libomp_family(runtimes)
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
            own_severity=Severity.ERROR if fatal else None,
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
            own_severity=Severity.INFO,
            nothing_to_do="GNU's run-time beside Intel's works as a rule; think of it when a program hangs.",
        )
