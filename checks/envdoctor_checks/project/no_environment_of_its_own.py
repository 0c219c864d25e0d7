"""REP005: A project is run from conda's base environment, from the operating system's Python or from an environment
that lies in another project's folder.
"""

from collections.abc import Iterator

from envdoctor.api import (
    CONDA_ROOTS,
    SHARED,
    Evidence,
    Finding,
    NewEnvironment,
    NotApplicable,
    Patient,
    Prefix,
    Project,
    Rule,
    Severity,
    check,
    first_kind,
    paths,
)
from envdoctor_checks.project._kinds import not_an_image, not_the_doctors

REP005 = Rule("REP005", "no-environment-of-its-own", Severity.WARNING, guide=("repro-2", "rec-5"))


@check(REP005)
def no_environment_of_its_own(project: Project, patient: Patient, prefix: Prefix) -> Iterator[Finding]:
    not_an_image(patient)
    not_the_doctors(patient, project)
    if patient.chosen.startswith("named by --python") and project.evidence != "named by --project":
        raise NotApplicable("the Python was named, not run for this project")
    kind = first_kind(patient)
    whose = ""
    if kind in CONDA_ROOTS:
        whose = "conda's base environment"
    elif kind in SHARED and not isinstance(prefix.configuration, dict):
        whose = "the system's Python"
    elif project.environment_of and not _within(project.root, project.environment_of):
        whose = f"the environment of another project, {project.environment_of}"
    if not whose:
        return
    yield Finding(
        REP005,
        "the project",
        (
            Evidence("project", f"{project.root} ({project.evidence})"),
            Evidence("environment", prefix.path),
            Evidence("chosen", patient.chosen),
        ),
        f"this project runs in {whose}",
        "What one project installs or upgrades there breaks another, and nobody can delete it and make it again.",
        remedies=(NewEnvironment("make an environment for this project alone"),),
    )


def _within(folder: str, parent: str) -> bool:
    return paths.within(folder, parent)
