"""CON020: conda itself lacks files that it needs to start."""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaProgram,
    Evidence,
    FillGaps,
    Finding,
    NotApplicable,
    Remedy,
    RepairConda,
    Rule,
    Severity,
    check,
    paths,
)

CON020 = Rule("CON020", "conda-does-not-start", Severity.ERROR, guide=("rec-5",))


@check(CON020)
def conda_does_not_start(conda: Conda) -> Iterator[Finding]:
    program = conda.program
    if program is None:
        raise NotApplicable("no conda of an installation is known here")
    if not program.lost and not program.gaps:
        return
    evidence = [Evidence("gone", path) for path in program.lost]
    evidence += [
        Evidence(
            f"{gap.package} {gap.version}", f"{gap.files[0]} is gone{f' and {gap.count - 1} more' * (gap.count > 1)}"
        )
        for gap in program.gaps
    ]
    what = paths.name(program.lost[0]) if program.lost else program.gaps[0].package
    yield Finding(
        CON020,
        str(conda.root_prefix),
        tuple(evidence[:8]),
        f"conda itself does not start: files of {what} are gone from {conda.root_prefix}",
        "conda runs on Python and on packages in base, as any program. It can't repair itself: that has to be done from "
        "outside. The environments still work.",
        remedies=_remedies(program),
    )


def _remedies(program: CondaProgram) -> tuple[Remedy, ...]:
    cached = [gap for gap in program.gaps if gap.cached and gap.target]
    if not program.lost and len(cached) == len(program.gaps):
        return (FillGaps(tuple((str(gap.cached), str(gap.target)) for gap in cached)),)
    return (RepairConda(tuple(f"{gap.package}=={gap.version}" for gap in program.gaps)),)
