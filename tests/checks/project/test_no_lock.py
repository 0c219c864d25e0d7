"""REP004 no-lock: loud and quiet."""

from typing import Any

import pytest

from envdoctor.fixes import Fix
from envdoctor.testing import PREFIX, changed, distribution, findings, packages, prefix
from envdoctor_checks.project.no_lock import no_lock
from tests.checks.project._shared import here, listed, locked, made_by, requirement
from tests.support.cures import argvs, cure


def test_a_list_without_a_lock_is_an_info_and_exact_versions_are_as_good_as_one() -> None:
    (finding,) = findings(no_lock, project=here(listed(requirement("lib>=1", ">=1"))))
    assert finding.severity == "info"
    assert findings(no_lock, project=here(listed(requirement("lib==1.0", "==1.0")))) == []
    assert findings(no_lock, project=here(listed(requirement("lib")), locked("lib", "1.0"))) == []


@pytest.mark.parametrize("kind", ["poetry", "pixi", "environment.yml", "pyproject", "requirements"])
def test_the_command_that_locks_says_where_wherever_it_is_run(kind: str) -> None:
    for origin in ("venv", "uv-venv"):
        listing = here(listed(requirement("lib>=1", ">=1"), kind=kind))
        held = packages(distribution("pip", "25.1"))
        (finding,) = findings(no_lock, project=listing, patient=made_by(origin), packages=held)
        words = argvs(cure(finding, project=listing, patient=made_by(origin), packages=held))[0].split()
        assert any(word.startswith("/home/ada/fit") for word in words)
        assert kind != "environment.yml" or words[-1] == "/home/ada/fit/conda-lock.yml"


def locking(*held: Any, **sections: Any) -> Fix:
    listing = here(listed(requirement("lib>=1", ">=1")))
    given = {"project": listing, "patient": made_by("venv"), "packages": packages(*held)} | sections
    (finding,) = findings(no_lock, **given)
    return cure(finding, **given)


def test_the_patients_own_pip_locks_where_it_can() -> None:
    pip = f"{PREFIX}/bin/python -m pip"
    lock = f"{pip} lock -r /home/ada/fit/requirements.txt -o /home/ada/fit/pylock.toml"
    assert argvs(locking(distribution("pip", "25.1"))) == [lock]
    old = locking(distribution("pip", "24.3"))
    assert (argvs(old), old.applicability) == ([f"{pip} install --upgrade pip", lock], "unsafe")
    for words in (locking(distribution("pip", "24.3"), prefix=prefix(configuration=None)), locking()):
        assert (words.steps, words.applicability) == ((), "manual")


def test_the_tool_that_fills_the_environment_locks() -> None:
    root = "/home/ada/fit"
    compiled = f"uv pip compile --python {PREFIX} {root}/requirements.txt -o {root}/pylock.toml"
    assert argvs(locking(patient=made_by("uv-venv"))) == [compiled]
    assert argvs(locking(changed(distribution("lib"), installer="pdm"))) == [f"pdm lock --project {root}"]
