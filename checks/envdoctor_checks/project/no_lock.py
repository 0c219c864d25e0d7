"""REP004: The project lists its dependencies and has no lock file."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Lock, NotApplicable, Project, Rule, Severity, check
from envdoctor_checks.project._declared import asked_for_directly, lock_of

REP004 = Rule("REP004", "no-lock", Severity.INFO, guide=("repro-3",))


@check(REP004)
def no_lock(project: Project) -> Iterator[Finding]:
    if not project.declarations:
        raise NotApplicable("no dependencies are listed")
    direct = asked_for_directly(project)
    if lock_of(project) is not None:
        return
    if not direct and not any(declaration.kind in ("setup.py", "setup.cfg") for declaration in project.declarations):
        raise NotApplicable("no dependencies are listed")
    files = ", ".join(dict.fromkeys(declaration.file for declaration in project.declarations))
    yield Finding(
        REP004,
        "the project",
        (Evidence("lists", files),),
        "the project lists its dependencies, and has no lock file",
        "Without one, what the dependencies themselves depend on differs from one installation to the next.",
        remedies=(Lock(),),
    )
