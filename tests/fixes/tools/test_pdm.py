"""A project of PDM's is changed through PDM."""

import pytest

from envdoctor.engine.remedies import Install, Recreate, Remove, Sync
from envdoctor.facts import Declaration, Facts, Locked, Project
from envdoctor.testing import PREFIX, changed, distribution, packages
from tests.fixes.test_tools import PYTHON, fix, made_by
from tests.support.cures import argvs

LOCK = Declaration(
    file="pdm.lock", kind="pdm.lock", lock=True, locked=[Locked(name="idna", key="idna", version="3.10", line=1)]
)
PROJECT = Project(
    root="/home/ada/fit",
    evidence="pyproject.toml",
    declarations=[Declaration(file="pyproject.toml", kind="pyproject"), LOCK],
)
PDM = "--project /home/ada/fit"


def of_pdm(kind: str = "pdm", *commands: str, pip: bool = False) -> Facts:
    held = [changed(distribution("scipy"), installer="pdm"), *([distribution("pip")] if pip else [])]
    return made_by(kind, "pdm", *commands, project=PROJECT, packages=packages(*held))


@pytest.mark.parametrize("kind", ["pdm", "venv", "virtualenv"])
def test_what_the_project_lacks_is_added_to_it(kind: str) -> None:
    """A plain venv that PDM has filled is PDM's: the next sync would undo what pip or uv puts there."""
    added = fix(of_pdm(kind), Install(("numba>=0.60",)))
    assert argvs(added) == [f"pdm add {PDM} numba>=0.60"]
    assert (added.applicability, added.undo) == ("unsafe", f"pdm remove {PDM} numba")
    assert added.reason == "pyproject.toml and pdm.lock will name it"


def test_what_the_lock_names_comes_from_the_lock() -> None:
    assert argvs(fix(of_pdm(), Install(("idna>=3",)))) == [f"pdm sync {PDM}"]
    assert argvs(fix(of_pdm(), Install(("idna>=4",)))) == [f"pdm add {PDM} idna>=4"]
    assert argvs(fix(of_pdm(), Sync(("pdm.lock",)))) == [f"pdm sync {PDM}"]


def test_damaged_files_are_laid_down_by_whatever_is_at_hand() -> None:
    """PDM knows all or nothing; it puts no pip into its environments."""
    damaged = Install(("scipy",), force=True)
    assert argvs(fix(of_pdm(), damaged)) == [f"pdm sync {PDM} --reinstall"]
    assert argvs(fix(of_pdm("pdm", "uv"), damaged)) == [
        f"uv pip install --python {PREFIX} --reinstall --no-deps scipy==1.0"
    ]
    assert argvs(fix(of_pdm(pip=True), damaged))[0].startswith(f"{PYTHON} -m pip install --force-reinstall")


def test_what_is_removed_comes_back_with_the_lock_and_a_new_environment_is_the_locks() -> None:
    removed = fix(of_pdm(pip=True), Remove(("scipy",)))
    assert argvs(removed) == [f"{PYTHON} -m pip uninstall --yes scipy"]
    assert "pdm sync" in removed.reason and removed.undo == f"pdm sync {PDM}"
    made = argvs(fix(of_pdm(), Recreate("3.13")))
    assert made == [f"pdm venv {PDM} create --force 3.13", f"pdm sync {PDM}"]


def test_without_a_project_it_is_a_virtual_environment_like_any_other() -> None:
    held = packages(changed(distribution("scipy", location="/opt/x/lib"), installer="pdm"), distribution("pip"))
    alone = made_by("pdm", project=None, packages=held)
    alone = changed(alone, patient=changed(alone.patient, prefix="/opt/x"), prefix=changed(alone.prefix, path="/opt/x"))
    assert argvs(fix(alone, Install(("numba",))))[0].startswith("uv pip install")
