"""PDM and Pipenv: the environments they make are known, and what is printed for them cures and lasts."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin

from tests.support.patients import checkup, clean_environ, write

pytestmark = pytest.mark.real

UV = [sys.executable, "-m", "uv"]
RUN = [find_uv_bin(), "tool", "run", "--quiet"]
# PDM's newer releases ask for parts of hishel and httpx that do not fit together.
PDM = [*RUN, "--from", "pdm<2.27", "--with", "unearth<0.18", "--with", "hishel>=1,<1.2", "pdm"]
PIPENV = [*RUN, "pipenv"]
PYPROJECT = """[project]
name = "fit"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["packaging>=24"]
[tool.pdm]
distribution = false
"""
PIPFILE = """[[source]]
name = "pypi"
url = "https://pypi.org/simple"
verify_ssl = true
[packages]
packaging = ">=24"
"""


def run(folder: Path, *argv: str, **extra: str) -> str:
    cache = subprocess.run([*UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    environ = clean_environ(UV_CACHE_DIR=cache, HOME=str(folder / "home"), PDM_CHECK_UPDATE="0", **extra)
    done = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def carry_out(folder: Path, finding: dict[str, Any], program: str, real: list[str]) -> str:
    """Run the steps as they are printed, from elsewhere, with the real tool in the program's place; the first of them."""
    elsewhere = folder.parent
    argvs = [step["argv"] for step in finding["fixes"][0]["steps"]]
    for argv in argvs:
        at = argv.index(program)
        run(elsewhere, *argv[:at], *real, *argv[at + 1 :])
    return " ".join(argvs[0])


def broken(folder: Path) -> dict[str, Any]:
    found = checkup(folder / ".venv", "--project", str(folder), "--select", "PKG001").finding("PKG001")
    assert isinstance(found, dict)
    return found


def cures(folder: Path, program: str, real: list[str], kind: str) -> tuple[str, str]:
    """What is said where a requirement is in no list, and where the lock names it: both are run, and judged again."""
    run(folder, *UV, "pip", "install", "--quiet", "--no-deps", "--python", ".venv", "python-dateutil<3")
    added = carry_out(folder, broken(folder), program, real)
    looked = checkup(folder / ".venv", "--project", str(folder), "--select", "PKG001,REP002")
    assert looked.findings("PKG001") == []
    assert looked.document["patient"]["origin"][0]["kind"] == kind
    run(folder, *UV, "pip", "uninstall", "--quiet", "--python", ".venv", "six")
    synced = carry_out(folder, broken(folder), program, real)
    assert checkup(folder / ".venv", "--project", str(folder), "--select", "PKG001").findings("PKG001") == []
    return added, synced


def test_what_a_project_of_pdms_lacks_is_added_by_pdm_and_outlives_its_next_sync(tmp_path: Path) -> None:
    folder = tmp_path / "fit"
    write(folder / "pyproject.toml", PYPROJECT)
    run(folder, *PDM, "use", "--quiet", "--first", os.path.realpath(sys.executable), PDM_IGNORE_ACTIVE_VENV="1")
    run(folder, *PDM, "install", "--quiet", PDM_IGNORE_ACTIVE_VENV="1")
    added, synced = cures(folder, "pdm", PDM, "pdm")
    assert added == f"pdm add --project {folder} six>=1.5"
    assert synced == f"pdm sync --project {folder}"


@pytest.mark.slow
def test_what_a_project_of_pipenvs_lacks_is_added_by_pipenv_and_outlives_its_next_sync(tmp_path: Path) -> None:
    folder = tmp_path / "fit"
    write(folder / "Pipfile", PIPFILE)
    inside = {"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_IGNORE_VIRTUALENVS": "1"}
    run(folder, *PIPENV, "install", "--python", os.path.realpath(sys.executable), **inside)
    added, synced = cures(folder, "pipenv", PIPENV, "pipenv")
    told = f"env PIPENV_PIPFILE={folder}/Pipfile PIPENV_IGNORE_VIRTUALENVS=1 pipenv"
    assert added == f"{told} install six>=1.5"
    assert synced == f"{told} sync"
