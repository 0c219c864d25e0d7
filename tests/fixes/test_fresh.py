"""An environment that stands already is nothing to lay a new one over."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, InstallBuild, NewEnvironment, Recreate, Remedy
from envdoctor.facts import Facts, Tools
from envdoctor.fixes import Fix
from tests.fixes.test_tools import bare, conda, fix
from tests.support.cures import argvs

HERE = ".venv/bin/python"
ASKED = [
    Install(("scipy",)),
    Recreate("3.13"),
    InstallBuild("torch", cuda="12.8"),
    NewEnvironment("make an environment for this project alone"),
]


def cure(remedy: Remedy, taken: dict[str, str] | None, **sections: Any) -> Fix:
    tools = Tools(commands={"apt-get": "/usr/bin/apt-get"}, pythons={"3.13": "/usr/bin/python3.13"}, taken=taken)
    return fix(bare(tools=tools, **sections), remedy)


@pytest.mark.posix
@pytest.mark.parametrize("remedy", ASKED, ids=lambda remedy: type(remedy).__name__)
def test_nothing_is_put_into_what_stands_there_already(remedy: Remedy) -> None:
    told = cure(remedy, {".venv": HERE})
    assert told.steps == () and told.applicability == "manual"
    assert "work in the environment that is there already, .venv" in told.title
    lost = cure(remedy, {".venv": ""})
    assert lost.steps == () and "holds no Python that starts" in lost.title


@pytest.mark.posix
@pytest.mark.parametrize("remedy", ASKED, ids=lambda remedy: type(remedy).__name__)
def test_where_nothing_stands_it_is_made(remedy: Remedy) -> None:
    assert "-m venv .venv" in argvs(cure(remedy, {}))[0]
    assert "-m venv .venv" in argvs(cure(remedy, {".conda": ""}))[0]


@pytest.mark.posix
@pytest.mark.parametrize("remedy", ASKED, ids=lambda remedy: type(remedy).__name__)
def test_where_nobody_looked_the_reader_does(remedy: Remedy) -> None:
    told = cure(remedy, None)
    assert told.steps and told.applicability != "safe" and "look first that there is no .venv yet" in told.reason


@pytest.mark.posix
def test_the_words_say_how_it_is_filled() -> None:
    told = cure(Install(("scipy",)), {".venv": HERE})
    assert told.title.endswith(f"what it lacks is installed by `{HERE} -m pip install scipy`")
    assert told.verify is not None and "--python" in told.verify.argv and ".venv" in told.verify.argv


def known_to(taken: dict[str, str] | None) -> Facts:
    return conda("miniforge", tools=Tools(commands={"conda": "/c/conda"}, taken=taken))


@pytest.mark.parametrize("remedy", [Install(("scipy",)), Recreate("3.13"), NewEnvironment("x", name="fit")])
def test_no_undo_removes_a_conda_environment_that_was_there_before(remedy: Remedy) -> None:
    told = fix(known_to({}), remedy)
    assert told.steps and told.undo.endswith("if it was not there before")
