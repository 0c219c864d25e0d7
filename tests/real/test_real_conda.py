"""Environments that conda itself has made, and rattler, which keeps its records in another dialect: all are healthy."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.laboratory import BIOCONDA, CONDA_FORGE, install
from tests.support.patients import Checkup, Patient, checkup, patient_at
from tests.support.real_conda import VERSION, Laboratory

pytestmark = pytest.mark.real

SCIENCE = ("python", "pandas", "scipy", "pip")


def examine(lab: Laboratory, patient: Patient, *args: str, base: Path | None = None, **variables: str) -> Checkup:
    """A check-up as in a shell where the patient is active, by the conda that made it."""
    home = patient.prefix.parent / "home"
    home.mkdir(exist_ok=True)
    return checkup(patient, *args, environ=lab.environ(home, base, patient.prefix, **variables))


def harm(seen: Checkup) -> list[str]:
    """All findings above info."""
    return [f"{item['code']} {item['title']}" for item in seen.document["findings"] if item["severity"] != "info"]


def test_a_fresh_installation_is_healthy(lab: Laboratory, tmp_path: Path) -> None:
    patient = lab.copy_base(tmp_path / "miniforge3")
    seen = examine(lab, patient, base=patient.prefix)
    assert harm(seen) == []
    conda = seen.document["facts"]["conda"]
    assert conda["is_base"] and conda["flavour"] == "miniforge" and conda["version"] == VERSION
    assert conda["base"]["added"] == [] and len(conda["records"]) > 25 and conda["damaged"] == []
    assert seen.changed == []


@pytest.mark.parametrize(
    "words",
    [
        SCIENCE,
        ("python", "samtools", "numpy", "--channel", "bioconda", "--channel", "conda-forge"),
        ("python", "lab-tool", "lab-plugin"),
        ("python=3.10", "pip"),
        ("python", "font-data", "hdf5", "seaborn"),
    ],
    ids=["science", "bioconda", "noarch", "another-python", "generic"],
)
def test_environments_that_conda_makes_are_healthy(lab: Laboratory, tmp_path: Path, words: tuple[str, ...]) -> None:
    patient = lab.copy(tmp_path / "env", *words)
    seen = examine(lab, patient, "--deep")
    # The laboratory's Python is Debian's, which sees the NumPy of the machine where there is one.
    assert [item for item in harm(seen) if not item.startswith("BLA003")] == []
    conda = seen.document["facts"]["conda"]
    assert conda["is_environment"] and not conda["is_base"] and conda["root_prefix"] == str(lab.base)
    assert conda["damaged"] == [] and conda["overlaps"] == [] and conda["unreadable"] == {}


def test_conda_writes_the_packages_own_paths_and_rattler_those_in_the_prefix(lab: Laboratory, tmp_path: Path) -> None:
    mine = lab.copy(tmp_path / "conda" / "env", "python", "lab-tool")
    theirs = by_rattler(lab, tmp_path / "rattler" / "env", "python", "lab-tool", "pip")
    written = {}
    for maker, prefix in (("conda", mine.prefix), ("rattler", theirs.prefix)):
        (record,) = prefix.glob("conda-meta/lab-tool-*.json")
        written[maker] = {entry["_path"] for entry in json.loads(record.read_text())["paths_data"]["paths"]}
        assert (prefix / "bin" / "lab-tool").exists() and (prefix / "bin" / "lab-script").exists()
    assert "site-packages/lab_tool_cli.py" in written["conda"] and "python-scripts/lab-script" in written["conda"]
    assert "lib/python3.11/site-packages/lab_tool_cli.py" in written["rattler"]
    assert harm(examine(lab, theirs, "--deep")) == []


@pytest.mark.parametrize("words", [("python", "pandas", "pip"), ("python", "hdf5", "pip")], ids=["science", "plain"])
def test_environments_that_rattler_makes_are_healthy(lab: Laboratory, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert harm(examine(lab, by_rattler(lab, tmp_path / "env", *words), "--deep")) == []


def test_an_environment_in_an_environment_and_a_clone_are_healthy(lab: Laboratory, tmp_path: Path) -> None:
    outer = lab.copy(tmp_path / "env", *SCIENCE)
    inner = lab.create(outer.prefix / "envs" / "inner", "--clone", str(outer.prefix))
    assert harm(examine(lab, inner)) == []
    shutil.rmtree(outer.prefix / "envs" / "home", ignore_errors=True)
    assert harm(examine(lab, outer)) == []


def by_rattler(lab: Laboratory, prefix: Path, *specs: str) -> Patient:
    """An environment that rattler makes of the same channels."""
    wanted = {CONDA_FORGE: specs, BIOCONDA: ()}
    return patient_at(install(prefix, lab.channels, wanted, cache=lab.folder / "rattler", indexed=True))
