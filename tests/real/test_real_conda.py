"""Environments that conda itself has made, and rattler, which keeps its records in another dialect: all are healthy."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.conda_patients import harm, made
from tests.support.patients import Checkup, Patient, checkup
from tests.support.real_conda import VERSION, Laboratory

pytestmark = pytest.mark.real

SCIENCE = ("python", "pandas", "scipy", "pip")


def examine(lab: Laboratory, patient: Patient, *args: str, base: Path | None = None, **variables: str) -> Checkup:
    """A check-up as in a shell where the patient is active, by the conda that made it."""
    home = patient.prefix.parent / "home"
    home.mkdir(exist_ok=True)
    return checkup(patient, *args, environ=lab.environ(home, base, patient.prefix, **variables))


def test_a_fresh_installation_is_healthy(lab: Laboratory, tmp_path: Path) -> None:
    patient = lab.copy_base(tmp_path / "miniforge3")
    seen = examine(lab, patient, base=patient.prefix)
    assert harm(seen) == []
    conda = seen.document["facts"]["conda"]
    assert conda["is_base"] and conda["flavour"] == "miniforge" and conda["version"] == VERSION
    assert conda["base"]["added"] == [] and len(conda["records"]) > 25 and conda["damaged"] == []
    assert seen.changed == []


Make = Callable[[Laboratory, Path], Patient]


def by_conda(*words: str) -> Make:
    return lambda lab, folder: lab.copy(folder / "env", *words)


def of_rattlers(*words: str) -> Make:
    return lambda lab, folder: made(lab, "rattler", folder / "env", *words)


def nested(lab: Laboratory, folder: Path) -> Patient:
    outer = lab.copy(folder / "outer", *SCIENCE)
    return lab.copy(outer.prefix / "envs" / "inner", "python", "lab-tool", "lab-plugin")


def cloned(lab: Laboratory, folder: Path) -> Patient:
    return lab.create(folder / "clone", "--clone", str(lab.template(*SCIENCE)))


HEALTHY: dict[str, Make] = {
    "science by conda": by_conda(*SCIENCE),
    "bioconda by conda": by_conda("python", "samtools", "numpy", "--channel", "bioconda", "--channel", "conda-forge"),
    "noarch by conda": by_conda("python", "lab-tool", "lab-plugin"),
    "another Python by conda": by_conda("python=3.10", "pip"),
    "generic by conda": by_conda("python", "font-data", "hdf5", "seaborn"),
    "science by rattler": of_rattlers(*SCIENCE),
    "plain by rattler": of_rattlers("python", "hdf5", "pandas", "pip"),
    "in another environment": nested,
    "cloned by conda": cloned,
}


@pytest.mark.parametrize("make", HEALTHY.values(), ids=list(HEALTHY))
def test_what_conda_and_rattler_make_is_healthy(lab: Laboratory, tmp_path: Path, make: Make) -> None:
    patient = make(lab, tmp_path)
    seen = examine(lab, patient, "--deep")
    # The other Python runs Debian's, which sees the NumPy of the machine where there is one.
    own = [item for item in harm(seen) if make is not HEALTHY["another Python by conda"] or "BLA003" not in item]
    assert own == []
    conda = seen.document["facts"]["conda"]
    assert conda["is_environment"] and not conda["is_base"]
    assert conda["damaged"] == [] and conda["overlaps"] == [] and conda["unreadable"] == {}


def test_conda_writes_the_packages_own_paths_and_rattler_those_in_the_prefix(lab: Laboratory, tmp_path: Path) -> None:
    mine = lab.copy(tmp_path / "conda" / "env", "python", "lab-tool")
    theirs = made(lab, "rattler", tmp_path / "rattler" / "env", *SCIENCE)
    written = {}
    for maker, prefix in (("conda", mine.prefix), ("rattler", theirs.prefix)):
        (record,) = prefix.glob("conda-meta/lab-tool-*.json")
        written[maker] = {entry["_path"] for entry in json.loads(record.read_text())["paths_data"]["paths"]}
        assert (prefix / "bin" / "lab-tool").exists() and (prefix / "bin" / "lab-script").exists()
    assert "site-packages/lab_tool_cli.py" in written["conda"] and "python-scripts/lab-script" in written["conda"]
    assert "lib/python3.11/site-packages/lab_tool_cli.py" in written["rattler"]
