"""A project's lists, its lock and its environment: which tool keeps them is told by its files and by who made it."""

from collections.abc import Mapping
from typing import assert_never

from msgspec import structs

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.origins import CONDA_ROOTS, OriginKind
from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.ecosystem.requirements import name_in
from envdoctor.engine.remedies import ExportEnvironment, Lock, NewEnvironment, Sync
from envdoctor.fixes.fresh import beside
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Step
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Pip

LOCKERS = {  # whose a lock is
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "pixi.lock": "pixi",
    "conda-lock": "conda-lock",
}
MAKERS = {
    OriginKind.CONDA_ENV: "conda-lock",
    OriginKind.PIXI: "pixi",
    OriginKind.POETRY: "poetry",
    OriginKind.PDM: "pdm",
    OriginKind.PIPENV: "pipenv",
    OriginKind.UV_VENV: "uv",
}


def carry_out(target: Target, errand: Lock | Sync | ExportEnvironment | NewEnvironment) -> Fix:
    match errand:
        case Lock(file):
            return _lock(target, file)
        case Sync(files):
            return _sync(target, files)
        case ExportEnvironment():
            return _export(target)
        case NewEnvironment():
            return _new(target, errand)
        case _:
            assert_never(errand)


def elsewhere(target: Target, requirements: tuple[str, ...]) -> Fix | None:
    """A name that the project takes from elsewhere (its workspace, a folder, git, an index of its own) may be
    anybody's on the usual index: it is not asked for there. ``None`` where all come from there."""
    told = target.elsewhere
    rows = [(name, told[key]) for name in map(name_in, requirements) if (key := normalise(name)) in told]
    if not rows:
        return None
    where = ", ".join(f"{name} ({source})" for name, source in dict(rows).items())
    return Fix(
        title=f"install with the project's own tool what it takes from a source of its own: {where}",
        steps=(),
        applicability=Applicability.MANUAL,
    )


def _listed(target: Target) -> Mapping[str, str]:
    """The project's files by their kind, of several the main one."""
    return ProjectModel(target.project).kinds() if target.project else {}


def _lock(target: Target, file: str) -> Fix:
    """The lock that is there by the tool that wrote it; else one of the project's tool, of the environment's maker, of
    the patient's own pip, where it is new enough."""
    kinds = _listed(target)
    match _locker(target, kinds, file):
        case "poetry":
            from envdoctor.fixes.tools import poetry

            return _locked("Poetry", poetry.lock(target))
        case "pixi":
            from envdoctor.fixes.tools import pixi

            return _locked("pixi", pixi.lock(target))
        case "conda-lock":
            from envdoctor.fixes.tools import conda_projects

            return _locked("conda-lock", conda_projects.lock(target))
        case "pdm":
            from envdoctor.fixes.tools import pdm

            return _locked("PDM", pdm.lock(target))
        case "pipenv":
            from envdoctor.fixes.tools import pipenv

            return _locked("Pipenv", *pipenv.lock(target))
        case "uv":
            from envdoctor.fixes.tools import uv

            return _locked("uv", uv.lock(target) if "pyproject" in kinds else uv.compiled(target))
    from envdoctor.fixes.tools import pip_lock

    return pip_lock.lock(target)


def _locker(target: Target, kinds: Mapping[str, str], file: str) -> str:
    """The tool that is to lock; empty: pip."""
    model = ProjectModel(target.project) if target.project else None
    stale = LOCKERS.get(model.kind_of(file), "") if model and file else ""
    if stale:
        return stale
    own = MAKERS.get(target.kind, "")
    if kinds.keys() == {"environment.yml"} or (own == "conda-lock" and "environment.yml" in kinds):
        return "conda-lock"
    own = own if own != "conda-lock" else ""
    named = model.keeper() if model else ""
    for tool, listed in (("poetry", "poetry"), ("pixi", "pixi")):
        named = named or (tool if listed in kinds else "")
    if named or own:
        return named or own
    return "pipenv" if "Pipfile" in kinds else ""


def _locked(tool: str, *steps: Step) -> Fix:
    return Fix(
        title=f"lock with {tool}", steps=steps, applicability=Applicability.SAFE, undo="remove the file it writes"
    )


def _sync(target: Target, files: tuple[str, ...]) -> Fix:
    return Fix(
        title="bring it in line",
        steps=_syncing(target, files),
        applicability=Applicability.UNSAFE,
        reason="it also changes what else differs from the file",
    )


def _syncing(target: Target, files: tuple[str, ...]) -> tuple[Step, ...]:
    """In the tool that made the environment; requirements files by pip, whoever made it."""
    kinds = {item.file: item.kind for item in (target.project.declarations if target.project else ())}
    if files and all(kinds.get(file) == "requirements" for file in files):
        from envdoctor.fixes.tools import pip

        return (pip.from_list(target, files),)
    if target.kind is OriginKind.PDM:
        from envdoctor.fixes.tools import pdm

        return (pdm.sync(target),)
    if target.kind is OriginKind.PIPENV:
        from envdoctor.fixes.tools import pipenv

        return pipenv.sync(target)
    if target.kind is OriginKind.UV_VENV:
        from envdoctor.fixes.tools import uv

        return (uv.sync(target, *uv.kept(target)),)
    if target.kind is OriginKind.POETRY:
        from envdoctor.fixes.tools import poetry

        return (poetry.sync(target),)
    if target.kind is OriginKind.PIXI:
        from envdoctor.fixes.tools import pixi

        return (pixi.sync(target),)
    from envdoctor.fixes.tools import conda_projects

    return (conda_projects.update(target, files),)


def _export(target: Target) -> Fix:
    if target.kind is OriginKind.PIXI:
        from envdoctor.fixes.tools import pixi

        return Fix(
            title="begin a manifest", steps=(pixi.begin(),), applicability=Applicability.SAFE, undo="remove pixi.toml"
        )
    from envdoctor.fixes.tools import conda_projects

    return Fix(
        title="write down what is installed",
        steps=conda_projects.export(target),
        applicability=Applicability.SAFE,
        undo="remove environment.yml",
    )


def _new(target: Target, errand: NewEnvironment) -> Fix:
    from envdoctor.fixes.tools import python

    if errand.name:
        from envdoctor.fixes.tools.conda_itself import new_environment

        return new_environment(target, errand)
    if errand.folder:
        return python.make(errand.folder, errand.title, f"remove {errand.folder}")
    if target.kind in CONDA_ROOTS:
        from envdoctor.fixes.tools import conda_projects

        name, step = ".conda", conda_projects.create(target)
    elif "uv.lock" in _listed(target):
        from envdoctor.fixes.tools import uv

        undo, folder = "remove the folder it makes", target.project_path(".venv")
        steps = (uv.sync(target),)
        return Fix(title=errand.title, steps=steps, applicability=Applicability.SAFE, undo=undo, patient=folder)
    else:
        return beside(target, _new_venv(target, errand.title), ".venv")
    folder = target.project_path(name)
    undo = f"remove {folder}"
    fix = Fix(title=errand.title, steps=(step,), applicability=Applicability.SAFE, undo=undo, patient=folder)
    return beside(target, fix, name)


def _new_venv(target: Target, title: str) -> Fix:
    """With what the project's requirements file lists, if it has one; Debian's Python may lack what makes it."""
    from envdoctor.fixes.tools import python
    from envdoctor.fixes.tools.system import manager_of, with_venv

    folder = target.project_path(".venv")
    fix = structs.replace(python.make(folder, title, f"remove {folder}"), patient=folder)
    if listed := _listed(target).get("requirements"):
        inside = Pip(paths.python(folder, target.windows))
        fix = structs.replace(
            fix,
            title=f"{title}, with what {listed} lists",
            steps=(*fix.steps, inside.install("--requirement", target.project_path(listed))),
        )
    if target.facts.prefix.has_ensurepip is False and manager_of(target) == "apt-get":
        why = "it begins with a package of the system"
        steps = (with_venv(target), *fix.steps)
        fix = structs.replace(fix, steps=steps, applicability=Applicability.UNSAFE, reason=why)
    return fix
