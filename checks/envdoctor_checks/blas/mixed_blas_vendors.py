"""BLA008: NumPy, SciPy or another package that was examined load BLAS libraries of different makers into one process."""

from collections.abc import Iterator

from envdoctor.api import Blas, Evidence, Finding, NotApplicable, Rule, Severity, check, known
from envdoctor_checks.blas._libraries import describe, users
from envdoctor_checks.threads._variables import NAMES

BLA008 = Rule("BLA008", "mixed-blas-vendors", Severity.INFO, guide=("blas-1",))


@check(BLA008)
def mixed_vendors(blas: Blas) -> Iterator[Finding]:
    loaded = [library for library in blas.libraries if library.loaded and library.used_by]
    if not loaded:
        known(blas.examined)
        raise NotApplicable("no BLAS is loaded")
    vendors = list(dict.fromkeys(library.vendor for library in loaded))
    if len(vendors) < 2:
        return
    yield Finding(
        BLA008,
        " and ".join(sorted(vendors)),
        tuple(Evidence(users(library), describe(library)) for library in loaded),
        f"one process, {len(vendors)} kinds of BLAS: {' and '.join(NAMES.get(vendor, vendor) for vendor in vendors)}",
        "Each has threads and variables of its own: a limit that is set for one does not hold for the other, and "
        "results may differ in the last digits.",
        nothing_to_do="both work side by side; set the variables of both where threads are to be limited.",
    )
