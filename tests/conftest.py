"""Fixtures for all tests: Pythons other than our own, and the environments made of them. None is used unasked."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from patients import Patient, add_unrelated_fault, copy_patient, make_venv, run


@pytest.fixture(scope="session")
def other_python() -> str:
    """A Python (3.9 or later, with venv) whose version and prefix are not those of envdoctor's own interpreter."""
    candidates = ["/usr/bin/python3"]
    candidates += [path for minor in range(9, 16) if (path := shutil.which(f"python3.{minor}"))]
    candidates += [str(path) for path in sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"), reverse=True)]
    for candidate in candidates:
        if os.path.exists(candidate) and _is_another(candidate):
            return candidate
    reason = f"no Python here differs from {sys.version.split()[0]} in {sys.base_prefix}; looked at {', '.join(candidates)}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _is_another(python: str) -> bool:
    code = "import sys, venv; print('%d.%d.%d' % sys.version_info[:3]); print(sys.base_prefix)"
    try:
        version, base = run([python, "-I", "-c", code]).splitlines()
    except AssertionError:  # a pyenv shim without a version behind it, a Python without venv
        return False
    own = "%d.%d.%d" % sys.version_info[:3]
    return version != own and base != sys.base_prefix and tuple(map(int, version.split("."))) >= (3, 9)


@pytest.fixture(scope="session")
def bare_template(other_python: str, tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return make_venv(other_python, tmp_path_factory.mktemp("bare") / "venv")


@pytest.fixture(scope="session")
def numpy_template(other_python: str, tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return make_venv(other_python, tmp_path_factory.mktemp("numpy") / "venv", "numpy", "scipy")


@pytest.fixture
def bare_patient(bare_template: Patient, tmp_path: Path) -> Patient:
    """An environment of its own, without packages but the one that brings the unrelated fault (PKG001)."""
    patient = copy_patient(bare_template, tmp_path / "patient")
    add_unrelated_fault(patient.site)
    return patient


@pytest.fixture
def numpy_patient(numpy_template: Patient, tmp_path: Path) -> Patient:
    """An environment of its own with NumPy, SciPy and the unrelated fault (PKG001)."""
    patient = copy_patient(numpy_template, tmp_path / "patient")
    add_unrelated_fault(patient.site)
    return patient
