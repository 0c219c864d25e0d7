"""``envdoctor why``: what is taken as text, whom it examines, the status that it leaves with."""

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from envdoctor.cli import app as cli
from envdoctor.cli.head_start import HeadStart
from envdoctor.facts import schema as schemas
from envdoctor.facts.document import dump, record
from envdoctor.probe.choose import Surroundings
from envdoctor.testing import distribution, facts, packages
from tests.support.patients import clean_environ

MISSING = "ModuleNotFoundError: No module named 'zmq'"


class Doctor:
    """Runs command lines in a folder, on a recording of a healthy patient where none is named."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.recording = folder / "patient.json"
        given = facts(packages=packages(distribution("pip")))
        self.recording.write_text(dump(record(given, "1.0")), encoding="ascii")

    def why(self, *argv: str, patient: bool = True) -> tuple[int, str]:
        around = Surroundings()
        around.cwd, around.home = str(self.folder), str(self.folder / "home")
        around.environ = clean_environ(HOME=around.home)
        named = ["--facts", str(self.recording)] if patient else []
        status = cli.run(["why", *argv, *named], HeadStart([], around))
        said = self._capsys.readouterr()
        return status, said.out + said.err


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Doctor:
    return Doctor(tmp_path, capsys)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (MISSING, 0),  # it is not installed here
        ("ImportError: libGL.so.1: cannot open shared object file: No such file or directory", 1),
        ("KeyError: 'temperature'", 3),
    ],
)
def test_the_status_says_whether_it_was_explained_known_or_unknown(doctor: Doctor, text: str, status: int) -> None:
    assert doctor.why(text)[0] == status
    code, said = doctor.why(text, "--format", "json")
    document = json.loads(said)
    jsonschema.validate(document, schemas.why())
    assert code == status
    assert document["status"] == {0: "explained", 1: "known", 3: "unknown"}[status]


@pytest.mark.parametrize(
    "text",
    [
        f"---------------------------------------------------------------------------\n{MISSING}",
        f"--- {MISSING}",
        f"-bash: {MISSING}",
        f"-vh {MISSING}",
        f"--facts: {MISSING}",
    ],
)
def test_a_text_that_begins_with_dashes_is_text(doctor: Doctor, text: str) -> None:
    status, said = doctor.why(text)
    assert (status, "pyzmq" in said) == (0, True), said


def test_an_option_that_there_is_not_is_still_said_to_be_none(doctor: Doctor) -> None:
    status, said = doctor.why(MISSING, "--pyhton", "x", patient=False)
    assert status == 2 and "No such option" in said


def test_options_may_stand_before_and_behind_the_text(doctor: Doctor) -> None:
    assert json.loads(doctor.why("--format", "json", MISSING)[1]) == json.loads(doctor.why(MISSING, "--format=json")[1])
    assert doctor.why("--", "--format json")[0] == 3


def test_words_that_a_shell_has_taken_apart_are_one_text(doctor: Doctor) -> None:
    assert doctor.why(*MISSING.split())[0] == 0


def test_a_file_is_read(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    (doctor.folder / "log.txt").write_text(f"2026-01-31 12:00:00 ERROR {MISSING}\n", encoding="utf-16")
    monkeypatch.chdir(doctor.folder)
    assert doctor.why("log.txt")[0] == 0


def test_standard_input_is_read(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MISSING.encode())))
    assert doctor.why("-")[0] == 0


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero here")
def test_a_file_without_end_is_read_in_part(doctor: Doctor) -> None:
    assert doctor.why("/dev/zero") == (
        2,
        "envdoctor: why: the text is empty; paste an error, name a file, or pipe it in: `envdoctor why -`\n",
    )


def test_a_large_log_is_answered_in_time(doctor: Doctor) -> None:
    log = doctor.folder / "job.log"
    with open(log, "wb") as file:
        for _ in range(25):
            file.write(b"epoch 1 loss 0.5 accuracy 0.9\n" * 66_000)
        file.write(f"Traceback (most recent call last):\n{MISSING}\n".encode())
        for _ in range(2):
            file.write(b"cleaning up\n" * 80_000)
    assert log.stat().st_size > 50_000_000
    began = time.process_time()
    status, said = doctor.why(str(log))
    assert (status, "pyzmq" in said) == (0, True)
    assert time.process_time() - began < 8  # on a slow machine; below 2 s as a rule


def test_what_is_said_to_programs_is_redacted(doctor: Doctor) -> None:
    home = doctor.folder / "home"
    _, said = doctor.why(f'File "{home}/x.py", line 3, in f\n{MISSING} {home}/secret', "--format", "json")
    assert str(home) not in said


def test_the_environment_that_the_text_comes_from_is_examined(doctor: Doctor) -> None:
    prefix = Path(sys.prefix)
    version = f"python3.{sys.version_info[1]}"
    text = f'  File "{prefix}/lib/{version}/site-packages/x/y.py", line 3, in f\n{MISSING}'
    _, said = doctor.why(text, patient=False)
    assert f"The text comes from {prefix}, so that environment was examined." in " ".join(said.split())


def test_an_environment_that_others_may_change_is_not_started(doctor: Doctor) -> None:
    prefix = doctor.folder / "evil"
    (prefix / "bin").mkdir(parents=True)
    python = prefix / "bin" / "python"
    python.write_text(f"#!/bin/sh\ntouch {doctor.folder}/started\n")
    python.chmod(0o755)
    prefix.chmod(0o777)
    text = f'  File "{prefix}/lib/python3.11/site-packages/x.py", line 3, in f\n{MISSING}'
    _, said = doctor.why(text, patient=False)
    assert not (doctor.folder / "started").exists()
    assert f"add: --python {prefix}" in said.replace("\n", " ")


def test_an_environment_that_is_not_here_is_said_not_to_be(doctor: Doctor) -> None:
    text = f'  File "/nowhere/lib/python3.11/site-packages/x.py", line 3, in f\n{MISSING}'
    status, said = doctor.why(text)
    assert status == 1
    assert "The text comes from another environment: /nowhere." in said


def test_the_schema_is_printed() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "envdoctor", "schema", "why"], capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == schemas.why()
