"""Patients without a working interpreter: what lies on the disk is examined all the same."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.patients import Checkup, Patient, assert_survived, checkup, make_project, make_venv, start, write

pytestmark = pytest.mark.real


def test_a_venv_whose_base_is_gone_is_named_broken(other_python: str, tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "bin").mkdir(parents=True)
    (base / "bin" / "python3").symlink_to(other_python)
    patient = make_venv(str(base / "bin" / "python3"), tmp_path / "patient", "numpy", "scipy")
    assert os.readlink(patient.prefix / "bin" / "python3") == str(base / "bin" / "python3")
    shutil.rmtree(base)
    with pytest.raises(FileNotFoundError):
        start(patient, "pass")
    seen = checkup(patient)
    assert_survived(seen, status=1, culprit=str(base))
    assert seen.finding("PY008")["severity"] == "error"
    assert seen.document["patient"]["prefix"] == str(patient.prefix)
    assert "BLA001" in seen.codes()  # unrelated: the copies lie on the disk all the same
    assert packages_told(seen) == {"numpy", "scipy"}
    assert seen.outcome("THR001")["status"] == "unknown"


def packages_told(seen: Checkup) -> set[str]:
    return {item["key"] for item in seen.document["facts"]["packages"]["distributions"]}


@pytest.mark.parametrize(
    ("script", "status", "ending"),
    [
        ("sleep 60", None, "no answer"),
        ("exit 3", 3, "status 3"),
        ("head -c 1000000 /dev/urandom; echo garbage", 0, "status 0"),
        ("kill -SEGV $$", -11, "SIGSEGV"),
    ],
    ids=["hangs", "exits-3", "prints-garbage", "crashes"],
)
def test_a_script_that_poses_as_python_is_named(
    bare_patient: Patient, tmp_path: Path, script: str, status: int | None, ending: str
) -> None:
    culprit = write(bare_patient.prefix / "bin" / "python", f"#!/bin/sh\n{script}\n", mode=0o755)
    assert start(bare_patient, "pass", timeout=0.5)[0] == status
    seen = checkup(bare_patient, cwd=make_project(tmp_path / "project"))
    assert_survived(seen, status=1, culprit=str(culprit))
    assert seen.finding("PY013")["severity"] == "error"
    assert ending in seen.accusations()
    assert len(seen.document["facts"]["start"]["attempts"]) == 3
    assert seen.outcome("PKG001")["status"] in ("found", "unknown")
    assert packages_told(seen) == {"made-up-user"}
    assert "REP003" in seen.codes()  # unrelated


def test_concise_gives_the_many_checks_that_a_dead_python_leaves_open_a_line_a_reason(bare_patient: Patient) -> None:
    write(bare_patient.prefix / "bin" / "python", "#!/bin/sh\nexit 3\n", mode=0o755)
    file = bare_patient.prefix.parent / "concise.txt"
    seen = checkup(bare_patient, "-o", f"concise={file}")
    lines = file.read_text().splitlines()
    assert sum(": PY013 error " in line for line in lines) == 1
    told = [line.removeprefix(f"{bare_patient.prefix}: ").split(" ", 2) for line in lines if " unknown " in line]
    open_ = [check for check in seen.document["checks"] if check["status"] == "unknown"]
    assert len(open_) > 20
    reasons = list(dict.fromkeys(check["reason"] for check in open_))
    assert [(word, reason) for _, word, reason in told] == [("unknown", reason) for reason in reasons]
    named = [code for codes, _, _ in told for code in codes.split(",")]
    assert sorted(named) == sorted(code for check in open_ for code in check["codes"])


def test_concise_gives_one_check_that_a_dead_python_leaves_open_its_one_code(bare_patient: Patient) -> None:
    write(bare_patient.prefix / "bin" / "python", "#!/bin/sh\nexit 3\n", mode=0o755)
    file = bare_patient.prefix.parent / "concise.txt"
    seen = checkup(bare_patient, "--select", "THR001", "-o", f"concise={file}")
    reason = seen.outcome("THR001")["reason"]
    assert seen.status == 3
    assert reason and file.read_text() == f"{bare_patient.prefix}: THR001 unknown {reason}\n"


def test_a_script_outside_any_environment_still_gets_a_document(tmp_path: Path) -> None:
    culprit = write(tmp_path / "lonely" / "python", "#!/bin/sh\nexit 3\n", mode=0o755)
    seen = checkup(culprit, cwd=make_project(tmp_path / "project"))
    assert_survived(seen, status=1, culprit=str(culprit))
    assert "PY013" in seen.codes()
    assert "REP003" in seen.codes()


def test_a_text_file_that_poses_as_python_is_named(bare_patient: Patient, tmp_path: Path) -> None:
    culprit = write(bare_patient.prefix / "bin" / "python", "no program\n", mode=0o755)
    with pytest.raises(OSError, match="Exec format error"):
        start(bare_patient, "pass")
    seen = checkup(bare_patient, cwd=make_project(tmp_path / "project"))
    assert_survived(seen, status=1, culprit=str(culprit))
    assert "Exec format error" in seen.accusations()
    assert packages_told(seen) == {"made-up-user"}
    assert "REP003" in seen.codes()  # unrelated


def test_a_venv_that_lost_its_configuration_is_broken_and_the_fix_brings_it_back(
    other_python: str, tmp_path: Path
) -> None:
    patient = make_venv(other_python, tmp_path / "patient")
    write(patient.site / "only_here.py", "")
    (patient.prefix / "pyvenv.cfg").unlink()
    assert start(patient, "import only_here")[0] == 1
    seen = checkup(patient.prefix)
    assert_survived(seen, status=1, culprit=str(patient.prefix))
    found = seen.finding("PY008")
    assert found["fixes"][0]["verify"]["argv"][3] == str(patient.prefix)
    (step,) = found["fixes"][0]["steps"]
    subprocess.run(step["argv"], check=True)
    assert start(patient, "import only_here")[0] == 0
    assert "PY008" not in checkup(patient.prefix).codes()


def test_a_folder_whose_name_holds_a_newline_gives_no_false_alarm(other_python: str, tmp_path: Path) -> None:
    patient = make_venv(other_python, tmp_path / "new\nline", "numpy")
    seen = checkup(patient)
    assert not {"PY011", "BLA001"} & seen.codes()  # neither moved, nor two copies of the one library
    assert seen.outcome("THR001")["status"] == "passed"
