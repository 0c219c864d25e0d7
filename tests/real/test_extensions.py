"""Real wheels: built for NumPy 1 and for NumPy 2, and distributions that overwrite one another."""

from pathlib import Path

import pytest

from tests.support.patients import Patient, checkup, copy_patient, make_venv, remove, run, write

pytestmark = pytest.mark.real

# Releases from before NumPy 2 that have wheels for CPython 3.9 to 3.11, and need no others to be looked at.
OLD = ("bottleneck==1.3.7", "numexpr==2.8.7", "h5py==3.10.0", "pywavelets==1.4.1")
CURRENT = (
    "bottleneck",
    "numexpr",
    "h5py",
    "pywavelets",
    "contourpy",
    "shapely",
    "cftime",
    "pandas",
    "scipy",
    "matplotlib",
)


@pytest.fixture(scope="module")
def for_old_wheels(other_python: str) -> str:
    version = run([other_python, "-I", "-c", "import sys; print(sys.version_info[1])"]).strip()
    if version not in ("9", "10", "11"):
        pytest.skip(f"the wheels from before NumPy 2 are not for Python 3.{version}")
    return other_python


def test_releases_from_before_numpy_2_are_found_and_fail_indeed(for_old_wheels: str, tmp_path: Path) -> None:
    patient = make_venv(for_old_wheels, tmp_path / "old", "numpy>=2", "--no-deps", *OLD)
    failed = run([str(patient.python), "-W", "ignore", "-c", IMPORTS], None).split()
    assert sorted(failed) == ["bottleneck", "h5py", "numexpr", "pywt"]
    seen = checkup(patient, "--select", "PKG007")
    accused = {finding["subject"].lower() for finding in seen.findings("PKG007")}
    assert accused == {name.partition("==")[0] for name in OLD}
    assert seen.changed == []
    deep = checkup(patient, "--select", "PKG007", "--deep")  # each distribution once, with more of its extensions
    assert sorted(finding["subject"].lower() for finding in deep.findings("PKG007")) == sorted(accused)
    (h5py,) = [finding for finding in deep.findings("PKG007") if finding["subject"] == "h5py"]
    assert len(h5py["evidence"]) > 5


IMPORTS = """
import importlib, io, sys
for name in ("bottleneck", "numexpr", "h5py", "pywt"):
    err, sys.stderr = sys.stderr, io.StringIO()
    try: importlib.import_module(name)
    except Exception: print(name)
    sys.stderr = err
"""


def test_current_releases_of_ten_compiled_packages_are_quiet(other_python: str, tmp_path: Path) -> None:
    patient = make_venv(other_python, tmp_path / "new", "numpy>=2", "--no-deps", *CURRENT)
    seen = checkup(patient, "--select", "PKG004,PKG007,PKG008,PKG009")
    assert seen.document["findings"] == []
    assert {check["status"] for check in seen.document["checks"]} == {"passed"}
    built = [item for item in seen.document["facts"]["packages"]["extensions"] if item["numpy"] == 2]
    assert len(built) >= 8  # that many were looked at, and told
    deep = checkup(patient.python, "--select", "PKG004,PKG007,PKG008,PKG009", "--deep")
    assert (deep.status, deep.document["findings"]) == (0, [])
    assert len(deep.document["facts"]["packages"]["extensions"]) > 200


def test_two_distributions_of_one_module_are_found(other_python: str, tmp_path: Path) -> None:
    """PyPI's jwt and PyJWT both bring the package jwt."""
    patient = make_venv(other_python, tmp_path / "pair", "--no-deps", "jwt", "PyJWT")
    finding = checkup(patient, "--select", "PKG008").finding("PKG008")
    assert finding["subject"] == "PyJWT and jwt"
    assert "jwt/exceptions.py" in finding["title"]


def test_a_deleted_extension_and_a_renamed_one_are_found(numpy_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(numpy_template, tmp_path / "patient")
    (extension,) = (patient.site / "numpy" / "_core").glob("_multiarray_umath*.so")
    remove(extension)
    write(patient.site / "~umpy" / "x", "")
    seen = checkup(patient, "--select", "PKG")
    assert f"numpy/_core/{extension.name}" in seen.finding("PKG004")["title"]
    assert "~umpy" in seen.finding("PKG005")["title"]
    assert seen.codes() == {"PKG004", "PKG005"}
