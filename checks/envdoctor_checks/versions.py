"""Are the versions of the project's dependencies written down?"""

from collections.abc import Iterator

from envdoctor.api import (
    Declaration,
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Packages,
    Patient,
    Prefix,
    Project,
    Remedy,
    Requirement,
    Rule,
    Run,
    Severity,
    UnknownFact,
    check,
    known,
    plainly_within,
)

REP003 = Rule("REP003", "no-versions", Severity.INFO, guide=("repro-3",))
REP004 = Rule("REP004", "no-lock", Severity.INFO, guide=("repro-3",))

PIP_LOCK = "25.1"  # writes pylock.toml from this release on (https://pip.pypa.io/en/stable/cli/pip_lock/)
SHOWN = 10  # rows of evidence


def _direct(project: Project) -> list[Requirement]:
    """What a plain installation brings. Raises `UnknownFact` naming a broken file and its line."""
    unreadable = known(project.unreadable)
    if unreadable:
        raise UnknownFact("; ".join(unreadable.values()))
    found = []
    for declaration in project.declarations:
        requirements = known(declaration.requirements)
        found += [item for item in requirements if not item.group and item.key != "python"]
    return found


def _lock(project: Project) -> Declaration | None:
    """The lock, or the list that is as good as one: every version exact."""
    for declaration in project.declarations:
        requirements = declaration.requirements
        if declaration.lock or (isinstance(requirements, list) and requirements and all(map(_exact, requirements))):
            return declaration
    return None


def _exact(requirement: Requirement) -> bool:
    specifier = requirement.specifier
    return specifier is None or (specifier.startswith("==") and not specifier.endswith("*") and "," not in specifier)


@check(REP003)
def no_versions(project: Project) -> Iterator[Finding]:
    direct = _direct(project)
    if not direct:
        raise NotApplicable("no dependencies are listed")
    lock = _lock(project)
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


@check(REP004)
def no_lock(project: Project, patient: Patient, packages: Packages, prefix: Prefix) -> Iterator[Finding]:
    if not project.declarations:
        raise NotApplicable("no dependencies are listed")
    direct = _direct(project)
    if _lock(project) is not None:
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
    origin = patient.origin[0].kind if patient.origin else "unknown"
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
    if "pyproject" in kinds and origin == "uv-venv":
        return Run("lock with uv", ("uv", "lock", "--project", project.root), safe=True, undo=undo)
    what: tuple[str, ...] = (project.root,)
    if "requirements" in kinds:
        what = (
            "-r",
            f"{project.root}/{next(item.file for item in project.declarations if item.kind == 'requirements')}",
        )
    pip = next((item.version for item in packages.distributions if item.key == "pip"), None)
    out = ("-o", f"{project.root}/pylock.toml")
    if origin == "uv-venv":
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
