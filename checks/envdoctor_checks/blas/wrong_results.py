"""BLA013: Products or solves of matrices with known results come out wrong."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Evidence,
    Finding,
    Library,
    Manual,
    Missing,
    NotApplicable,
    Remedy,
    Rule,
    Severity,
    UnknownFact,
    check,
)
from envdoctor_checks.blas._bad_kernels import bad_kernels, newer, told
from envdoctor_checks.blas._libraries import users
from envdoctor_checks.blas._truth import AS_IT_IS, sound, ways_out, with_kernels, words

BLA013 = Rule("BLA013", "wrong-results", Severity.ERROR)
TOLD = 3  # wrong calls of each library that are told


@check(BLA013)
def wrong_results(blas: Blas) -> Iterator[Finding]:
    """Exact results: any difference is a wrong kernel, never rounding."""
    if blas.truth is None:
        raise NotApplicable("only --deep compares results")
    if isinstance(blas.truth, Missing):
        raise UnknownFact(f"not tried: {blas.truth.reason}")
    tried = [trial for trial in blas.truth.trials if trial.setting == AS_IT_IS]
    if not tried:
        raise NotApplicable("NumPy is not installed")
    for trial in tried:
        if not trial.wrong:
            continue
        first = trial.wrong[0]
        count = len(trial.wrong)
        evidence = [
            Evidence(f"{trial.library}: {words(item)}", f"{item.entries} entries are wrong")
            for item in trial.wrong[:TOLD]
        ]
        evidence.append(
            Evidence("compared", f"{trial.asked} results; {count} wrong" + (" or more" if count >= 20 else ""))
        )
        evidence += [
            Evidence("tried", f"{item.setting}: all right")
            for item in blas.truth.trials
            if item.setting != AS_IT_IS and item.library == trial.library and sound(item)
        ]
        whose = [item for item in blas.libraries if item.loaded and trial.library in item.used_by]
        evidence += [Evidence(users(item), with_kernels(item)) for item in whose]
        evidence += [told(row) for item in whose if (row := bad_kernels(item))]
        yield Finding(
            BLA013,
            trial.library,
            tuple(evidence),
            f"{trial.library}'s linear algebra gives wrong results: {words(first)}",
            "Products of small whole numbers have one right result, which rounding can't change. The library, or its "
            "kernels for this processor, compute something else. Nothing warns, and every result built on it may be wrong.",
            remedies=(*ways_out(blas.truth.trials), _another(trial.library, whose)),
        )
    for trial in tried:
        if trial.problem or (trial.ended and not trial.asked):
            raise UnknownFact(f"{trial.library}: {trial.problem or trial.ended}")


def _another(name: str, libraries: list[Library]) -> Remedy:
    """The release that is known to be without the fault, else any other."""
    for item in libraries:
        if row := bad_kernels(item):
            return newer(row, item)
    return Manual(
        f"install another release of {name}, which brings another BLAS, and check again: envdoctor check --deep"
    )
