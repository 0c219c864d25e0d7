"""FLT006: the machines have different GPUs, or different drivers for them."""

from collections.abc import Iterator

from envdoctor.api import Finding, Fleet, Manual, Rule, Severity, check, numbers
from envdoctor_checks.fleet._differences import NOT_THERE, Difference, differences, finding, listed, working

FLT006 = Rule("FLT006", "gpu-or-driver-differs", Severity.WARNING, varies=(Severity.INFO,))


def _two_drivers(item: Difference) -> bool:
    """Machines that have a driver have it in different major versions."""
    values = [value for value in item.values if value != NOT_THERE]
    return item.what == "driver" and len({numbers(value)[:1] for value in values}) > 1


@check(FLT006)
def gpu_or_driver_differs(fleet: Fleet) -> Iterator[Finding]:
    """Machines without a GPU beside machines with one are no fault; of one job, two majors of a driver are a warning."""
    found = list(differences(fleet, "gpu", working(fleet)))
    drivers = [item for item in found if fleet.one_job and _two_drivers(item)]
    rest = [item for item in found if item not in drivers]
    if drivers:
        yield finding(
            FLT006,
            Severity.WARNING,
            drivers,
            f"GPUs differ: {listed(drivers)}",
            "A package built for a newer CUDA than a driver knows works on some of the machines and fails on the others.",
            (Manual("Ask the administrators for one driver version, or install a build that suits the oldest"),),
        )
    if rest:
        yield finding(
            FLT006,
            Severity.INFO,
            rest,
            f"GPUs differ: {listed(rest)}",
            "Work that needs a GPU, or much of its memory, has to be sent where one is.",
            nothing_to_do="clusters have machines of several kinds",
        )
