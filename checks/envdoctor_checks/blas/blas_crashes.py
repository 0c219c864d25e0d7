"""BLA012: A product or a solve of matrices in a BLAS that is loaded ends the process by a signal."""

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
    Trial,
    Truth,
    UnknownFact,
    check,
)
from envdoctor_checks.blas._libraries import users
from envdoctor_checks.blas._truth import AS_IT_IS, ways_out, with_kernels, words

BLA012 = Rule("BLA012", "blas-crashes", Severity.ERROR)
# What a library does to its process; SIGKILL and SIGTERM are somebody else's doing (as `Child.ending` words it).
CRASH = (
    r"(?:the measuring child: )?(signal \d+ \(SIG(?:SEGV|BUS|ILL|ABRT|FPE)\)|status 0x(?!C000013A)[C-F][0-9A-F]{7}\b)"
)


@check(BLA012)
def blas_crashes(blas: Blas, measure: Measure | Missing | None = None) -> Iterator[Finding]:
    """Only a measurement and the comparison of results multiply."""
    trials = blas.truth.trials if isinstance(blas.truth, Truth) else []
    ended = [trial for trial in trials if trial.setting == AS_IT_IS and re.match(CRASH, trial.ended)]
    for trial in ended:
        yield _crash(blas, trial.ended, f"{trial.library}'s {words(trial.at)}", trials)
    if isinstance(blas.truth, Missing):
        raise UnknownFact(f"not tried: {blas.truth.reason}")
    if measure is None and not trials:
        raise NotApplicable("not measured")
    if ended or measure is None or isinstance(measure, Measure):
        return
    crash = re.match(CRASH, measure.reason)
    if crash is None:
        raise UnknownFact(f"not measured: {measure.reason}")
    yield _crash(blas, crash[1], "products of small matrices", trials)


def _crash(blas: Blas, ended: str, what: str, trials: list[Trial]) -> Finding:
    loaded = [library for library in blas.libraries if library.loaded and library.used_by]
    return Finding(
        BLA012,
        "BLAS",
        (
            Evidence("ended by", ended),
            *(Evidence(users(item), with_kernels(item)) for item in loaded),
        ),
        f"BLAS crashes: {what} ends the process ({ended})"
        if what[-1:] != "s"
        else f"BLAS crashes: {what} end the process ({ended})",
        "The fault lies in the library, its kernels for this processor, or a library that is loaded before it. "
        "A program that uses linear algebra will end the same way.",
        remedies=(
            *ways_out(trials),
            Manual(
                "install another release of NumPy and SciPy, which bring another BLAS, and measure again: envdoctor measure"
            ),
        ),
    )
