"""BLA014: A library sets the processor to take subnormal numbers for zero, for all that runs in the process."""

from collections.abc import Iterator

from envdoctor.api import (
    Blas,
    Evidence,
    Finding,
    Manual,
    Missing,
    NotApplicable,
    Rule,
    Severity,
    UnknownFact,
    UnsetEnv,
    Variables,
    check,
    paths,
)

BLA014 = Rule("BLA014", "flush-to-zero", Severity.WARNING)
PRELOAD = "LD_PRELOAD"


@check(BLA014)
def flush_to_zero(blas: Blas, environment: Variables) -> Iterator[Finding]:
    """Computed after each load, 2.2250738585072014e-308 / 2 is 0: that is so, whoever set it."""
    if blas.flushes is None:
        raise NotApplicable("nobody asked")
    if isinstance(blas.flushes, Missing):
        raise UnknownFact(f"not found out: {blas.flushes.reason}")
    modules = [flush.what for flush in blas.flushes if flush.how == "import"]
    for flush in blas.flushes:
        if flush.how == "import" and flush.what != modules[0]:
            continue
        what = paths.name(flush.library or flush.what) if flush.how != "import" else f"import {flush.what}"
        subject = flush.library or flush.what or "the start of Python"
        when = {"load": f"after loading {flush.what}", "import": f"after import {flush.what}"}.get(
            flush.how, "before anything was loaded"
        )
        evidence = [Evidence("2.2250738585072014e-308 / 2", f"0.0 {when}")]
        if flush.library and flush.library != flush.what:
            evidence.append(Evidence("its start-up code sets it", flush.library))
        if flush.how == "import" and modules[1:]:
            evidence.append(Evidence("also after import", ", ".join(modules[1:])))
        preload = environment.variables.get(PRELOAD, "")
        if flush.how == "start" and preload:
            evidence.append(Evidence(PRELOAD, preload))
        yield Finding(
            BLA014,
            subject,
            tuple(evidence),
            f"{what or 'something at the start of Python'} makes Python treat numbers below 2.2e-308 as zero",
            "The processor's mode is changed for all that the process computes, NumPy and SciPy included. Very small results become 0: "
            "a division by one of them fails, and an iteration can end early or never. GCC before 13 links this into every library that "
            "is made with -ffast-math or -Ofast.",
            remedies=_remedies(flush.library, flush.how, preload),
        )


def _remedies(library: str | None, how: str, preload: str) -> tuple[UnsetEnv | Manual, ...]:
    listed = preload.replace(":", " ").split()
    if how == "start" and library and [paths.name(entry) for entry in listed] == [paths.name(library)]:
        return (UnsetEnv((PRELOAD,), title="start Python without LD_PRELOAD, which names nothing else"),)
    if how == "start" and listed:
        return (Manual(f"start Python without the library that sets it in {PRELOAD} ({preload})"),)
    return (
        Manual(
            "install a later release of the package that brings it; if it is your own, link it without -ffast-math "
            "and -Ofast, or with GCC 13 or newer"
        ),
        Manual("until then: do what needs exact small numbers in a process that does not load it"),
    )
