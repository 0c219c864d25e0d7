"""FLT003: the machines compute with different linear-algebra libraries, or different kernels of one."""

from collections.abc import Iterator

from envdoctor.api import Finding, Fleet, Manual, Rule, Severity, check
from envdoctor_checks.fleet._differences import Difference, differences, finding, listed, working

FLT003 = Rule("FLT003", "blas-differs", Severity.WARNING, varies=(Severity.INFO,))


@check(FLT003)
def blas_differs(fleet: Fleet) -> Iterator[Finding]:
    """Of one job, two vendors are a warning; versions and kernels are worth knowing."""
    vendors: list[Difference] = []
    rest: list[Difference] = []
    for item in differences(fleet, "blas", working(fleet)):
        names = {value.partition(" ")[0] for value in item.values}
        settled = ": " in item.what or item.absent or len(names) == 1
        (rest if settled or not fleet.one_job else vendors).append(item)
    if vendors:
        yield finding(
            FLT003,
            Severity.WARNING,
            vendors,
            f"BLAS differs: {listed(vendors)}",
            "Two BLAS libraries differ in speed, and in the last digits of results: which machine a task runs on decides both.",
            (Manual("Make the environment on these machines again, as on the others"),),
        )
    if rest:
        yield finding(
            FLT003,
            Severity.INFO,
            rest,
            f"BLAS differs: {listed(rest)}",
            "Kernels are chosen by the processor. Products computed with different ones differ in the last digits.",
            nothing_to_do="unless results must be equal to the last digit: then have all use one kernel (OPENBLAS_CORETYPE, MKL_CBWR)",
        )
