"""A project's environment is found where its tool keeps it, by the layouts that the tools write."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.probe.choose import Surroundings, default, named
from tests.support.patients import clean_environ, make_venv
from tests.test_start import make, tool

pytestmark = pytest.mark.posix


def digest(folder: Path) -> str:
    """As poetry/utils/env/env_manager.py and hatch/project/core.py have it."""
    return base64.urlsafe_b64encode(hashlib.sha256(str(folder.resolve()).encode()).digest()).decode()[:8]


def fit(home: Path, *files: str) -> Surroundings:
    """Surroundings whose working directory is the project ``fit`` in an empty home; envdoctor is a tool."""
    project = home / "fit"
    project.mkdir()
    for name in files or ("pyproject.toml",):
        (project / name).touch()
    around = tool(home)
    around.home, around.cwd = str(home), str(project)
    around.environ = {"PATH": "/nowhere"}
    return around


def chosen(around: Surroundings) -> tuple[str, str]:
    choice = default(around)
    assert choice.executable == str(Path(choice.prefix) / "bin" / "python")
    return os.path.relpath(choice.prefix, around.home), choice.chosen


def test_any_folder_of_the_project_with_pyvenv_cfg(tmp_path: Path) -> None:
    around = fit(tmp_path, "requirements.txt")
    make(tmp_path / "fit" / "fit-env", "pyvenv.cfg")
    assert chosen(around) == ("fit/fit-env", "the project's fit-env")
    make(tmp_path / "fit" / "another", "pyvenv.cfg")
    assert chosen(around) == ("fit/another", "the project's another, one of 2")


def test_poetry_by_the_hash_of_the_folder(tmp_path: Path) -> None:
    around, cache = fit(tmp_path), tmp_path / ".cache" / "pypoetry" / "virtualenvs"
    mine = f"fit-{digest(tmp_path / 'fit')}"
    make(cache / "fit-AAAAAAAA-py3.13", "pyvenv.cfg")
    make(cache / f"{mine}-py3.9", "pyvenv.cfg")
    make(cache / f"{mine}-py3.12", "pyvenv.cfg")
    assert chosen(around)[0].endswith(f"{mine}-py3.12")
    (cache / "envs.toml").write_text(f'[{mine}]\nminor = "3.9"\npatch = "3.9.18"\n', encoding="utf-8")
    where, why = chosen(around)
    assert where.endswith(f"{mine}-py3.9")
    assert why == "the project's environment, where Poetry keeps it, one of 2"


@pytest.mark.parametrize("by", ["variable", "poetry.toml", "config.toml", "cache"])
def test_poetry_where_its_configuration_says(tmp_path: Path, by: str) -> None:
    around = fit(tmp_path)
    prefix = make(tmp_path / "kept" / "virtualenvs" / f"fit-{digest(tmp_path / 'fit')}-py3.12", "pyvenv.cfg")
    place = str(prefix.parent)
    config = tmp_path / ".config" / "pypoetry" / "config.toml"
    config.parent.mkdir(parents=True)
    if by == "variable":
        around.environ["POETRY_VIRTUALENVS_PATH"] = place
    elif by == "cache":
        around.environ["POETRY_CACHE_DIR"] = str(tmp_path / "kept")
    else:
        file = config if by == "config.toml" else tmp_path / "fit" / "poetry.toml"
        file.write_text(f'[virtualenvs]\npath = "{place}"\n', encoding="utf-8")
    assert chosen(around)[0] == os.path.relpath(prefix, tmp_path)


def test_pipenv_by_the_file_that_names_the_project(tmp_path: Path) -> None:
    around, home = fit(tmp_path, "Pipfile"), tmp_path / ".local" / "share" / "virtualenvs"
    for name, project in (("fit-AAAAAAAA", "/elsewhere/fit"), ("fit-BBBBBBBB", str(tmp_path / "fit"))):
        make(home / name, "pyvenv.cfg")
        (home / name / ".project").write_text(project, encoding="utf-8")
    assert chosen(around) == (
        ".local/share/virtualenvs/fit-BBBBBBBB",
        "the project's environment, where Pipenv keeps it",
    )
    around.environ["WORKON_HOME"] = str(tmp_path / "work")
    shutil.move(home, tmp_path / "work")
    assert chosen(around)[0] == "work/fit-BBBBBBBB"


def test_hatch_its_default_environment_first(tmp_path: Path) -> None:
    around = fit(tmp_path)
    folder = tmp_path / ".local/share/hatch/env/virtual/fit-tool" / digest(tmp_path / "fit")
    for name in ("docs", "fit-tool", "fit-tool-build"):
        make(folder / name, "pyvenv.cfg")
    where, why = chosen(around)
    assert where.endswith("/fit-tool")
    assert why == "the project's environment, where Hatch keeps it, one of 2"


def test_hatch_where_its_configuration_says(tmp_path: Path) -> None:
    around, config = fit(tmp_path), tmp_path / ".config" / "hatch" / "config.toml"
    make(tmp_path / "fit" / ".hatch" / "fit", "pyvenv.cfg")
    config.parent.mkdir(parents=True)
    config.write_text('[dirs.env]\nvirtual = ".hatch"\n', encoding="utf-8")
    assert chosen(around)[0] == "fit/.hatch/fit"


def test_pdm_by_the_python_that_it_wrote_down(tmp_path: Path) -> None:
    around = fit(tmp_path)
    prefix = make(tmp_path / ".local/share/pdm/venvs/fit-Hw8oHGZ--3.12", "pyvenv.cfg")
    (tmp_path / "fit" / ".pdm-python").write_text(f"{prefix}/bin/python", encoding="utf-8")
    assert chosen(around)[1] == "the project's environment, where PDM keeps it"


def test_pixi_without_a_default_environment(tmp_path: Path) -> None:
    around = fit(tmp_path, "pixi.toml")
    make(tmp_path / "fit" / ".pixi" / "envs" / "test", "conda-meta/history")
    assert chosen(around) == ("fit/.pixi/envs/test", "the project's .pixi/envs/test")


def test_uv_where_a_variable_names_the_folder(tmp_path: Path) -> None:
    around = fit(tmp_path)
    make(tmp_path / "fit" / "build" / "uv", "pyvenv.cfg")
    around.environ["UV_PROJECT_ENVIRONMENT"] = "build/uv"
    assert chosen(around)[0] == "fit/build/uv"


def test_a_project_folder_that_is_named_has_its_environment_at_its_tools(tmp_path: Path) -> None:
    around = fit(tmp_path)
    prefix = make(tmp_path / ".local/share/pdm/venvs/fit-Hw8oHGZ--3.12", "pyvenv.cfg")
    (tmp_path / "fit" / ".pdm-python").write_text(f"{prefix}/bin/python", encoding="utf-8")
    around.cwd = str(tmp_path)
    choice = named("fit", around)
    assert choice.prefix == str(prefix)
    assert choice.chosen == "named by --python: the project's environment, where PDM keeps it"


@pytest.mark.parametrize("text", ["", "[virtualenvs\n", 'path = "x"', "virtualenvs = 1", "\0"])
def test_a_configuration_that_is_none_is_passed_over(tmp_path: Path, text: str) -> None:
    around = fit(tmp_path)
    (tmp_path / "fit" / "poetry.toml").write_text(text, encoding="utf-8")
    (tmp_path / "fit" / ".pdm-python").write_text(text, encoding="utf-8")
    around.environ["PATH"] = str(make(tmp_path / "path") / "bin")
    assert chosen(around)[1] == "the first python3 on PATH" or chosen(around)[1] == "the first python on PATH"


def test_a_pipe_in_the_place_of_a_file_does_not_hold_us_up(tmp_path: Path) -> None:
    around = fit(tmp_path, "Pipfile")
    for name in (".pdm-python", ".venv", "poetry.toml"):
        os.mkfifo(tmp_path / "fit" / name)
    (tmp_path / "fit" / "pyproject.toml").touch()
    make(tmp_path / "fit" / "e", "pyvenv.cfg")
    assert chosen(around)[0] == "fit/e"


# --- with the tools themselves ---


@pytest.fixture(scope="session")
def managers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with Poetry, Pipenv, Hatch and PDM."""
    made = make_venv(sys.executable, tmp_path_factory.mktemp("managers") / "v", "poetry", "pipenv", "hatch", "pdm")
    return made.prefix / "bin"


PROJECT = """
[project]
name = "Fit.Tool"
version = "0.1"
[tool.hatch.envs.default]
skip-install = true
"""
RECIPES = {
    "Poetry": (PROJECT, [["poetry", "env", "use", "{python}"]], ["poetry", "env", "info", "--path"]),
    "Hatch": (PROJECT, [["hatch", "env", "create"]], ["hatch", "env", "find"]),
    "Pipenv": ("", [["pipenv", "--python", "{python}"]], ["pipenv", "--venv"]),
    "PDM": (
        PROJECT,
        [
            ["pdm", "config", "--local", "venv.in_project", "false"],
            ["pdm", "venv", "create", "-n", "foo", "--with", "venv"],
            ["pdm", "use", "-f", "--venv", "foo"],
        ],
        ["pdm", "venv", "--path", "foo"],
    ),
}


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("maker", RECIPES)
def test_the_tools_themselves(tmp_path: Path, managers: Path, maker: str) -> None:
    """About five seconds each."""
    manifest, commands, asked = RECIPES[maker]
    project, home = tmp_path / "fit tool", tmp_path / "home"
    project.mkdir()
    home.mkdir()
    (project / ("pyproject.toml" if manifest else "Pipfile")).write_text(manifest or "[packages]\n", encoding="utf-8")
    steering = ("HATCH", "PIPENV", "POETRY", "PDM", "WORKON", "XDG_")
    environ = {name: value for name, value in clean_environ(HOME=str(home)).items() if not name.startswith(steering)}
    environ["PATH"] = f"{managers}:/usr/bin:/bin"

    def run(words: list[str]) -> str:
        argv = [word.format(python=managers / "python") for word in words]
        done = subprocess.run(argv, cwd=project, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    for words in commands:
        run(words)
    where = run(asked)
    doctor = [str(Path(sys.executable).with_name("envdoctor")), "check", "--format", "json"]
    done = subprocess.run(doctor, cwd=project, env=environ, capture_output=True, text=True, check=False)
    patient = json.loads(done.stdout)["patient"]
    assert os.path.samefile(patient["prefix"], where)
    assert patient["chosen"] == f"the project's environment, where {maker} keeps it"
