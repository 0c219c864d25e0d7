"""Can the fix be carried out here, and does it reach the culprit? A tool that does not start is never named; what only
another may do, says so first; what lies in another folder is not changed from here."""

import msgspec

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.engine.remedies import CallPip, GivePip, Install, InstallBuild, Remedy, Remove, Replace
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run
from envdoctor.fixes.target import Target

NEED_IT = (Install, InstallBuild, Remove, Replace, CallPip, GivePip)  # all of these ask the Python that they change


def possible(target: Target, fix: Fix, remedy: Remedy) -> Fix:
    """The fix itself, or in words what has to be done first, where, and by whom."""
    if fix.steps and target.stopped and isinstance(remedy, NEED_IT):
        return _told(fix, f"{fix.title}, once this Python starts again ({target.stopped})")
    if fix.steps and (elsewhere := _out_of_reach(target, remedy)):
        return _told(fix, f"{fix.title}: {elsewhere}")
    commands = [step.argv for step in fix.steps if isinstance(step, Run)]
    for program in dict.fromkeys(argv[0] for argv in commands):
        if (why := target.dead.get(program)) is not None:
            return _told(fix, f"{fix.title}, once {program} starts again ({why})")
    prefix = target.facts.prefix
    if prefix.writable is False and any(_changes(argv, prefix.path) for argv in commands):
        owner = prefix.owner or "its owner"
        return msgspec.structs.replace(
            fix,
            title=f"for {owner}, since you may not change {prefix.path}: {fix.title}",
            applicability=Applicability.MANUAL,
        )
    return fix


def _told(fix: Fix, title: str) -> Fix:
    return msgspec.structs.replace(fix, title=title, steps=(), applicability=Applicability.MANUAL, undo="")


def _out_of_reach(target: Target, remedy: Remedy) -> str:
    """Where the distribution that is imported lies, if no installer of this environment reaches it there: what it lays
    down elsewhere changes nothing."""
    match remedy:
        case Install(requirements, force=True, conda=False):
            names = [name_in(item) for item in requirements]
        case Install(requirements, conda=False):  # one that comes in beside another stays hidden behind it
            names = [name for name in map(name_in, requirements) if normalise(name) in target.installed]
        case Remove(names) if not target.conda:
            pass
        case _:
            return ""
    lost = [item for name in names if (item := target.outside(name)) is not None]
    return "; ".join(f"{item.name} lies in {item.location}, outside of this environment" for item in lost[:3])


def _changes(argv: tuple[str, ...], prefix: str) -> bool:
    return any(paths.within(word, prefix) for word in argv)
