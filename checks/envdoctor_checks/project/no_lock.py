"""REP004: The project lists its dependencies and has no lock file."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    OriginKind,
    Packages,
    Patient,
    Prefix,
    Project,
    Remedy,
    Rule,
    Run,
    Severity,
    check,
    first_kind,
    plainly_within,
)
from envdoctor_checks.project._declared import asked_for_directly, lock_of

REP004 = Rule("REP004", "no-lock", Severity.INFO, guide=("repro-3",))
PIP_LOCK = "25.1"  # writes pylock.toml from this release on (https://pip.pypa.io/en/stable/cli/pip_lock/)


@check(REP004)
def no_lock(project: Project, patient: Patient, packages: Packages, prefix: Prefix) -> Iterator[Finding]:
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
        remedies=(_locking(project, patient, packages, prefix),),
    )


def _locking(project: Project, patient: Patient, packages: Packages, prefix: Prefix) -> Remedy:
    """The lock of the tool at hand; the patient's own pip, where it is new enough."""
    kinds = {declaration.kind for declaration in project.declarations}
    origin = first_kind(patient)
    undo = "remove the file it writes"
    if "poetry" in kinds:
        return Run("lock with Poetry", ("poetry", "lock", "--project", project.root), safe=True, undo=undo)
    if "pixi" in kinds:
        return Run("lock with pixi", ("pixi", "lock", "--manifest-path", project.root), safe=True, undo=undo)
    if "environment.yml" in kinds:
        listed = next(item.file for item in project.declarations if item.kind == "environment.yml")
        out = ("--lockfile", f"{project.root}/conda-lock.yml")
        return Run(
            "lock with conda-lock", ("conda-lock", "--file", f"{project.root}/{listed}", *out), safe=True, undo=undo
        )
    if any(item.installer == "pdm" for item in packages.distributions):
        return Run("lock with PDM", ("pdm", "lock", "--project", project.root), safe=True, undo=undo)
    if "pyproject" in kinds and origin is OriginKind.UV_VENV:
        return Run("lock with uv", ("uv", "lock", "--project", project.root), safe=True, undo=undo)
    what: tuple[str, ...] = (project.root,)
    if "requirements" in kinds:
        what = (
            "-r",
            f"{project.root}/{next(item.file for item in project.declarations if item.kind == 'requirements')}",
        )
    pip = next((item.version for item in packages.distributions if item.key == "pip"), None)
    out = ("-o", f"{project.root}/pylock.toml")
    if origin is OriginKind.UV_VENV:
        inputs = ("uv", "pip", "compile", "--python", str(patient.prefix), what[-1], *out)
        return Run("lock with uv", inputs, safe=True, undo=undo)
    pip = next((item.version for item in packages.distributions if item.key == "pip"), None)
    call = (patient.executable or "python", "-m", "pip")
    lock = (*call, "lock", *what, *out)
    if isinstance(pip, str) and plainly_within(pip, f">={PIP_LOCK}"):
        return Run("lock with pip", lock, safe=True, undo=undo)
    if isinstance(pip, str) and isinstance(prefix.configuration, dict):
        why = f"pip {pip} has no lock, so that it is replaced by a newer one"
        return Run(
            "bring pip up to date, then lock with it", (*call, "install", "--upgrade", "pip"), False, why, undo, (lock,)
        )
    return Manual(f"lock it with a tool of your choice: uv, Poetry, PDM, or pip from {PIP_LOCK} on in an environment")
