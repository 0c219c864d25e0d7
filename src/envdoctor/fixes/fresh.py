"""An environment that a cure would make, where one may stand already: nothing is laid over what is there."""

import msgspec

from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run
from envdoctor.fixes.target import Target


def beside(target: Target, fix: Fix, name: str = ".venv") -> Fix:
    """The fix itself, which makes an environment of this name and then fills it, where nothing of the name is there; in
    words what to do instead where something is."""
    folder = target.project_path(name)
    if target.taken is None:
        reason = "; ".join(filter(None, (fix.reason, f"look first that there is no {folder} yet")))
        lesser = Applicability.UNSAFE if fix.applicability is Applicability.SAFE else fix.applicability
        return msgspec.structs.replace(fix, reason=reason, applicability=lesser) if fix.steps else fix
    if name not in target.taken or not fix.steps:
        return fix
    if not target.taken[name]:
        words = f"{folder} is there already and holds no Python that starts: look at it before you make an environment"
        return Fix(title=words, steps=(), applicability=Applicability.MANUAL)
    lines = [target.shell.run(step.argv) for step in fix.steps if isinstance(step, Run) and not _makes(step, folder)]
    filled = f"; what it lacks is installed by `{'; '.join(lines)}`" if lines else ""
    return Fix(
        title=f"work in the environment that is there already, {folder}{filled}",
        steps=(),
        applicability=Applicability.MANUAL,
        patient=folder,
    )


def _makes(step: Run, folder: str) -> bool:
    """Whether it makes the environment, or the system's package that this needs; not one that fills it."""
    return step.argv[-1] == folder or step.argv[0] == "sudo" or "create" in step.argv or "-venv" in step.argv[-1]
