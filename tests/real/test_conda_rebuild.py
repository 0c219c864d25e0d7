"""What the fixes of conda's environments write and make can stand in for the environment: channels, Python, pip's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envdoctor.engine.remedies import ExportEnvironment, NewEnvironment, Recreate, Remedy
from envdoctor.facts.recording import load
from envdoctor.fixes import Toolbox
from envdoctor.fixes.steps import as_json
from tests.support.conda_patients import SCIENCE, Ward, pip_install, ward, wheel
from tests.support.patients import Patient, write
from tests.support.real_conda import Laboratory

pytestmark = pytest.mark.real


@pytest.fixture
def around(lab: Laboratory, tmp_path: Path) -> Ward:
    return ward(lab, tmp_path)


@pytest.fixture
def patient(lab: Laboratory, around: Ward, tmp_path: Path) -> Patient:
    """Packages of three kinds: conda-forge's, bioconda's by ``--channel`` alone, and pip's."""
    # A path as long as this is written on a line of its own.
    here = lab.copy(
        tmp_path / ("a-long-name-" * 6) / "env",
        *SCIENCE,
        "samtools",
        "--channel",
        "conda-forge",
        "--channel",
        "bioconda",
    )
    pip_install(here, "--find-links", str(wheel(tmp_path / "wheels", "cowsay", "6.1").parent), "cowsay")
    return here


def cure(around: Ward, patient: Patient, remedy: Remedy, project: Path | None = None) -> dict[str, Any]:
    """The fix for ``remedy``, as the JSON has it: not every rule speaks in a container, such as tests run in."""
    argv = [sys.executable, "-m", "envdoctor", "info", "--python", str(patient.prefix), "--format", "json"]
    if project:
        argv += ["--project", str(project)]
    environ = around.environ(patient)
    done = subprocess.run(argv, env=environ, cwd=project or around.home, capture_output=True, text=True, check=True)
    fix = Toolbox(load(done.stdout, "info")).fix(remedy, "REP001")
    return {"title": fix.title, "steps": [as_json(step) for step in fix.steps], "patient": fix.patient}


def offline(folder: Path) -> dict[str, str | None]:
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder / "wheels")}


def contents(around: Ward, prefix: Path) -> dict[str, str]:
    """Names and versions, by conda's own list."""
    listed = json.loads(around.conda("list", "--json", "--prefix", str(prefix)).stdout)
    return {item["name"]: item["version"] for item in listed}


def test_what_is_written_down_makes_the_environment_again(around: Ward, patient: Patient, tmp_path: Path) -> None:
    project = tmp_path / "project"
    write(project / "README.md", "")
    around.carry_out(patient, cure(around, patient, ExportEnvironment(), project))
    text = (project / "environment.yml").read_text()
    assert "prefix:" not in text and str(patient.prefix) not in text and "bioconda" in text and "cowsay==6.1" in text
    twin = tmp_path / "twin"
    words = ("env", "create", "--quiet", "--prefix", str(twin), "--file", str(project / "environment.yml"))
    around.conda(*words, check=True, **offline(tmp_path))
    assert contents(around, twin) == contents(around, patient.prefix)


@pytest.mark.slow
def test_an_environment_made_anew_holds_what_was_asked_for(around: Ward, patient: Patient, tmp_path: Path) -> None:
    fix = cure(around, patient, Recreate())
    around.carry_out(patient, fix, **offline(tmp_path))
    made, before = contents(around, Path(fix["patient"])), contents(around, patient.prefix)
    assert {name: made[name] for name in ("python", "pandas", "scipy", "samtools", "cowsay")} == {
        name: before[name] for name in ("python", "pandas", "scipy", "samtools", "cowsay")
    }


@pytest.mark.slow
def test_a_project_s_own_environment_is_of_its_list_or_of_the_python_it_ran_on(lab: Laboratory, tmp_path: Path) -> None:
    base = lab.copy_base(tmp_path / "miniforge3")
    around = ward(lab, tmp_path, base.prefix)
    project = tmp_path / "project"
    write(project / "pyproject.toml", "[project]\nname = 'fit'\nversion = '1'\n")
    around.carry_out(base, cure(around, base, NewEnvironment("an environment for this project alone"), project))
    assert contents(around, project / ".conda")["python"].startswith("3.11.")
    other = tmp_path / "other"
    write(other / "environment.yml", "channels: [conda-forge]\ndependencies: [python=3.11, hdf5]\n")
    around.carry_out(base, cure(around, base, NewEnvironment("an environment for this project alone"), other))
    assert contents(around, other / ".conda")["hdf5"] == "1.14"
