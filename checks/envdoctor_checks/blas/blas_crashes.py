"""BLA012: A product or a solve of small matrices in a BLAS that is loaded ends the process by a signal."""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Evidence,
    Finding,
    Manual,
    Measure,
    Missing,
    NotApplicable,
    Rule,
    Severity,
    UnknownFact,
    check,
)
from envdoctor_checks.blas._libraries import describe, users

BLA012 = Rule("BLA012", "blas-crashes", Severity.ERROR)
# What a library does to its process; SIGKILL and SIGTERM are somebody else's doing (as `Child.ending` words it).
CRASH = r"the measuring child: (signal \d+ \(SIG(?:SEGV|BUS|ILL|ABRT|FPE)\)|status 0x(?!C000013A)[C-F][0-9A-F]{7}\b)"


@check(BLA012)
def blas_crashes(blas: Blas, measure: Measure | Missing | None = None) -> Iterator[Finding]:
    """Only a measurement multiplies."""
    if measure is None:
        raise NotApplicable("not measured")
    if isinstance(measure, Measure):
        return
    crash = re.match(CRASH, measure.reason)
    if crash is None:
        raise UnknownFact(f"not measured: {measure.reason}")
    loaded = [library for library in blas.libraries if library.loaded and library.used_by]
    yield Finding(
        BLA012,
        "BLAS",
        (
            Evidence("ended by", measure.reason),
            *(Evidence(users(item), _kernels(describe(item), item.architecture)) for item in loaded),
        ),
        f"BLAS crashes: products of small matrices end the process ({crash[1]})",
        "The fault lies in the library, its kernels for this processor, or a library that is loaded before it. "
        "A program that uses linear algebra will end the same way.",
        remedies=(
            Manual(
                "install another release of NumPy and SciPy, which bring another BLAS, and measure again: envdoctor measure"
            ),
        ),
    )


def _kernels(words: str, architecture: object) -> str:
    return f"{words}, {architecture} kernels" if isinstance(architecture, str) else words
