"""Patients that are sick from their first moment: ``sitecustomize`` and executable ``.pth`` files."""

import os
import sys
from pathlib import Path

import pytest
from tests.support.patients import (
    Checkup,
    Patient,
    add_distribution,
    assert_survived,
    assert_unrelated_fault_found,
    checkup,
    clean_environ,
    make_project,
    processes_holding,
    run,
    start,
    write,
)

from envdoctor.probe.subreaper import children

pytestmark = pytest.mark.real

HANG = "import time\ntime.sleep(60)\n"


def starts_as(seen: Checkup) -> str:
    """The mode in which the patient answered; the prefix must be the environment's in every one."""
    mode = seen.document["facts"]["start"]["mode"]
    assert isinstance(mode, str)
    return mode


def assert_start_is_blamed_on(seen: Checkup, patient: Patient, culprit: Path) -> None:
    """PY013 names ``culprit``, and what lies in the environment was examined all the same."""
    assert_survived(seen, status=1, culprit=culprit.name)
    finding = seen.finding("PY013")
    assert finding["severity"] == "error"
    assert str(culprit) in finding["subject"] + "".join(row["value"] for row in finding["evidence"])
    assert str(culprit) in seen.document["facts"]["start"]["culprits"]
    assert seen.document["patient"]["prefix"] == str(patient.prefix)
    assert seen.document["patient"]["version"] in start(patient, "import sys; print(sys.version)", "-I", "-S")[1]
    assert_unrelated_fault_found(seen)


# --- sitecustomize ---


def test_a_sitecustomize_that_prints_changes_nothing(bare_patient: Patient) -> None:
    write(bare_patient.site / "sitecustomize.py", "print('hello from sitecustomize')\n")
    assert "hello from sitecustomize" in start(bare_patient, "pass")[1]
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    assert seen.codes() == {"PKG001"}
    assert starts_as(seen) == "normal"
    assert_unrelated_fault_found(seen)


def test_a_sitecustomize_that_prints_twenty_megabytes_does_not_drown_the_answer(bare_patient: Patient) -> None:
    write(bare_patient.site / "sitecustomize.py", "print('x' * 20_000_000)\n")
    status, said = start(bare_patient, "print('alive')")
    assert status == 0
    assert len(said) > 20_000_000
    assert said.endswith("alive\n")
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    assert len(seen.stdout) < 1_000_000
    assert starts_as(seen) == "normal"
    assert seen.codes() == {"PKG001"}
    assert_unrelated_fault_found(seen)


def test_a_sitecustomize_that_prints_without_end_is_blamed(bare_patient: Patient) -> None:
    culprit = write(bare_patient.site / "sitecustomize.py", "while True: print('x' * 1_000_000)\n")
    assert start(bare_patient, "pass", timeout=0.5)[0] is None
    assert_start_is_blamed_on(checkup(bare_patient), bare_patient, culprit)


def test_fences_that_only_look_like_ours_are_no_answer(bare_patient: Patient) -> None:
    fence = "envdoctor-0123456789abcdef01234567:"
    lie = fence + '{"section":"collector","value":{"prefix":"/forged"}}' + fence
    write(bare_patient.site / "sitecustomize.py", f"print({lie!r})\nprint({fence!r})\n")
    assert "/forged" in start(bare_patient, "pass")[1]
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    assert seen.codes() == {"PKG001"}
    assert seen.document["patient"]["prefix"] == str(bare_patient.prefix)
    assert "/forged" not in seen.stdout
    assert_unrelated_fault_found(seen)


@pytest.mark.parametrize(
    "lie",
    [
        'c + \'{"section":"collector","value":{}}\' + c',
        'c + \'{"section":"collector","value":{"prefix":3,"sys_path":"/forged","config":null}}\' + c',
        "c + '[' * 100_000 + c",
        'c + \'{"section":"collector","value":{"prefix":"\' + chr(92) + \'ud800"}}\' + c',
        "c",
    ],
    ids=["empty", "of-wrong-types", "too-deep", "surrogate", "half"],
)
def test_a_forged_answer_within_our_own_fence_breaks_nothing(bare_patient: Patient, tmp_path: Path, lie: str) -> None:
    """``sys.orig_argv`` (3.10) tells the cookie before the collector runs."""
    source = (
        f"import sys\nfor c in sys.orig_argv:\n    if c.startswith('envdoctor-'):\n        print({lie}, flush=True)\n"
    )
    write(bare_patient.site / "sitecustomize.py", source)
    assert "envdoctor-made-up" in start(bare_patient, "pass", "-X", "envdoctor-made-up")[1]
    seen = checkup(bare_patient, cwd=make_project(tmp_path / "project"))
    outcome = seen.outcome("PKG001")["status"]
    assert outcome in ("found", "unknown")  # not believed, never a pass
    assert_survived(seen, status=1 if outcome == "found" else 0, culprit=None)
    assert seen.document["patient"]["prefix"] == str(bare_patient.prefix)
    assert "/forged" not in seen.text
    assert "REP003" in seen.codes()  # unrelated


def test_a_sitecustomize_that_raises_is_named_and_changes_nothing_else(bare_patient: Patient) -> None:
    """`site` prints the error and goes on (CPython, Lib/site.py, execsitecustomize)."""
    culprit = write(bare_patient.site / "sitecustomize.py", "raise RuntimeError('from sitecustomize')\n")
    status, said = start(bare_patient, "print('alive')")
    assert status == 0
    assert "from sitecustomize" in said
    assert "alive" in said
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    assert seen.codes() == {"PKG001", "PY013"}
    assert (seen.finding("PY013")["severity"], seen.finding("PY013")["subject"]) == ("warning", str(culprit))
    assert "RuntimeError: from sitecustomize" in seen.finding("PY013")["title"]
    assert starts_as(seen) == "normal"
    assert_unrelated_fault_found(seen)


def test_a_sitecustomize_that_hangs_is_blamed(bare_patient: Patient) -> None:
    culprit = write(bare_patient.site / "sitecustomize.py", HANG)
    assert start(bare_patient, "pass", timeout=0.5)[0] is None
    seen = checkup(bare_patient)
    assert_start_is_blamed_on(seen, bare_patient, culprit)
    assert starts_as(seen) == "isolated-without-site"
    assert "no answer" in seen.accusations()


def test_a_sitecustomize_that_exits_is_blamed(bare_patient: Patient) -> None:
    culprit = write(bare_patient.site / "sitecustomize.py", "import os\nos._exit(0)\n")
    assert start(bare_patient, "print('alive')", "-I") == (0, "")
    seen = checkup(bare_patient)
    assert_start_is_blamed_on(seen, bare_patient, culprit)
    assert starts_as(seen) == "isolated-without-site"


def test_a_sitecustomize_on_pythonpath_is_blamed_and_the_entry_named(bare_patient: Patient, tmp_path: Path) -> None:
    """envdoctor itself is started with ``-I``: the same PYTHONPATH would end any Python."""
    culprit = write(tmp_path / "entry" / "sitecustomize.py", "import os\nos._exit(0)\n")
    environ = clean_environ(PYTHONPATH=str(culprit.parent))
    assert start(bare_patient, "print('alive')", PYTHONPATH=str(culprit.parent)) == (0, "")
    assert start(bare_patient, "print('alive')", "-I", PYTHONPATH=str(culprit.parent)) == (0, "alive\n")
    doctor = [sys.executable, "-I", "-m", "envdoctor"]
    seen = checkup(bare_patient, environ=environ, doctor=doctor, watch=[culprit.parent])
    assert_start_is_blamed_on(seen, bare_patient, culprit)
    assert starts_as(seen) == "isolated"
    first, second = seen.finding("PY013")["fixes"]
    assert first["steps"] == [{"unsetenv": ["PYTHONPATH"]}]
    assert str(culprit) in second["title"]


def test_a_usercustomize_is_blamed(other_python: str, tmp_path: Path) -> None:
    """A Python without an environment around it reads the user's site-packages as well."""
    home = tmp_path / "home"
    user_site = run(
        [other_python, "-c", "import site; print(site.getusersitepackages())"], clean_environ(HOME=str(home))
    )
    culprit = write(Path(user_site.strip()) / "usercustomize.py", "import os\nos._exit(5)\n")
    patient = Patient(prefix=home, python=Path(other_python), site=culprit.parent)
    assert start(patient, "print('alive')", HOME=str(home)) == (5, "")
    assert start(patient, "print('alive')", "-I", HOME=str(home)) == (0, "alive\n")
    seen = checkup(patient, environ=clean_environ(HOME=str(home)), cwd=make_project(tmp_path / "project"))
    assert_survived(seen, status=1, culprit=str(culprit))
    assert seen.finding("PY013")["severity"] == "error"
    assert starts_as(seen) == "isolated"
    assert "REP003" in seen.codes()  # unrelated
    assert "PYTHONPATH" not in str(seen.finding("PY013")["fixes"])


def test_an_exit_handler_that_hangs_is_not_waited_for(bare_patient: Patient) -> None:
    write(bare_patient.site / "sitecustomize.py", "import atexit, time\natexit.register(time.sleep, 60)\n")
    assert start(bare_patient, "pass", timeout=0.5)[0] is None
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    assert seen.seconds < 15  # of the 60 that it takes
    assert seen.codes() == {"PKG001"}
    assert_unrelated_fault_found(seen)


# --- .pth ---


@pytest.mark.parametrize(
    ("source", "status", "ending"),
    [
        (HANG, None, "no answer"),
        ("import os\nos.abort()\n", -6, "SIGABRT"),
        ("raise SystemExit(0)\n", 1, "status 1"),  # "Failed to import the site module"
        ("import os\nos._exit(0)\n", 0, "status 0"),
    ],
    ids=["hangs", "aborts", "raises-SystemExit", "exits"],
)
def test_a_package_that_a_pth_file_imports_is_blamed(
    bare_patient: Patient, source: str, status: int | None, ending: str
) -> None:
    add_distribution(bare_patient.site, "deadly", modules={"deadly.py": source})
    culprit = write(bare_patient.site / "deadly-start.pth", "import deadly\n")
    assert start(bare_patient, "print('alive')", "-I", timeout=0.7)[0] == status
    seen = checkup(bare_patient)
    assert_start_is_blamed_on(seen, bare_patient, culprit)
    assert starts_as(seen) == "isolated-without-site"
    assert ending in seen.accusations()
    assert "hangs" not in seen.accusations() or status is None


def test_a_pth_file_that_exits_is_blamed_and_a_plain_one_is_not(bare_patient: Patient) -> None:
    culprit = write(bare_patient.site / "exit.pth", "import os; os._exit(3)\n")
    write(bare_patient.site / "plain.pth", "# a comment\n/nowhere/made-up\n")
    assert start(bare_patient, "print('alive')", "-I") == (3, "")
    seen = checkup(bare_patient)
    assert_start_is_blamed_on(seen, bare_patient, culprit)
    assert starts_as(seen) == "isolated-without-site"
    assert "plain.pth" not in seen.accusations()


# --- grandchildren ---

GRANDCHILD = "import subprocess\nsubprocess.Popen(['sleep', '30'])\n"


@pytest.mark.parametrize("ending", ["", "import os\nos._exit(0)\n"], ids=["and-goes-on", "and-exits"])
def test_a_grandchild_that_keeps_stdout_open_holds_nobody(bare_patient: Patient, ending: str) -> None:
    write(bare_patient.site / "sitecustomize.py", GRANDCHILD + ending)
    assert start(bare_patient, "pass", timeout=0.5)[0] is None  # communicate() waits for it, and so would we
    assert not processes_holding(str(bare_patient.prefix))
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit="sitecustomize" if ending else None)
    assert seen.seconds < 15  # of the 30 that the grandchild lives
    assert starts_as(seen) == ("isolated-without-site" if ending else "normal")
    assert_unrelated_fault_found(seen)


def test_a_pth_file_whose_module_is_gone_is_named(bare_patient: Patient) -> None:
    """What a removed distribution leaves behind; CPython prints the error and goes on (Lib/site.py, addpackage)."""
    culprit = write(bare_patient.site / "left.pth", "import nowhere_to_be_found\n")
    assert "nowhere_to_be_found" in start(bare_patient, "pass")[1]
    finding = checkup(bare_patient).finding("PY013")
    assert (finding["severity"], finding["subject"]) == ("warning", str(culprit))
    assert "No module named 'nowhere_to_be_found'" in finding["title"]


def test_a_configuration_that_is_no_text_is_the_culprit_and_the_packages_stay(bare_patient: Patient) -> None:
    write(bare_patient.prefix / "pyvenv.cfg", b"\xff\xfe\x00")
    assert start(bare_patient, "pass")[0] == 1
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    finding = seen.finding("PY008")
    assert finding["evidence"][0]["label"] == str(bare_patient.prefix / "pyvenv.cfg")
    assert "--clear" not in finding["fixes"][0]["title"]


# --- what outlives its parent ---

DAEMON = """import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "{seconds}"])
    os._exit(0)
"""


@pytest.mark.skipif(children() is None, reason="the system does not tell a process's children")
def test_a_daemon_that_the_start_up_leaves_behind_is_ended(bare_patient: Patient) -> None:
    """It has left the patient's session, so that killing the process group misses it."""
    write(bare_patient.site / "sitecustomize.py", DAEMON.format(seconds="61.25"))
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    assert processes_holding("61.25") == []


@pytest.mark.skipif(children() is None, reason="the system does not tell a process's children")
def test_children_from_before_are_left_alone(bare_patient: Patient) -> None:
    """``exec`` hands the shell's background jobs to envdoctor as its own children."""
    doctor = ["/bin/sh", "-c", '/bin/sleep 62.25 >/dev/null 2>&1 & exec "$@"', "sh", sys.executable, "-m", "envdoctor"]
    checkup(bare_patient, doctor=doctor)
    left = processes_holding("62.25")
    for line in left:
        os.kill(int(line.split()[0]), 9)
    assert len(left) == 1
