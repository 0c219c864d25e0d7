"""BLA006: A package that was examined does its linear algebra with Intel's MKL."""

from collections.abc import Iterator

from envdoctor.api import Blas, Evidence, Finding, NotApplicable, Rule, Severity, check, known
from envdoctor_checks.blas._libraries import describe, users

BLA006 = Rule("BLA006", "mkl-redistribution", Severity.INFO, guide=("blas-6",))


@check(BLA006)
def redistribution(blas: Blas) -> Iterator[Finding]:
    used = [library for library in blas.libraries if library.loaded and library.vendor == "mkl" and library.used_by]
    if not used:
        known(blas.examined)
        raise NotApplicable("MKL is not in use")
    yield Finding(
        BLA006,
        "mkl",
        tuple(Evidence(users(library), describe(library)) for library in used),
        "MKL is in use: its licence counts if you hand this environment on",
        "MKL is not open source. The Intel Simplified Software License allows unmodified binaries to be redistributed "
        "with its notice; an application that must consist of open-source software needs another BLAS.",
        nothing_to_do="unless you redistribute it.",
    )
