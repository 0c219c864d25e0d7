"""What envdoctor lacks itself (threads, descriptors, memory, processes) is told, and is never the patient's fault."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.engine.selection import UsageError
from envdoctor.fleets.recordings import files
from envdoctor.probe.choose import PatientError, Surroundings, named
from tests.support.patients import clean_environ

pytestmark = pytest.mark.posix


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No project around."""
    monkeypatch.chdir(tmp_path)


def asked(command: str, *words: str) -> tuple[int, str, str]:
    """Status, output and errors of envdoctor under ``command``, which is a shell's and runs ``"$@"``."""
    argv = ["sh", "-c", command, "sh", sys.executable, "-m", "envdoctor", *words]
    done = subprocess.run(argv, capture_output=True, text=True, env=clean_environ(), timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def checked(command: str, patient: str = sys.executable) -> tuple[int, str, str]:
    """The same of a check-up, whose document is JSON."""
    return asked(command, "check", "--python", patient, "--format", "json")


@pytest.mark.real  # 0.4 s each
@pytest.mark.parametrize("limit", ["-n 9", "-n 8"])
def test_without_descriptors_nobody_is_accused(limit: str) -> None:
    status, output, errors = checked(f'ulimit {limit}; exec "$@"')
    document = json.loads(output)
    assert status == 3, errors
    assert document["findings"] == []
    assert document["facts"]["start"]["hindered"] == "envdoctor could start no process: Too many open files"
    assert any("Too many open files" in note for note in document["notes"])


@pytest.mark.real  # 0.3 s each
@pytest.mark.parametrize("words", [["diff", sys.executable, sys.executable], ["snapshot", "--python", sys.executable]])
def test_no_other_command_is_silent_about_what_it_lacked(words: list[str]) -> None:
    status, _, errors = asked('ulimit -n 9; exec "$@"', *words)
    assert status == 3
    assert errors == (
        "envdoctor: envdoctor could start no process: Too many open files: "
        "what is unknown for that is no fault of this Python\n"
    )


@pytest.mark.real  # 0.5 s
def test_with_16_descriptors_all_is_examined() -> None:
    status, output, errors = checked('ulimit -n 16; exec "$@"')
    assert "Too many open files" not in output + errors
    assert json.loads(output)["facts"]["start"]["hindered"] is None
    assert status in (0, 1)


@pytest.mark.real  # 0.2 s
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits it")
def test_too_little_memory_is_one_line() -> None:
    for kilobytes in (45_000, 40_000, 35_000):
        status, output, errors = checked(f'ulimit -v {kilobytes}; exec "$@"')
        assert status != 4, errors
        assert "Traceback" not in errors
        assert "Exception ignored" not in errors
        assert not output or json.loads(output)["findings"] == []


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits it")
@pytest.mark.parametrize("words", [["check"], ["info"], ["snapshot"], ["paste"], ["diff", sys.executable]], ids=str)
def test_no_limit_of_memory_ends_in_a_traceback(words: list[str]) -> None:
    patient = [sys.executable] if words[0] == "diff" else ["--python", sys.executable]
    for kilobytes in range(30_000, 90_000, 5_000):
        status, output, errors = asked(f'ulimit -v {kilobytes}; exec "$@"', *words, *patient)
        assert status in (0, 1, 3), errors
        assert "Traceback" not in errors + output


REFUSED_THREADS = """
import _thread, sys
def refused(function, arguments):
    raise RuntimeError("can't start new thread")
_thread.start_new_thread = refused
from envdoctor.start import main
main()
"""


@pytest.mark.real  # 0.5 s
def test_with_one_thread_all_is_examined_and_it_is_said(tmp_path: Path) -> None:
    script = tmp_path / "one_thread.py"
    script.write_text(REFUSED_THREADS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), "check", "--python", sys.executable, "--format", "json", "--fail-on", "never"],
        capture_output=True,
        text=True,
        env=clean_environ(),
        timeout=60,
        check=False,
    )
    document = json.loads(done.stdout)
    assert done.returncode == 3, done.stderr
    assert document["facts"]["start"]["mode"] == "normal"
    assert "envdoctor could start no thread" in document["notes"][0]


@pytest.mark.real  # 0.2 s
def test_without_a_thread_a_command_is_run_all_the_same(tmp_path: Path) -> None:
    script = tmp_path / "one_thread.py"
    script.write_text(REFUSED_THREADS, encoding="utf-8")
    argv = [sys.executable, str(script), "run", "--", "sh", "-c", "echo out; echo err >&2; exit 5"]
    done = subprocess.run(argv, capture_output=True, text=True, env=clean_environ(), timeout=60, check=False)
    assert (done.returncode, done.stdout) == (5, "out\n")
    assert done.stderr.startswith("err\n")
    assert "Traceback" not in done.stderr


def test_a_path_that_may_not_be_looked_at_is_not_told_as_absent(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(PatientError, match="loop/python: Too many levels of symbolic links"):
        named(str(tmp_path / "loop" / "python"), Surroundings())
    with pytest.raises(PatientError, match="no such file or folder"):
        named(str(tmp_path / "nowhere"), Surroundings())


def test_a_folder_that_may_not_be_read_is_not_told_as_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    with pytest.raises(UsageError, match="no recording in it"):
        files([str(tmp_path)])
    with pytest.raises(PatientError, match="holds no Python"):
        named(str(tmp_path), Surroundings())
    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UsageError, match="Permission denied"):
        files([str(tmp_path)])
    with pytest.raises(PatientError, match="Permission denied"):
        named(str(tmp_path), Surroundings())
