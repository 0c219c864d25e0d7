"""Can the fix be carried out here? A tool that does not start is never named; what only another may do, says so first."""

import msgspec

from envdoctor.ecosystem import paths
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run
from envdoctor.fixes.target import Target


def possible(target: Target, fix: Fix) -> Fix:
    """The fix itself, or in words what has to be done first, and by whom."""
    commands = [step.argv for step in fix.steps if isinstance(step, Run)]
    for program in dict.fromkeys(argv[0] for argv in commands):
        if (why := target.dead.get(program)) is not None:
            return msgspec.structs.replace(
                fix,
                title=f"{fix.title}, once {program} starts again ({why})",
                steps=(),
                applicability=Applicability.MANUAL,
                undo="",
            )
    prefix = target.facts.prefix
    if prefix.writable is False and any(_changes(argv, prefix.path) for argv in commands):
        owner = prefix.owner or "its owner"
        return msgspec.structs.replace(
            fix,
            title=f"for {owner}, since you may not change {prefix.path}: {fix.title}",
            applicability=Applicability.MANUAL,
        )
    return fix


def _changes(argv: tuple[str, ...], prefix: str) -> bool:
    return any(paths.within(word, prefix) for word in argv)
