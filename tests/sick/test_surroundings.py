"""Healthy patients in sick surroundings: the working directory, the environment, HOME, permissions."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.patients import (
    NOBODY,
    Patient,
    add_unrelated_fault,
    assert_survived,
    assert_unrelated_fault_found,
    checkup,
    clean_environ,
    make_project,
    make_venv,
    relocate,
    start,
    write,
)

pytestmark = pytest.mark.real

STRAYS = ("json.py", "subprocess.py", "threading.py", "click.py", "ctypes.py", "numpy.py", "sysconfig.py")
SCRIPT = str(Path(sys.executable).with_name("envdoctor"))
DOCTORS = {"module": [sys.executable, "-m", "envdoctor"], "script": [SCRIPT]}


def make_strays(folder: Path) -> Path:
    """Modules that hide the standard library's and others', and end whoever imports them."""
    for name in STRAYS:
        write(folder / name, f"raise SystemExit('a stray {name} was imported')\n")
    return folder


@pytest.mark.parametrize("doctor", DOCTORS.values(), ids=DOCTORS)
def test_stray_modules_in_the_working_directory_are_nobodys_business(
    numpy_patient: Patient, tmp_path: Path, doctor: list[str]
) -> None:
    cwd = make_project(make_strays(tmp_path / "cwd"))
    code = f"import os, sys; os.chdir({str(cwd)!r}); sys.path.insert(0, ''); import json"
    assert "a stray json.py was imported" in start(numpy_patient, code)[1]
    seen = checkup(numpy_patient, doctor=doctor, cwd=cwd)
    assert_survived(seen, status=1, culprit=None)
    assert "stray" not in seen.stderr
    assert starts_normally(seen.document)
    assert {"BLA001", "REP003"} <= seen.codes()
    assert_unrelated_fault_found(seen)


@pytest.mark.parametrize("doctor", DOCTORS.values(), ids=DOCTORS)
def test_stray_modules_on_pythonpath_are_survived_and_told(
    numpy_patient: Patient, tmp_path: Path, doctor: list[str]
) -> None:
    entry = make_strays(tmp_path / "entry")
    assert "a stray json.py was imported" in start(numpy_patient, "import json", PYTHONPATH=str(entry))[1]
    seen = checkup(numpy_patient, doctor=doctor, environ=clean_environ(PYTHONPATH=str(entry)), watch=[entry])
    assert_survived(seen, status=1, culprit=None)
    assert starts_normally(seen.document)
    facts = seen.document["facts"]
    assert facts["environment"]["variables"]["PYTHONPATH"] == str(entry)
    assert str(entry) in facts["interpreter"]["sys_path"]
    assert "BLA001" in seen.codes()
    assert_unrelated_fault_found(seen)


def starts_normally(document: dict[str, dict[str, dict[str, object]]]) -> bool:
    return document["facts"]["start"]["mode"] == "normal"


def test_a_module_on_pythonpath_that_stops_every_python_is_blamed(bare_patient: Patient, tmp_path: Path) -> None:
    """``encodings`` is imported before anything else; envdoctor itself is started with ``-I``."""
    culprit = write(tmp_path / "entry" / "encodings" / "__init__.py", "raise ImportError('not the real encodings')\n")
    environ = clean_environ(PYTHONPATH=str(tmp_path / "entry"))
    assert start(bare_patient, "pass", PYTHONPATH=str(tmp_path / "entry"))[0] == 1
    doctor = [sys.executable, "-I", "-m", "envdoctor"]
    seen = checkup(bare_patient, doctor=doctor, environ=environ, watch=[tmp_path / "entry"])
    assert_survived(seen, status=1, culprit=str(culprit.parents[1]))
    assert seen.finding("PY013")["severity"] == "error"
    assert seen.document["facts"]["start"]["mode"] == "isolated"
    assert_unrelated_fault_found(seen)


def test_a_wrong_pythonhome_is_blamed(bare_patient: Patient, tmp_path: Path) -> None:
    environ = clean_environ(PYTHONHOME=str(tmp_path / "nowhere"))
    assert start(bare_patient, "pass", PYTHONHOME=str(tmp_path / "nowhere"))[0] == 1
    seen = checkup(bare_patient, doctor=[sys.executable, "-I", "-m", "envdoctor"], environ=environ)
    assert_survived(seen, status=1, culprit="PYTHONHOME")
    assert seen.finding("PY013")["severity"] == "error"
    assert seen.document["facts"]["start"]["mode"] == "isolated"
    assert_unrelated_fault_found(seen)


@pytest.mark.parametrize("home", ["nowhere", "a-file", None])
def test_a_home_that_is_not_there_is_no_obstacle(bare_patient: Patient, tmp_path: Path, home: str | None) -> None:
    write(tmp_path / "a-file", "")
    path = None if home is None else str(tmp_path / home)
    seen = checkup(bare_patient, environ=clean_environ(HOME=path), watch=[tmp_path])
    assert_survived(seen, status=1, culprit=None)
    assert_unrelated_fault_found(seen)


def test_a_deleted_working_directory_is_no_obstacle(bare_patient: Patient, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.argv[1], sys.argv[1:])"
    seen = checkup(bare_patient, doctor=[sys.executable, "-c", code, sys.executable, "-m", "envdoctor"], cwd=gone)
    assert not gone.exists()
    seen.changed.remove(str(gone))
    assert_survived(seen, status=1, culprit=None)
    assert_unrelated_fault_found(seen)


# --- permissions: as root everything can be read, so another user looks ---


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user may enter: pytest's own are the owner's alone."""
    folder = Path(tempfile.mkdtemp(prefix="envdoctor-public-"))
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.glob("**/site-packages")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def python_for_anyone(python: str, folder: Path) -> str:
    """``python``, or where only its owner can start it a copy that anyone can."""
    try:
        code = subprocess.run(
            [python, "-I", "-c", "import venv"], user=other_user(), check=False, capture_output=True
        ).returncode
    except PermissionError:
        code = 1
    return python if code == 0 else str(relocate(python, folder))


def other_user() -> int | None:
    return NOBODY if os.geteuid() == 0 else None


def environ_for(*pythons: str) -> dict[str, str]:
    """A relocated Python's shared library is found by the path of its first home, unless it is told."""
    folders = [str(Path(python).parents[1] / "lib") for python in pythons if python.startswith(tempfile.gettempdir())]
    return clean_environ(LD_LIBRARY_PATH=":".join(folders) or None, UV_LINK_MODE="copy")


@pytest.fixture
def doctor_for_anyone(public_folder: Path) -> tuple[list[str], dict[str, str]]:
    """envdoctor installed where every user can read it: its command line and the environment it starts in."""
    python = python_for_anyone(os.path.realpath(sys.executable), public_folder / "own")
    environ = environ_for(python)
    source, root = public_folder / "source", Path(__file__).parents[2]
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        if (root / name).exists():
            shutil.copy2(root / name, source)
    for name in ("src", "checks"):
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    doctor = make_venv(python, public_folder / "doctor", str(source), environ=environ)
    return [str(doctor.python), "-m", "envdoctor"], environ


def test_site_packages_that_cannot_be_read_are_named(
    public_folder: Path, doctor_for_anyone: tuple[list[str], dict[str, str]], other_python: str
) -> None:
    doctor, environ = doctor_for_anyone
    patient = make_venv(python_for_anyone(other_python, public_folder / "other"), public_folder / "patient")
    add_unrelated_fault(patient.site)
    project = make_project(public_folder / "project")
    readable = checkup(patient, doctor=doctor, environ=environ, user=other_user(), cwd=project)
    assert_survived(readable, status=1, culprit="made-up-user")
    patient.site.chmod(0)
    probe = "import os, sys; os.listdir(sys.argv[1])"
    refused = subprocess.run(
        [patient.python, "-I", "-c", probe, patient.site],
        user=other_user(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert "PermissionError" in refused.stderr
    seen = checkup(patient, doctor=doctor, environ=environ, user=other_user(), cwd=project)
    assert_survived(seen, status=1, culprit=str(patient.site))
    outcome = seen.outcome("PKG001")
    assert outcome["status"] == "unknown"
    assert "Permission denied" in outcome["reason"]
    assert "REP003" in seen.codes()  # unrelated


def test_a_home_that_cannot_be_written_is_no_obstacle(
    public_folder: Path, doctor_for_anyone: tuple[list[str], dict[str, str]], other_python: str
) -> None:
    doctor, environ = doctor_for_anyone
    home = public_folder / "home"
    home.mkdir()
    home.chmod(0o555)
    refused = subprocess.run(["touch", str(home / "file")], user=other_user(), check=False, capture_output=True)
    assert refused.returncode == 1
    patient = make_venv(python_for_anyone(other_python, public_folder / "other"), public_folder / "patient")
    add_unrelated_fault(patient.site)
    seen = checkup(patient, doctor=doctor, environ={**environ, "HOME": str(home)}, user=other_user(), watch=[home])
    assert_survived(seen, status=1, culprit="made-up-user")
    assert_unrelated_fault_found(seen)


@pytest.mark.parametrize(
    "variable", ["PYTHONMALLOC=nope", "PYTHONHASHSEED=x", "PYTHONPLATLIBDIR=nowhere", "PYTHONIOENCODING=nope"]
)
def test_a_variable_that_stops_every_python_is_blamed_and_to_be_unset(bare_patient: Patient, variable: str) -> None:
    """envdoctor itself is started with ``-I``."""
    name, _, value = variable.partition("=")
    setting: dict[str, Any] = {name: value}
    assert start(bare_patient, "pass", **setting)[0] != 0
    doctor = [sys.executable, "-I", "-m", "envdoctor"]
    seen = checkup(bare_patient, doctor=doctor, environ=clean_environ(**{name: value}))
    finding = seen.finding("PY013")
    assert finding["subject"] == variable
    assert finding["fixes"][0]["steps"] == [{"unsetenv": [name]}]
