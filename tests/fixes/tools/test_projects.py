"""The cures of a project's own files reach the patient, and ask no index for what the project has elsewhere."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, Sync
from envdoctor.facts import Declaration, Facts, Locked, Project, Requirement
from envdoctor.testing import PREFIX, changed, environment
from tests.fixes.test_tools import PYTHON, UV_PROJECT, conda, fix, made_by
from tests.support.cures import argvs

ROOT = "/home/ada/fit"


def project(*declarations: Declaration, **changes: Any) -> Project:
    return Project(root=ROOT, evidence="pyproject.toml", declarations=list(declarations), **changes)


def listing(source: str, kind: str = "pyproject", file: str = "pyproject.toml") -> Declaration:
    row = Requirement(text="shared", name="shared", key="shared", file=file, line=3, source=source)
    return Declaration(file=file, kind=kind, requirements=[row])


@pytest.mark.parametrize("kind", ["venv", "uv-venv", "poetry", "conda-env"])
@pytest.mark.parametrize(
    "declaration",
    [
        listing("workspace"),
        listing("git"),
        listing("index lab"),
        Declaration(
            file="uv.lock",
            kind="uv.lock",
            lock=True,
            locked=[Locked(name="shared", key="shared", version="2", line=1, source="path")],
        ),
    ],
)
def test_no_index_is_asked_for_what_the_project_has_elsewhere(kind: str, declaration: Declaration) -> None:
    known = (conda if kind == "conda-env" else made_by)(kind, project=project(declaration))
    told = fix(known, Install(("Shared>=1", "idna")))
    assert (argvs(told), told.applicability) == ([], "manual")
    assert "Shared (" in told.title
    assert argvs(fix(known, Install(("idna",)))) != []


def of_list(kind: str) -> Facts:
    return made_by(kind, project=project(listing("git", "requirements", "requirements.txt")))


@pytest.mark.posix
def test_a_list_that_says_where_things_come_from_is_installed_as_it_is() -> None:
    file = f"--requirement {ROOT}/requirements.txt"
    for kind, line in (("venv", f"{PYTHON} -m pip install"), ("uv-venv", f"uv pip install --python {PREFIX}")):
        assert argvs(fix(of_list(kind), Sync(("requirements.txt",)))) == [f"{line} {file}"]


@pytest.mark.posix
def test_condas_files_are_carried_out_in_the_patient() -> None:
    listed = Declaration(file="environment.yml", kind="environment.yml")
    locked = Declaration(file="conda-lock.yml", kind="conda-lock", lock=True)
    known = conda(project=project(locked, listed))
    update = f"conda env update --prefix {PREFIX} --file {ROOT}/environment.yml"
    assert argvs(fix(known, Sync(("environment.yml",)))) == [update]
    install = f"conda-lock install --prefix {PREFIX} {ROOT}/conda-lock.yml"
    assert argvs(fix(known, Sync(("conda-lock.yml",)))) == [install]


@pytest.mark.posix
def test_uv_fills_the_patient_and_no_other_environment() -> None:
    sync = f"uv sync --project {ROOT}"
    usual = made_by("uv-venv", project=UV_PROJECT)
    assert argvs(fix(usual, Sync(("uv.lock",)))) == [sync]
    member = changed(UV_PROJECT, root=f"{ROOT}/packages/core")
    assert argvs(fix(made_by("uv-venv", project=member), Sync(("uv.lock",)))) == [f"{sync}/packages/core"]
    other = changed(UV_PROJECT, root="/home/ada/other")
    known = made_by("uv-venv", project=other)
    assert argvs(fix(known, Sync(("uv.lock",)))) == [
        f"env UV_PROJECT_ENVIRONMENT={PREFIX} uv sync --project /home/ada/other"
    ]
    active = made_by("uv-venv", project=other, environment=environment(VIRTUAL_ENV=PREFIX))
    assert argvs(fix(active, Sync(("uv.lock",)))) == ["uv sync --project /home/ada/other --active"]
