"""The cures of a project's own files reach the patient, and ask no index for what the project has elsewhere."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, Lock, NewEnvironment, Sync
from envdoctor.facts import Declaration, Facts, Locked, Member, Project, Requirement, ToolMark, Tools, Workspace
from envdoctor.testing import PREFIX, changed, distribution, environment, packages, prefix
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
    kept = "--inexact"
    usual = made_by("uv-venv", project=UV_PROJECT)
    assert argvs(fix(usual, Sync(("uv.lock",)))) == [f"{sync} {kept}"]
    member = changed(UV_PROJECT, root=f"{ROOT}/packages/core")
    assert argvs(fix(made_by("uv-venv", project=member), Sync(("uv.lock",)))) == [f"{sync}/packages/core {kept}"]
    other = changed(UV_PROJECT, root="/home/ada/other")
    known = made_by("uv-venv", project=other)
    assert argvs(fix(known, Sync(("uv.lock",)))) == [
        f"env UV_PROJECT_ENVIRONMENT={PREFIX} uv sync --project /home/ada/other {kept}"
    ]
    active = made_by("uv-venv", project=other, environment=environment(VIRTUAL_ENV=PREFIX))
    assert argvs(fix(active, Sync(("uv.lock",)))) == [f"uv sync --project /home/ada/other {kept} --active"]


def grouped(kind: str, file: str, *groups: str) -> Declaration:
    """A list with a group each, of one distribution that is called like it."""
    rows = [Requirement(text=name, name=name, key=name, file=file, line=1, group=name) for name in groups]
    return Declaration(file=file, kind=kind, requirements=rows)


def holding(kind: str, declarations: list[Declaration], *installed: str, **changes: Any) -> Facts:
    there = packages(*(distribution(name, "1.0") for name in installed))
    return made_by(kind, project=project(*declarations, **changes), packages=there)


@pytest.mark.posix
def test_extras_groups_and_members_that_are_there_stay() -> None:
    pyproject = "pyproject.toml"
    lists = [
        grouped("pyproject", pyproject, "plot", "web"),
        grouped("dependency-groups", pyproject, "dev", "docs", "-x"),
    ]
    space = Workspace(root=ROOT, tool="uv", members=[Member(folder="core", name="Core")])
    there = ("plot", "docs", "dev", "core", "-x")
    assert argvs(fix(holding("uv-venv", lists, *there, workspace=space, name="fit"), Sync(("uv.lock",)))) == [
        f"uv sync --project {ROOT} --inexact --extra plot --group docs --all-packages"
    ]
    assert argvs(fix(holding("pdm", lists, *there), Sync(("pdm.lock",)))) == [f"pdm sync --project {ROOT} --group plot"]
    ours = [grouped("poetry", pyproject, "docs", "optional"), grouped("pyproject", pyproject, "plot")]
    poetry = f"poetry --directory {ROOT} install"
    assert argvs(fix(holding("poetry", ours, "docs"), Sync(("poetry.lock",)))) == [f"{poetry} --with docs"]
    assert argvs(fix(holding("poetry", ours, "plot"), Sync(("poetry.lock",)))) == [f"{poetry} --extras plot"]
    assert argvs(fix(holding("poetry", ours, "optional"), Sync(("poetry.lock",)))) == [f"{poetry} --all-extras"]
    pipfile = [grouped("Pipfile", "Pipfile", "dev", "docs")]
    for held, words in (("dev", "--dev"), ("dev docs", "--categories packages,dev-packages,docs"), ("", "")):
        (line,) = argvs(fix(holding("pipenv", pipfile, *held.split()), Sync(("Pipfile.lock",))))
        assert line.partition(" sync")[2].strip() == words


@pytest.mark.posix
def test_a_lock_that_is_not_met_is_followed_and_no_list_in_its_place() -> None:
    files = [
        ("environment.yml", "environment.yml"),
        ("locks/linux.conda-lock.yml", "conda-lock"),
        ("spec.txt", "explicit"),
    ]
    known = conda(project=project(*(Declaration(file=file, kind=kind, lock=kind != file) for file, kind in files)))
    both = ("environment.yml", "locks/linux.conda-lock.yml")
    assert argvs(fix(known, Sync(both))) == [f"conda-lock install --prefix {PREFIX} {ROOT}/{both[1]}"]
    assert argvs(fix(known, Sync(("spec.txt",)))) == [f"conda install --prefix {PREFIX} --file {ROOT}/spec.txt"]


@pytest.mark.parametrize("maker", ["venv", "uv-venv", "poetry", "pdm", "pipenv"])
@pytest.mark.parametrize(
    ("file", "tool"),
    [
        ("uv.lock", "uv"),
        ("poetry.lock", "Poetry"),
        ("pdm.lock", "PDM"),
        ("Pipfile.lock", "Pipenv"),
        ("../uv.lock", "uv"),
    ],
)
def test_a_lock_that_was_left_behind_is_renewed_by_the_tool_that_wrote_it(maker: str, file: str, tool: str) -> None:
    kind = file.removeprefix("../")
    listed = [Declaration(file=name, kind=name) for name in ("environment.yml", "Pipfile")]
    lists = [Declaration(file="pyproject.toml", kind=name) for name in ("poetry", "pyproject")]
    lock = Declaration(file=file, kind=kind, lock=True)
    known = made_by(maker, project=project(*listed, *lists, lock))
    assert fix(known, Lock(file)).title == f"lock with {tool}"


@pytest.mark.parametrize(
    ("maker", "table", "tool"),
    [
        ("venv", "uv", "uv"),
        ("venv", "pdm", "PDM"),
        ("uv-venv", "poetry", "Poetry"),
        ("pdm", "uv", "uv"),
        ("pdm", "", "PDM"),
    ],
)
def test_a_first_lock_is_made_by_the_tool_that_the_project_names(maker: str, table: str, tool: str) -> None:
    lists = [
        Declaration(file="pyproject.toml", kind="pyproject"),
        Declaration(file="environment.yml", kind="environment.yml"),
    ]
    marks = [ToolMark(tool=table, file="pyproject.toml", line=3)] if table else []
    assert fix(made_by(maker, project=project(*lists, tools=marks)), Lock()).title == f"lock with {tool}"


NEW = NewEnvironment("make an environment for this project alone")


@pytest.mark.posix
def test_a_projects_own_environment_holds_what_its_list_asks_for_and_is_looked_at_afterwards() -> None:
    empty = Tools(taken={})
    told = fix(made_by("debian", project=of_list("debian").project, tools=empty), NEW)
    folder = f"{ROOT}/.venv"
    install = f"{folder}/bin/python -m pip install --requirement {ROOT}/requirements.txt"
    assert argvs(told) == [f"python3 -m venv {folder}", install]
    assert (told.applicability, told.patient) == ("safe", folder)
    assert told.verify is not None and folder in told.verify.argv
    bare = fix(made_by("debian", project=project(), tools=empty), NEW)
    assert argvs(bare) == [f"python3 -m venv {folder}"]


@pytest.mark.posix
def test_where_debian_has_packed_ensurepip_apart_that_package_comes_first() -> None:
    told = fix(changed(made_by("debian", project=project()), prefix=prefix(has_ensurepip=False)), NEW)
    assert argvs(told)[0].endswith("-venv") and "apt-get install" in argvs(told)[0]
    assert told.applicability == "unsafe"
