"""REP003: Direct dependencies are listed without any version, and no lock file pins them."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Project,
    ProjectModel,
    Requirement,
    Rule,
    Severity,
    UnknownFact,
    check,
    pypi_keys,
)

REP003 = Rule("REP003", "no-versions", Severity.INFO, guide=("repro-3",))
SHOWN = 10  # rows of evidence


def _called(item: Requirement) -> set[str]:
    """The names that it goes by on PyPI: conda has some under others (``pytables`` is ``tables``)."""
    return {item.key} if item.manager == "pip" else {item.key, *pypi_keys(item.key)}


@check(REP003)
def no_versions(project: Project) -> Iterator[Finding]:
    model = ProjectModel(project)
    direct = model.direct()
    if not direct and model.dynamic():
        raise UnknownFact(model.dynamic())
    if not direct:
        raise NotApplicable("no dependencies are listed")
    lock = model.lock()
    versioned = {key for item in direct if item.specifier != "" for key in _called(item)}
    bare = [item for item in direct if not versioned & _called(item)]
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
