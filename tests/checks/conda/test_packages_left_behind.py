"""CON021 packages-left-behind: loud and quiet."""

from envdoctor.engine.remedies import BringAlong, Manual
from envdoctor.testing import conda, findings, record
from envdoctor_checks.conda.packages_left_behind import packages_left_behind

OLD = "/opt/conda/envs/e/lib/python3.10/site-packages"


def test_what_pip_had_put_into_the_old_python_s_folder_is_a_warning() -> None:
    known = conda(record("python", "3.11.2"), left_behind={OLD: ["cowsay 6.1", "idna 3.10"]})
    (found,) = findings(packages_left_behind, conda=known)
    assert found.severity == "warning" and "cowsay, idna are left behind" in found.title and "3.10" in found.subject
    (remedy,) = found.remedies
    assert isinstance(remedy, BringAlong) and remedy.folder == OLD
    assert remedy.requirements == ("cowsay==6.1", "idna==3.10")


def test_names_that_are_none_become_no_command() -> None:
    known = conda(record("python", "3.11.2"), left_behind={OLD: ["--evil 1", "a ../b"]})
    (found,) = findings(packages_left_behind, conda=known)
    assert isinstance(found.remedies[0], Manual)


def test_what_no_index_had_is_asked_of_none_and_keeps_its_folder() -> None:
    known = conda(record("python", "3.11.2"), left_behind={OLD: ["cowsay 6.1", "mine @ file:///src/mine"]})
    (found,) = findings(packages_left_behind, conda=known)
    (remedy,) = found.remedies
    assert isinstance(remedy, BringAlong) and remedy.requirements == ("cowsay==6.1",) and remedy.by_hand == ("mine",)
    assert "delete" not in remedy.title
    (found,) = findings(
        packages_left_behind, conda=conda(record("python"), left_behind={OLD: ["mine @ file:///src/mine"]})
    )
    assert found.remedies == (Manual("install them again with pip, from file:///src/mine"),)


def test_nothing_left_behind_is_quiet() -> None:
    assert findings(packages_left_behind, conda=conda(record("python", "3.11.2"))) == []
