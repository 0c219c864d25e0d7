"""A project's lists, its lock and its environment: which tool keeps them is told by its files and by who made it."""

from collections.abc import Mapping
from typing import assert_never

from envdoctor.ecosystem.origins import CONDA_ROOTS, OriginKind
from envdoctor.engine.remedies import ExportEnvironment, Lock, NewEnvironment, Sync
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools import conda_projects, pdm, pip_lock, pixi, poetry, python, uv

IN_LINE = "it also changes what else differs from the file"


def carry_out(target: Target, errand: Lock | Sync | ExportEnvironment | NewEnvironment) -> Fix:
    match errand:
        case Lock():
            return _lock(target)
        case Sync(files):
            return _sync(target, files)
        case ExportEnvironment():
            return _export(target)
        case NewEnvironment():
            return _new(target, errand)
        case _:
            assert_never(errand)


def _listed(target: Target) -> Mapping[str, str]:
    """The project's files by their kind, of several the last."""
    return {item.kind: item.file for item in (target.project.declarations if target.project else ())}


def _lock(target: Target) -> Fix:
    """The lock of the tool at hand; the patient's own pip, where it is new enough."""
    kinds = _listed(target)
    by_uv = target.kind is OriginKind.UV_VENV
    if "poetry" in kinds:
        return _locked("Poetry", poetry.lock(target))
    if "pixi" in kinds:
        return _locked("pixi", pixi.lock(target))
    if "environment.yml" in kinds:
        return _locked("conda-lock", conda_projects.lock(target))
    if target.filled_by_pdm:
        return _locked("PDM", pdm.lock(target))
    if "pyproject" in kinds and by_uv:
        return _locked("uv", uv.lock(target))
    return _locked("uv", uv.compiled(target)) if by_uv else pip_lock.lock(target)


def _locked(tool: str, step: Run) -> Fix:
    return Fix(
        title=f"lock with {tool}", steps=(step,), applicability=Applicability.SAFE, undo="remove the file it writes"
    )


def _sync(target: Target, files: tuple[str, ...]) -> Fix:
    """In the tool that made the environment."""
    if target.filled_by_pdm and target.kind in (OriginKind.VENV, OriginKind.VIRTUALENV):
        step = pdm.sync(target)
    elif target.kind is OriginKind.UV_VENV:
        step = uv.sync(target)
    elif target.kind is OriginKind.POETRY:
        step = poetry.sync(target)
    elif target.kind is OriginKind.PIXI:
        step = pixi.sync(target)
    else:
        step = conda_projects.update(target, files)
    return Fix(title="bring it in line", steps=(step,), applicability=Applicability.UNSAFE, reason=IN_LINE)


def _export(target: Target) -> Fix:
    if target.kind is OriginKind.PIXI:
        return Fix(
            title="begin a manifest", steps=(pixi.begin(),), applicability=Applicability.SAFE, undo="remove pixi.toml"
        )
    return Fix(
        title="write down what was asked for",
        steps=(conda_projects.export(target),),
        applicability=Applicability.SAFE,
        undo="remove environment.yml",
    )


def _new(target: Target, errand: NewEnvironment) -> Fix:
    if errand.name:
        from envdoctor.fixes.tools.conda_itself import new_environment

        return new_environment(target, errand)
    undo = f"remove {errand.folder}" if errand.folder else "remove the folder it makes"
    if errand.folder:
        return python.make(errand.folder, errand.title, undo)
    if target.kind in CONDA_ROOTS:
        step = conda_projects.create(target)
    elif "uv.lock" in _listed(target):
        step = uv.sync(target)
    else:
        return python.make(target.project_path(".venv"), errand.title, undo)
    return Fix(title=errand.title, steps=(step,), applicability=Applicability.SAFE, undo=undo)
