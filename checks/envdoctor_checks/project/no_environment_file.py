"""REP001: The project has no file that lists its dependencies."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    ExportEnvironment,
    Finding,
    Manual,
    OriginKind,
    Patient,
    Project,
    ProjectModel,
    Remedy,
    Rule,
    Severity,
    UnknownFact,
    check,
    first_kind,
    known,
)
from envdoctor_checks.project._kinds import not_an_image

REP001 = Rule("REP001", "no-environment-file", Severity.WARNING, guide=("repro-1", "repro-3"))


@check(REP001)
def no_environment_file(project: Project, patient: Patient) -> Iterator[Finding]:
    not_an_image(patient)
    if ProjectModel(project).is_listed:
        return
    unreadable = known(project.unreadable)
    if unreadable:
        raise UnknownFact("; ".join(unreadable.values()))
    yield Finding(
        REP001,
        "the project",
        (
            Evidence("project", f"{project.root} ({project.evidence})"),
            Evidence(
                "looked for",
                "environment.yml, requirements*.txt, pyproject.toml with dependencies, pixi.toml, Pipfile, lock files",
            ),
        ),
        "this project lists its dependencies nowhere",
        "An environment can be deleted and made again only if something says what was in it.",
        remedies=(_listing(patient),),
    )


def _listing(patient: Patient) -> Remedy:
    kind = first_kind(patient)
    if kind is OriginKind.PIXI or (kind is OriginKind.CONDA_ENV and patient.prefix):
        return ExportEnvironment()
    return Manual("list what the project imports directly in pyproject.toml, requirements.txt or environment.yml")
