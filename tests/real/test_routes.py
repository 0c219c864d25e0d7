"""The routes of today, word for word, from an empty folder to ``import numpy, scipy``; then the ticks, and our own rules."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin

from envdoctor.data import table
from envdoctor.fixes.shell import Shell
from envdoctor.guide.routes import Profile, Step, Wheels, newest_with_wheels, route
from tests.real.test_gpu_builds_on_pypi import files
from tests.support.conda_patients import harm, ward
from tests.support.patients import Patient, checkup, clean_environ, patient_at, write
from tests.support.real_conda import Laboratory

pytestmark = pytest.mark.real

MINOR = "{}.{}".format(*sys.version_info[:2])
IMPORT = "import numpy, scipy.linalg; print(scipy.linalg.det(numpy.eye(3)))"
UV = [sys.executable, "-m", "uv"]
# What a route takes for granted: uv, whose installer is not on PyPI, and pipx.
TOOLS = {"uv": [find_uv_bin()], "pipx": [find_uv_bin(), "tool", "run", "--quiet", "pipx"]}
# Poetry asks PyPI's JSON interface, which is not reachable everywhere that its index is.
SIMPLE = "poetry source add --priority primary simple https://pypi.org/simple/"


def newest_python() -> str:
    """The newest Python here that today's NumPy and SciPy have wheels for, else envdoctor's own."""
    names = [f"python3.{minor}" for minor in range(15, 11, -1)]
    folders = [*os.environ["PATH"].split(":"), *map(str, Path.home().glob(".pyenv/versions/*/bin"))]
    found = [f"{folder}/{name}" for name in names for folder in folders if os.access(f"{folder}/{name}", os.X_OK)]
    return next((path for path in found if "/shims/" not in path), f"{sys.base_prefix}/bin/python{MINOR}")


class Walk:
    """Somebody who follows a route in a folder, with the tools that its first step would have installed."""

    def __init__(self, folder: Path, prefer: str) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        interpreter = newest_python()
        minor = os.path.basename(interpreter).removeprefix("python")
        self.who = Profile(system="linux", level="advanced", gpu=False, prefer=prefer, python=minor)
        self.steps = route(self.who, "today").steps(self.who)
        tools = folder / "tools"
        for name, argv in TOOLS.items():
            words = " ".join(f"'{word}'" for word in argv)
            write(tools / name, f'#!/bin/sh\nexec {words} "$@"\n', 0o755)
        for name in ("python", "python3", f"python{minor}"):
            os.symlink(os.path.realpath(interpreter), tools / name)
        cache = subprocess.run([*UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
        self.environ = clean_environ(
            HOME=str(folder / "home"),
            PATH=f"{folder}/pipx/bin:{tools}:/usr/bin:/bin",
            PIPX_HOME=str(folder / "pipx"),
            PIPX_BIN_DIR=str(folder / "pipx/bin"),
            UV_CACHE_DIR=cache,
            UV_PYTHON=None,
            POETRY_VIRTUALENVS_IN_PROJECT="1",
            POETRY_VIRTUALENVS_PREFER_ACTIVE_PYTHON="1",
            PDM_CHECK_UPDATE="0",
            PDM_IGNORE_ACTIVE_VENV="1",
        )
        (folder / "home").mkdir()

    def follow(self, *ids: str, between: str = "") -> None:
        """The commands of these steps, pasted one after another into one shell; ``between``: after the first of them."""
        lines = [line for step in self.steps if step.id in ids for line in step.lines(self.who, Shell())]
        assert lines
        lines[1:1] = [between] if between else []
        done = subprocess.run(
            ["bash", "-euc", "\n".join([f"cd '{self.folder}'", *self.activation(), *lines])],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}\n{done.stderr}"

    def activation(self) -> list[str]:
        """What an earlier step has activated lasts in a shell that stays open."""
        active = any("activate" in str(step.commands) for step in self.steps)
        return [". .venv/bin/activate"] if active and (self.folder / ".venv").exists() else []

    @property
    def python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"

    def ticks(self, python: Path) -> dict[str, bool | None]:
        argv = [sys.executable, "-m", "envdoctor", "guide", "--format", "json", "--gpu", "no", "--level", "advanced"]
        argv += ["--prefer", self.who.prefer, "--python", str(python), "--project", str(self.folder)]
        done = subprocess.run(argv, env=self.environ, cwd=self.folder, capture_output=True, text=True, check=True)
        return {step["id"]: step["done"] for step in json.loads(done.stdout)["today"]["steps"]}

    def imports(self) -> bool:
        done = subprocess.run([self.python, "-c", IMPORT], env=self.environ, capture_output=True, text=True, check=True)
        return done.stdout == "1.0\n"


def is_ready(walk: Walk) -> None:
    """NumPy and SciPy are there, every step is ticked, and no rule has a warning."""
    assert walk.imports()
    after = walk.ticks(walk.python)
    assert set(after.values()) <= {True}, after
    seen = checkup(walk.python.parent.parent, "--project", str(walk.folder), environ=walk.environ)
    assert harm(seen) == []


def test_uvs_route_ends_in_a_project_that_uv_sync_leaves_as_it_is(tmp_path: Path) -> None:
    """Ten seconds, most of them for NumPy and SciPy."""
    walk = Walk(tmp_path, "pip")
    before = walk.ticks(Path(sys.executable))
    assert before.pop("python") is True
    assert True not in before.values()
    script = [line for step in walk.steps if step.id == "project" for line in step.lines(walk.who, Shell())]
    subprocess.run(["bash", "-euc", script[0]], env=walk.environ, cwd=walk.folder, check=True, capture_output=True)
    assert walk.ticks(Path(sys.executable))["project"] is not True
    subprocess.run(["bash", "-euc", script[1]], env=walk.environ, cwd=walk.folder, check=True, capture_output=True)
    listed = packages(walk)
    walk.follow("record")
    assert packages(walk) == listed
    is_ready(walk)


def packages(walk: Walk) -> str:
    argv = [*UV, "pip", "freeze", "--python", str(walk.python)]
    return subprocess.run(argv, env=walk.environ, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize("prefer", ["venv", "poetry", "pdm"])
def test_the_routes_of_other_tools_end_in_an_environment_that_is_well(tmp_path: Path, prefer: str) -> None:
    """About half a minute each: Poetry and PDM are installed by pipx."""
    walk = Walk(tmp_path, prefer)
    ids = [step.id for step in walk.steps]
    before = walk.ticks(Path(sys.executable))
    assert True not in before.values()
    if ids[0] == "tool":
        walk.follow(ids.pop(0))
        assert walk.ticks(Path(sys.executable)) == before | {"tool": True}
    walk.follow(ids[0], between=SIMPLE if prefer == "poetry" else "")
    between = walk.ticks(walk.python)
    assert between[ids[0]] is True
    walk.follow(*ids[1:])
    is_ready(walk)


@pytest.mark.slow
def test_condas_route_ends_in_a_file_that_makes_the_same_set_again(lab: Laboratory, tmp_path: Path) -> None:
    """Two seconds where the laboratory is up. Its Python is the one that its packages are built for."""
    around = ward(lab, tmp_path)
    who = Profile(system="linux", level="advanced", gpu=False, prefer="conda", python=MINOR)
    steps = {step.id: step for step in route(who, "today").steps(who)}
    for name in ("channel", "environment", "record"):
        for argv in argvs(steps[name], who):
            if argv[0] == "conda" and argv[1] != "activate":
                around.conda(*argv[1:], CONDA_ALWAYS_YES="1", CONDA_ENVS_DIRS=str(tmp_path / "envs"))
    written = around.home / "environment.yml"
    around.conda("env", "create", "--file", str(written), "--name", "again", CONDA_ENVS_DIRS=str(tmp_path / "envs"))
    made, again = (contents(around, tmp_path / "envs" / name) for name in ("work", "again"))
    assert made == again
    patient: Patient = patient_at(tmp_path / "envs" / "work")
    seen = around.examine(patient)
    assert harm(seen) == []


def argvs(step: Step, who: Profile) -> list[list[str]]:
    return [line.split() for line in step.lines(who, Shell())]


def contents(around: Any, prefix: Path) -> set[tuple[str, str, str]]:
    listed = json.loads(around.conda("list", "--json", "--prefix", str(prefix)).stdout)
    return {(item["name"], item["version"], item["channel"]) for item in listed}


def test_the_route_of_the_systems_packages_ends_in_an_environment_that_sees_them(tmp_path: Path) -> None:
    """Debian's own packages are there already where the tests run: the first step installs them, as root."""
    if not os.path.exists("/usr/lib/python3/dist-packages/numpy"):
        pytest.skip("Debian's python3-numpy is not installed")
    walk = Walk(tmp_path, "system")
    for name in ("python", "python3"):
        (tmp_path / "tools" / name).unlink()
    walk.follow("rest")
    argv = [str(walk.python), "-c", "import numpy; print(numpy.__file__)"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("/usr/lib/python3/dist-packages/")


def test_the_newest_python_that_is_named_has_wheels_on_pypi() -> None:
    """Three questions to the index."""
    word = f"-cp{newest_with_wheels().replace('.', '')}-"
    for row in table("guide/routes", "wheels", Wheels):
        assert any(word in file and "x86_64" in file for file in files(row.package)), row.package
