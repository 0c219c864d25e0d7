"""Files that the real tools write, read back: uv, Poetry, PDM and pip; environments they made, held against them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from envdoctor.facts import Project
from envdoctor.probe.project import whole as project
from envdoctor.probe.world import World
from tests.support.patients import checkup, clean_environ, make_venv, write

pytestmark = pytest.mark.real

UV = [sys.executable, "-m", "uv"]
RUN = [find_uv_bin(), "tool", "run", "--quiet"]  # the module would tell the tool that our own environment is active
PYPROJECT = """[project]
name = "fit"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["six>=1.16", "packaging>=24"]
[dependency-groups]
dev = ["iniconfig"]
"""
POETRY = """[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = "^3.11"
six = "^1.16"
[tool.poetry.group.dev.dependencies]
iniconfig = ">=2"
[[tool.poetry.source]]
name = "simple"
url = "https://pypi.org/simple/"
priority = "primary"
"""
PDM = """[project]
name = "fit"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["six>=1.16", "packaging>=24"]
[dependency-groups]
dev = ["iniconfig"]
[tool.pdm]
distribution = false
[[tool.pdm.source]]
name = "pypi"
url = "https://pypi.org/simple"
"""


def tool(folder: Path, *argv: str, **extra: str) -> str:
    done = subprocess.run(argv, cwd=folder, env=clean_environ(**extra), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def read(folder: Path) -> Project:
    found = project.find(World(home="/nowhere", cwd=str(folder), environ={}), str(folder))
    assert isinstance(found, Project)
    assert found.unreadable == {}
    return found


def locked(folder: Path, file: str) -> set[str]:
    (declaration,) = [item for item in read(folder).declarations if item.file == file]
    assert isinstance(declaration.locked, list)
    lines = (folder / file).read_text().splitlines()
    assert all(lines[item.line - 1].startswith("[[package") for item in declaration.locked)
    return {item.name for item in declaration.locked}


def test_uvs_lock_and_its_exports(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", PYPROJECT)
    tool(tmp_path, *UV, "lock", "--quiet")
    tool(tmp_path, *UV, "export", "--quiet", "--format", "pylock.toml", "-o", "pylock.toml")
    tool(tmp_path, *UV, "export", "--quiet", "-o", "requirements.txt")
    assert locked(tmp_path, "uv.lock") == {"six", "packaging", "iniconfig"}
    assert locked(tmp_path, "pylock.toml") == {"six", "packaging", "iniconfig"}
    (requirements,) = [item.requirements for item in read(tmp_path).declarations if item.kind == "requirements"]
    assert isinstance(requirements, list)
    assert {item.name for item in requirements} == {"six", "packaging", "iniconfig"}
    assert all((item.specifier or "").startswith("==") for item in requirements)


def test_pips_lock(tmp_path: Path) -> None:
    tool(
        tmp_path,
        *UV,
        "tool",
        "run",
        "--quiet",
        "--from",
        "pip>=25.1",
        "pip",
        "lock",
        "--quiet",
        "six",
        "-o",
        "pylock.toml",
    )
    assert locked(tmp_path, "pylock.toml") == {"six"}


def test_poetrys_lock(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", POETRY)
    tool(tmp_path, *UV, "tool", "run", "--quiet", "poetry", "lock", "--quiet")
    assert locked(tmp_path, "poetry.lock") == {"six", "iniconfig"}


def test_an_environment_that_uv_made_is_held_against_its_lock(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", PYPROJECT)
    tool(tmp_path, *UV, "sync", "--quiet", "--python", sys.executable)
    named = ("--project", str(tmp_path), "--select", "REP")
    assert checkup(tmp_path / ".venv", *named).findings("REP002") == []
    tool(tmp_path, *UV, "pip", "install", "--quiet", "--python", ".venv", "six<1.17", "idna")
    tool(tmp_path, *UV, "pip", "uninstall", "--quiet", "--python", ".venv", "packaging")
    found = checkup(tmp_path / ".venv", *named).findings("REP002")
    assert sorted((item["severity"], item["subject"]) for item in found) == [
        ("info", "undeclared"),
        ("warning", "the environment"),
    ]
    said = " ".join(row["value"] for item in found for row in item["evidence"])
    assert "uv.lock:" in said and "six 1.17.0, installed 1.16.0" in said
    assert "pyproject.toml:5: packaging>=24, and packaging is missing" in said
    assert any("idna" in item["title"] for item in found)


def drifted(folder: Path, lock: str) -> list[str]:
    """The steps' command lines of REP002, after a wrong version, a missing package and one that nothing declares."""
    named = ("--project", str(folder), "--select", "REP")
    assert checkup(folder / ".venv", *named).findings("REP002") == []
    tool(folder, *UV, "pip", "install", "--quiet", "--python", ".venv", "six<1.17", "idna")
    tool(folder, *UV, "pip", "uninstall", "--quiet", "--python", ".venv", "packaging")
    found = {item["severity"]: item for item in checkup(folder / ".venv", *named).findings("REP002")}
    assert found.keys() == {"warning", "info"}
    rows = {row["label"]: row["value"] for row in found["warning"]["evidence"]}
    assert rows.keys() == {"six", "packaging"}
    assert rows["six"].startswith(f"{lock}:") and rows["six"].endswith("six 1.17.0, installed 1.16.0")
    assert rows["packaging"].startswith("pyproject.toml:") and rows["packaging"].endswith("packaging is missing")
    assert [row["label"] for row in found["info"]["evidence"]] == ["idna"]
    return [" ".join(step["argv"]) for fix in found["warning"]["fixes"] for step in fix["steps"]]


def test_an_environment_that_poetry_made_is_held_against_its_lock(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", POETRY.replace('six = "^1.16"', 'six = "^1.16"\npackaging = ">=24"'))
    poetry = [*RUN, "poetry", "--quiet"]
    tool(tmp_path, *poetry, "install", POETRY_VIRTUALENVS_IN_PROJECT="true", POETRY_NO_INTERACTION="1")
    assert locked(tmp_path, "poetry.lock") == {"six", "packaging", "iniconfig"}
    assert drifted(tmp_path, "poetry.lock") == [f"poetry --directory {tmp_path} install --with dev"]


def test_an_environment_that_pdm_made_is_held_against_its_lock(tmp_path: Path) -> None:
    """Its releases of 2026 break under the newest unearth, which has gone over to another httpx."""
    write(tmp_path / "pyproject.toml", PDM)
    pdm = [*RUN, "--from", "pdm<2.27", "--with", "unearth<0.18", "--with", "hishel>=1,<1.2", "pdm"]
    settings = {"PDM_CHECK_UPDATE": "0", "PDM_IGNORE_ACTIVE_VENV": "1", "HOME": str(tmp_path / "home")}
    settings["UV_CACHE_DIR"] = tool(tmp_path, *UV, "cache", "dir").strip()
    tool(tmp_path, *pdm, "use", "--quiet", "--first", os.path.realpath(sys.executable), **settings)
    tool(tmp_path, *pdm, "install", "--quiet", **settings)
    assert locked(tmp_path, "pdm.lock") == {"six", "packaging", "iniconfig"}
    assert drifted(tmp_path, "pdm.lock") == [f"pdm sync --project {tmp_path}"]
    tool(tmp_path, *pdm, "sync", "--quiet", "--project", str(tmp_path), **settings)
    found = checkup(tmp_path / ".venv", "--project", str(tmp_path), "--select", "REP").findings("REP002")
    assert [item["subject"] for item in found] == ["undeclared"]


@pytest.mark.parametrize(
    "file, text, line",
    [
        ("requirements.txt", "six\nnumpy=>1\n", 2),
        ("pyproject.toml", '[project]\nname = "x\n', 2),
        ("environment.yml", "name: x\ndependencies:\n  - a\n bad\n", 4),
        ("uv.lock", 'version = 1\n\n[[package]]\n<<<<<<< HEAD\nname = "a"\n', 4),
    ],
)
def test_a_broken_file_is_told_in_one_line_with_its_number(
    file: str, text: str, line: int, other_python: str, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    write(folder / "pyproject.toml", '[project]\nname = "x"\n')
    write(folder / file, text)
    patient = make_venv(other_python, tmp_path / "venv")
    seen = checkup(patient, "--select", "REP", cwd=folder)
    said = "\n".join(item["reason"] for item in seen.document["checks"])
    assert f"{file}:{line}: " in said
    assert "Traceback" not in seen.stderr + said
