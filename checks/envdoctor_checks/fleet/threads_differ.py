"""FLT004: BLAS or OpenMP take different numbers of threads."""

from collections.abc import Iterator

from envdoctor.api import Finding, Fleet, Manual, Rule, Severity, check
from envdoctor_checks.fleet._differences import Difference, differences, finding, listed, working

FLT004 = Rule("FLT004", "threads-differ", Severity.WARNING, varies=(Severity.INFO,))


def _set_apart(item: Difference) -> bool:
    """Machines with the same number of CPUs take different numbers of threads: it is a setting, not the machine."""
    by: dict[int, set[str]] = {}
    for value, groups in item.values.items():
        for group in groups:
            if group.usable is not None:
                by.setdefault(group.usable, set()).add(value)
    return any(len(values) > 1 for values in by.values())


@check(FLT004)
def threads_differ(fleet: Fleet) -> Iterator[Finding]:
    """Of one job, on machines with equally many CPUs, a warning; elsewhere worth knowing."""
    found = [item for item in differences(fleet, "threads", working(fleet)) if not item.absent]
    by_setting = [item for item in found if fleet.one_job and _set_apart(item)]
    rest = [item for item in found if item not in by_setting]
    if by_setting:
        yield finding(
            FLT004,
            Severity.WARNING,
            by_setting,
            f"BLAS threads differ: {listed(by_setting)}",
            "The machines have equally many CPUs, so a variable makes the difference. The odd ones compute more slowly, "
            "or take the CPUs of their neighbours.",
            (Manual("Start these processes with the same `OMP_NUM_THREADS` as the others"),),
        )
    if rest:
        yield finding(
            FLT004,
            Severity.INFO,
            rest,
            f"BLAS threads differ: {listed(rest)}",
            "Libraries take as many threads as there are CPUs, unless a variable says otherwise.",
            nothing_to_do="where the machines have different numbers of CPUs that is as it should be",
        )
