"""Can the project's environment be made again, and is it its own?"""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Patient,
    Prefix,
    Project,
    Remedy,
    Rule,
    Run,
    Severity,
    UnknownFact,
    check,
    known,
)

REP001 = Rule("REP001", "no-environment-file", Severity.WARNING, guide=("repro-1", "repro-3"))
REP005 = Rule("REP005", "no-environment-of-its-own", Severity.WARNING, guide=("repro-2", "rec-5"))

IMAGES = ("container", "colab", "kaggle", "databricks", "jupyterhub")  # there the image is the environment
SYSTEM = ("debian", "fedora", "alpine", "arch", "os-package", "homebrew", "xcode", "microsoft-store")
ROOTS = ("anaconda", "miniconda", "miniforge", "micromamba", "conda")


def not_an_image(patient: Patient) -> None:
    """Raises `NotApplicable` where the image is the environment."""
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    if image:
        raise NotApplicable(f"{image}: the image is the environment")


@check(REP001)
def no_environment_file(project: Project, patient: Patient) -> Iterator[Finding]:
    not_an_image(patient)
    if project.declarations:
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
        remedies=_listing(patient),
    )


def _listing(patient: Patient) -> tuple[Remedy, ...]:
    kind = patient.origin[0].kind if patient.origin else "unknown"
    prefix = patient.prefix or ""
    if kind == "conda-env" and prefix:
        argv = ("conda", "env", "export", "--from-history", "--prefix", prefix, "--file", "environment.yml")
        return (Run("write down what was asked for", argv, safe=True, undo="remove environment.yml"),)
    if kind == "pixi":
        return (Run("begin a manifest", ("pixi", "init"), safe=True, undo="remove pixi.toml"),)
    return (Manual("list what the project imports directly in pyproject.toml, requirements.txt or environment.yml"),)


@check(REP005)
def no_environment_of_its_own(project: Project, patient: Patient, prefix: Prefix) -> Iterator[Finding]:
    not_an_image(patient)
    if patient.chosen.startswith("named by --python") and project.evidence != "named by --project":
        raise NotApplicable("the Python was named, not run for this project")
    kind = patient.origin[0].kind if patient.origin else "unknown"
    whose = ""
    if kind in ROOTS:
        whose = "conda's base environment"
    elif kind in SYSTEM and not isinstance(prefix.configuration, dict):
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
        remedies=(_environment(project, kind),),
    )


def _environment(project: Project, kind: str) -> Remedy:
    kinds = {declaration.kind for declaration in project.declarations}
    title, undo = "make an environment for this project alone", "remove the folder it makes"
    argv: tuple[str, ...] = ("python3", "-m", "venv", f"{project.root}/.venv")
    if kind in ROOTS:
        argv = ("conda", "create", "--prefix", f"{project.root}/.conda", "python")
    elif "uv.lock" in kinds:
        argv = ("uv", "sync", "--project", project.root)
    return Run(title, argv, safe=True, undo=undo)


def _within(folder: str, parent: str) -> bool:
    return folder == parent or folder.startswith(parent.rstrip("/") + "/")
