"""The GitHub Action, the template for GitLab and the dev container: their steps' own scripts, run on real environments."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.support.patients import Patient, add_distribution, clean_environ, copy_patient

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(STEP,) = ACTION["runs"]["steps"]
pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform == "win32", reason="the scripts are bash")]


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's folder, in which envdoctor is installed already: this one, as a launcher."""
    launcher = tmp_path / "runner" / "envdoctor" / "bin" / "envdoctor"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m envdoctor "$@"\n')
    launcher.chmod(0o755)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pyproject.toml").write_text('[project]\nname = "fit"\nversion = "1"\ndependencies = []\n')
    return tmp_path


def step(runner: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The action's step with its inputs' defaults and what is given."""
    inputs = {name: str(item["default"]) for name, item in ACTION["inputs"].items()} | given
    environ = clean_environ(
        RUNNER_TEMP=str(runner / "runner"),
        GITHUB_ACTION_PATH=str(ROOT),
        GITHUB_OUTPUT=str(runner / "output"),
        GITHUB_STEP_SUMMARY=str(runner / "summary"),
        HOME=str(runner),
    )
    for variable, expression in STEP["env"].items():
        name = expression.removeprefix("${{ inputs.").removesuffix(" }}")
        environ[variable] = inputs[name]
    return subprocess.run(
        ["bash", "-c", STEP["run"]], cwd=runner / "project", env=environ, capture_output=True, text=True, check=False
    )


def test_every_input_reaches_the_script() -> None:
    used = (ROOT / "ci" / "check.sh").read_text(encoding="utf-8")
    assert {f"INPUT_{name.upper().replace('-', '_')}" for name in ACTION["inputs"]} == set(STEP["env"])
    assert all(variable in used for variable in STEP["env"])


def test_a_fault_is_annotated_summarised_and_written_as_sarif_and_junit(runner: Path, bare_patient: Patient) -> None:
    ended = step(runner, patient=str(bare_patient.prefix), **{"fail-on": "error"})
    assert ended.returncode == 1, ended.stderr
    assert "::error" in ended.stdout and "made-up-dependency" in ended.stdout
    assert "PKG001" in (runner / "summary").read_text(encoding="utf-8")
    sarif = json.loads((runner / "project" / "envdoctor.sarif").read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]][:1] == ["PKG001"]
    suite = ElementTree.parse(runner / "project" / "envdoctor.xml").getroot()
    assert list(suite.iter("failure")) and any("PKG001" in str(case.attrib) for case in suite.iter("testcase"))
    assert (runner / "output").read_text() == "status=1\nsarif=./envdoctor.sarif\n"


def test_a_healthy_environment_is_quiet(runner: Path, bare_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(bare_template, tmp_path / "patient")
    ended = step(runner, patient=str(patient.prefix), output="reports")
    assert ended.returncode == 0, ended.stdout
    assert "::error" not in ended.stdout and "::warning" not in ended.stdout
    assert (runner / "project" / "reports" / "envdoctor.sarif").exists()


def test_rules_and_options_are_passed_on(runner: Path, bare_patient: Patient) -> None:
    assert step(runner, patient=str(bare_patient.prefix), select="BLA,THR").returncode == 0
    assert step(runner, patient=str(bare_patient.prefix), options="--ignore PKG001 --strict").returncode in (0, 3)
    assert step(runner, patient=str(bare_patient.prefix), options="--no-such-option").returncode == 2


def test_gitlabs_job_ends_with_a_junit_report(runner: Path, bare_template: Patient, tmp_path: Path) -> None:
    """Its last command as it stands; the two before it make the environments, which are here already."""
    job = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))["envdoctor"]
    project = runner / "project"
    patient = copy_patient(bare_template, project / ".venv")
    add_distribution(patient.site, "fit", requires=["made-up-dependency"])
    os.symlink(runner / "runner" / "envdoctor", project / ".envdoctor")
    environ = clean_environ(HOME=str(runner), **job["variables"])
    ended = subprocess.run(["bash", "-c", job["script"][-1]], cwd=project, env=environ, check=False)
    assert ended.returncode == 1
    report = job["artifacts"]["reports"]["junit"]
    assert any("PKG001" in str(case.attrib) for case in ElementTree.parse(project / report).getroot().iter("testcase"))


def test_the_dev_container_is_json_and_its_command_examines_its_python() -> None:
    container = json.loads((ROOT / "ci" / "devcontainer.json").read_text(encoding="utf-8"))
    assert 'envdoctor check --python "$(command -v python)"' in container["postCreateCommand"]
