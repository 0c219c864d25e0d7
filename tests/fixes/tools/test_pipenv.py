"""A project of Pipenv's is changed through Pipenv, which is told the Pipfile by a variable."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, Lock, Recreate, Remove, Sync
from envdoctor.facts import Declaration, Facts, Installation, Locked, Place, Project, System
from envdoctor.fixes.steps import Run, SetEnv
from envdoctor.testing import changed, distribution, packages
from tests.fixes.test_tools import fix, made_by
from tests.support.cures import argvs

LOCK = Declaration(
    file="Pipfile.lock",
    kind="Pipfile.lock",
    lock=True,
    locked=[Locked(name="idna", key="idna", version="3.10", line=1)],
)
LISTED = Declaration(file="Pipfile", kind="Pipfile")
PIPENV = "env PIPENV_PIPFILE=/home/ada/fit/Pipfile PIPENV_IGNORE_VIRTUALENVS=1 pipenv"


def of_pipenv(*declarations: Declaration, **sections: Any) -> Facts:
    project = Project(root="/home/ada/fit", evidence="Pipfile", declarations=[*(declarations or (LISTED, LOCK))])
    return made_by("pipenv", "pipenv", project=project, packages=packages(distribution("scipy")), **sections)


@pytest.mark.posix
def test_what_the_project_lacks_is_added_to_it() -> None:
    added = fix(of_pipenv(), Install(("numba>=0.60",)))
    assert argvs(added) == [f"{PIPENV} install numba>=0.60"]
    assert (added.applicability, added.undo) == ("unsafe", f"{PIPENV} uninstall numba")


@pytest.mark.posix
def test_what_the_lock_names_comes_from_the_lock() -> None:
    assert argvs(fix(of_pipenv(), Install(("idna>=3",)))) == [f"{PIPENV} sync"]
    assert argvs(fix(of_pipenv(), Install(("idna>=4",)))) == [f"{PIPENV} install idna>=4"]
    assert argvs(fix(of_pipenv(), Sync(("Pipfile.lock",)))) == [f"{PIPENV} sync"]
    assert argvs(fix(of_pipenv(LISTED), Lock())) == [f"{PIPENV} lock"]


@pytest.mark.posix
def test_its_pip_lays_down_and_takes_away_one_package() -> None:
    again = fix(of_pipenv(), Install(("scipy",), force=True))
    assert argvs(again) == [f"{PIPENV} run pip install --force-reinstall --no-deps scipy==1.0"]
    assert again.applicability == "safe"
    removed = fix(of_pipenv(), Remove(("scipy",)))
    assert argvs(removed) == [f"{PIPENV} run pip uninstall --yes scipy"]
    assert removed.undo == f"{PIPENV} sync"
    here = PIPENV.replace(" pipenv", " PIPENV_VENV_IN_PROJECT=1 pipenv")  # where it was
    assert argvs(fix(of_pipenv(), Recreate("3.13"))) == [f"{PIPENV} --rm", f"{here} sync --python 3.13"]


@pytest.mark.posix
def test_an_environment_elsewhere_names_its_project() -> None:
    place = Place(
        path="/home/ada/.local/share/virtualenvs/fit-x", exists=True, real="/x", telling={".project": "/work/fit"}
    )
    elsewhere = of_pipenv(installation=Installation(places=[place]))
    assert argvs(fix(elsewhere, Install(("numba",))))[0].startswith("env PIPENV_PIPFILE=/work/fit/Pipfile ")


def test_windows_has_no_env_and_sets_the_variables_first() -> None:
    known = of_pipenv()
    assert isinstance(known.system, System)
    steps = fix(changed(known, system=changed(known.system, platform="win32")), Install(("numba",))).steps
    assert [type(step) for step in steps] == [SetEnv, Run]
    assert steps[1] == Run(("pipenv", "install", "numba"))
