"""REP004: The project lists its dependencies and has no lock file, or one that its list has left behind."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Lock, NotApplicable, Project, ProjectModel, Rule, Severity, check

REP004 = Rule("REP004", "no-lock", Severity.INFO, guide=("repro-3",))
SHOWN = 8  # rows of evidence


@check(REP004)
def no_lock(project: Project) -> Iterator[Finding]:
    if not project.declarations:
        raise NotApplicable("no dependencies are listed")
    model = ProjectModel(project)
    direct = model.direct()
    if model.lock() is not None:
        yield from map(_behind, model.behind().items())
        return
    if not direct and not model.dynamic():
        raise NotApplicable("no dependencies are listed")
    files = ", ".join(dict.fromkeys(item.file for item in project.declarations if item.kind != "image"))
    yield Finding(
        REP004,
        "the project",
        (Evidence("lists", files),),
        "the project lists its dependencies, and has no lock file",
        "Without one, what the dependencies themselves depend on differs from one installation to the next.",
        remedies=(Lock(),),
    )


def _behind(lock: tuple[str, list[str]]) -> Finding:
    file, rows = lock
    return Finding(
        REP004,
        file,
        tuple(Evidence("list", row) for row in rows[:SHOWN]),
        f"{file} does not fit the project's list any more",
        "An installation from the lock lacks what was added to the list later, or the tool refuses it.",
        remedies=(Lock(file),),
    )
