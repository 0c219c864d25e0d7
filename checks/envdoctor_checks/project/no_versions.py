"""REP003: Direct dependencies are listed without any version, and no lock file pins them."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Project,
    ProjectModel,
    Rule,
    Severity,
    UnknownFact,
    check,
)

REP003 = Rule("REP003", "no-versions", Severity.INFO, guide=("repro-3",))
SHOWN = 10  # rows of evidence


@check(REP003)
def no_versions(project: Project) -> Iterator[Finding]:
    model = ProjectModel(project)
    direct = model.direct()
    if not direct and model.dynamic():
        raise UnknownFact(model.dynamic())
    if not direct:
        raise NotApplicable("no dependencies are listed")
    lock = model.lock()
    versioned = {item.key for item in direct if item.specifier != ""}
    bare = [item for item in direct if item.key not in versioned]
    if lock is not None or not bare:
        return
    names = list(dict.fromkeys(item.name for item in bare))
    yield Finding(
        REP003,
        "the project",
        tuple(Evidence(f"{item.file}:{item.line}", item.text) for item in bare[:SHOWN]),
        f"{len(names)} of {len({item.key for item in direct})} dependencies are listed without any version: "
        f"{', '.join(names[:5])}{' …' if len(names) > 5 else ''}",
        "The next installation takes whatever is newest on that day, which may be what breaks the project.",
        remedies=(Manual("name at least the lowest version that is known to work, or add a lock file"),),
    )
