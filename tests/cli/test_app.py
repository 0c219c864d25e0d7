"""The command line: what it says no to, and how; the status it leaves with; how its output looks to whom."""

import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envdoctor.cli import app as cli
from envdoctor.cli import group, session
from envdoctor.cli.head_start import HeadStart
from envdoctor.facts import Facts, Missing
from envdoctor.facts.document import dump, record
from envdoctor.probe.choose import Surroundings
from envdoctor.testing import blas, cpu, distribution, facts, openblas, packages
from tests.support.pages import unwrapped
from tests.support.patients import clean_environ

PLAIN = re.compile(r"^envdoctor: [^\n]+\n$")
UNMET = {"packages": packages(distribution("made-up-user", requires=["made-up-dependency>=2"]))}  # PKG001, an error
CROWDED = {"cpu": cpu(64, usable=4, quota=4.0), "blas": blas(openblas(threads=64))}  # THR001, a warning

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in ``tmp_path``, in this process; status, standard output and standard error."""

    def run(*argv: str | Path) -> tuple[int, str, str]:
        around = Surroundings()
        around.cwd, around.home = str(tmp_path), str(tmp_path / "home")
        around.environ = clean_environ(HOME=around.home)
        status = cli.run([str(word) for word in argv], HeadStart([], around))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., Path]:
    """Writes a recording of a healthy patient, less what is said differently."""

    def write(name: str = "patient.json", **sections: Any) -> Path:
        path = tmp_path / name
        path.write_text(dump(record(facts(**sections), "1.0")), encoding="ascii")
        return path

    return write


def spawn(*argv: str, **environ: str | None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "envdoctor", *argv]
    return subprocess.run(command, capture_output=True, text=True, env=clean_environ(**environ), check=False)


# --- wrong usage ---


@pytest.mark.parametrize(
    "line, says",
    [
        ("chekc", "no such command: 'chekc'. Did you mean 'check'?"),
        ("frobnicate", "no such command: 'frobnicate'; `envdoctor --help` shows what there is"),
        ("--frobnicate", "No such option"),
        ("check --frobnicate", "No such option"),
        ("check --fail-no error", "Did you mean"),
        ("check extra", "check extra: no such file or folder"),
        ("check blas", "check blas: no such file or folder; did you mean --select BLA?"),
        ("check --select threads", "no rule is called 'threads'; did you mean THR?"),
        ("explain BLA", "`envdoctor list BLA` shows those that begin with it"),
        ("list nothing-of-the-kind", "no rule has 'nothing-of-the-kind' in its code, name or page"),
        ("schema extra", "Invalid value"),
        ("check --python", "Option '--python' requires an argument"),
        ("check --python nowhere", "--python nowhere: no such file or folder"),
        ("check --python ''", "--python: the path is empty; name an executable, a prefix or a project folder"),
        (
            "check --python .",
            "--python .: this folder holds no Python; name an executable, a prefix or a project folder",
        ),
        ("check --python text", "--python text: not an executable file; name a Python, a prefix or a project folder"),
        ("check --facts nowhere.json", "nowhere.json: No such file or directory"),
        ("check --facts .", ".: Is a directory"),
        ("check --facts text", "text: not JSON: Expecting value: line 1 column 1 (char 0)"),
        ("check --facts old.json", "old.json: schema version 0.1; this envdoctor reads 1.x"),
        (
            "check --facts a --python b",
            "--facts and --python: a recording is a patient of its own; give one of the two",
        ),
        ("check --facts good.json --resolve", "--facts and --resolve: a recording has no pip and no uv that could be"),
        ("check --facts good.json --deep", "--facts and --deep: a recording holds what was read; make it with"),
        ("check --project nowhere", "--project nowhere: no such folder"),
        ("check --project ''", "Invalid value for '--project': the path is empty"),
        ("check --facts ''", "Invalid value for '--facts': the path is empty"),
        ("check --baseline ''", "Invalid value for '--baseline': the path is empty"),
        ("check --write-baseline ''", "Invalid value for '--write-baseline': the path is empty"),
        ("check --fix-script ''", "Invalid value for '--fix-script': the path is empty"),
        ("check --timeout 0", "Invalid value for '--timeout': 0: write a number of seconds above 0"),
        ("check --timeout -3", "Invalid value for '--timeout': -3: write a number of seconds above 0"),
        ("check --timeout nan", "Invalid value for '--timeout': nan: write a number of seconds above 0"),
        ("check --timeout inf", "Invalid value for '--timeout': inf: write a number of seconds above 0"),
        ("check --timeout soon", "Invalid value for '--timeout': 'soon' is not a valid float"),
        ("check --select XYZ123", "--select: no rule is called 'XYZ123'; `envdoctor list` shows all rules"),
        ("check --select ''", "Invalid value for '--select': no rule is named; `envdoctor list` shows all rules"),
        ("check --select ,", "Invalid value for '--select': no rule is named"),
        ("check --ignore BLA0001", "--ignore: no rule is called 'BLA0001'; did you mean BLA001?"),
        ("check --extend-select XYZ123", "--extend-select: no rule is called 'XYZ123'"),
        ("check --extend-ignore XYZ123", "--extend-ignore: no rule is called 'XYZ123'"),
        ("check --ignore ALL", "nothing is selected: --select and --ignore leave no rule"),
        ("check --select BLA --ignore BLA", "nothing is selected: --select and --ignore leave no rule"),
        ("check --fail-on fatal", "Invalid value for '--fail-on': 'fatal' is not one of"),
        ("check --format pdf", "Invalid value for '--format': 'pdf' is not one of"),
        ("check --color sometimes", "Invalid value for '--color': 'sometimes' is not one of"),
        ("check -o report.txt", "'report.txt': write FORMAT=PATH, with a format of "),
        ("check -o pdf=x", "'pdf=x': write FORMAT=PATH, with a format of "),
        ("check -o json=", "'json=': write FORMAT=PATH, with a format of "),
        ("check --facts good.json -o json=no/such/folder", "no/such/folder: No such file or directory"),
        ("info --select BLA", "No such option"),
        ("snapshot --python a --python b", "--python a: no such file or folder"),
        ("diff one", "Missing argument 'B'"),
        ("diff nowhere.json nowhere.json", "nowhere.json: no such file or folder; a recording may be named, too"),
        ("diff text good.json", "text: not JSON: "),
        ("why ./job.log", "why: ./job.log: No such file or directory"),
        ("why /", "why: /: Is a directory"),
        ("explain", "Missing argument 'RULE'"),
        ("explain XYZ123", "explain: no rule is called 'XYZ123'"),
        ("schema everything", "'everything' is not one of 'report', 'recording', 'why'"),
        ("list --format xml", "Invalid value for '--format': 'xml' is not one of"),
        ("check --python 'a\nb'", r"--python a\x0ab: no such file or folder"),
        ("check --facts 'https://ada:pw@example.org/x'", "https://<redacted>@example.org/x: No such file or directory"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_culprit(
    doctor: Run, recorded: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, says: str
) -> None:
    (tmp_path / "text").write_text("", encoding="ascii")
    old = record(facts(), "0") | {"schema_version": "0.1"}
    (tmp_path / "old.json").write_text(dump(old), encoding="ascii")
    recorded("good.json")
    monkeypatch.chdir(tmp_path)
    status, out, err = doctor(*shlex.split(line))
    assert (status, out) == (2, "")
    assert PLAIN.match(err), err
    assert says in err


@pytest.mark.parametrize(
    "text, says",
    [
        ("selct = []", "unknown key 'selct'"),
        ("select = ['XYZ123']", "no rule is called 'XYZ123'"),
        ("[ignore]\nXYZ123 = 'no idea'", "no rule is called 'XYZ123'"),
        ("[ignore]\nBLA001 = ''", 'ignore.BLA001 needs a reason: BLA001 = "why"'),
        ("[ignore]\nBLA001 = { reason = 'x', until = 'soon' }", "'soon' is no date; write 2027-01-31"),
        ("fail-on = 1", "fail-on must be one of"),
        ("select =", "Invalid value"),
    ],
)
@pytest.mark.parametrize("name, table", [("envdoctor.toml", ""), ("pyproject.toml", "tool.envdoctor")])
def test_a_fault_of_the_configuration_is_one_line_that_names_the_file(
    doctor: Run, recorded: Callable[..., Path], tmp_path: Path, name: str, table: str, text: str, says: str
) -> None:
    if table:
        text = f"[{table}]\n" + text.replace("[ignore]", f"[{table}.ignore]")
    (tmp_path / name).write_text(text, encoding="utf-8")
    status, out, err = doctor("check", "--facts", recorded())
    assert (status, out) == (2, "")
    assert PLAIN.match(err), err
    assert err.startswith(f"envdoctor: {tmp_path}/{name}: ")
    assert says in err


# --- statuses ---


@pytest.mark.parametrize(
    "options, sections, status",
    [
        ([], {}, 0),
        ([], UNMET, 1),
        ([], CROWDED, 0),
        (["--fail-on", "warning"], CROWDED, 1),
        (["--fail-on", "never"], UNMET, 0),
        (["--ignore", "PKG001"], UNMET, 0),
        (["--ignore", "PKG"], UNMET, 0),
        (["--select", "BLA"], UNMET, 0),
        (["--select", "PKG001", "--ignore", "PKG"], UNMET, 1),
        ([], {"cpu": Missing("no /proc")}, 0),
        (["--select", "THR001"], {"cpu": Missing("no /proc")}, 3),
        (["--select", "more-threads-than-cpus"], {"cpu": Missing("no /proc")}, 3),
        (["--strict"], {"cpu": Missing("no /proc")}, 3),
        (["--strict"], {"cpu": Missing("no /proc")} | UNMET, 1),
    ],
)
@pytest.mark.parametrize("format_", ["text", "concise", "json"])
def test_the_status_is_the_same_in_every_format(
    doctor: Run, recorded: Callable[..., Path], format_: str, options: list[str], sections: dict[str, Any], status: int
) -> None:
    got, out, err = doctor("check", "--facts", recorded(**sections), "--format", format_, *options)
    assert (got, err) == (status, "")
    if format_ == "json":
        assert json.loads(out)["summary"]["exit_code"] == status


def test_a_fault_of_envdoctors_own_is_4(
    doctor: Run, recorded: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Facts:
        raise ZeroDivisionError("made up")

    monkeypatch.setattr(session, "_load", fail)
    status, out, err = doctor("check", "--facts", recorded())
    assert (status, out) == (4, "")
    assert err == "envdoctor: envdoctor itself failed: ZeroDivisionError: made up (ENVDOCTOR_DEBUG=1 shows where)\n"
    monkeypatch.setenv("ENVDOCTOR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        doctor("check", "--facts", recorded())


def test_an_interrupt_is_130(doctor: Run, recorded: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> Facts:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "_load", interrupt)
    status, out, err = doctor("check", "--facts", recorded())
    assert (status, out, err.strip()) == (130, "", "envdoctor: interrupted")


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_doctor_and_patient(tmp_path: Path, number: signal.Signals, status: int) -> None:
    python, pid = tmp_path / "python", tmp_path / "pid"
    python.write_text(f"#!/bin/sh\necho $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 60\n", encoding="ascii")
    python.chmod(0o755)
    child = subprocess.Popen(
        [sys.executable, "-m", "envdoctor", "check", "--python", str(python), "--timeout", "30"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environ(),
    )
    limit = time.monotonic() + 20
    while not pid.exists() and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(0.3)  # by now it waits for the answer
    child.send_signal(number)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out) == (status, "")
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text(encoding="ascii")), 0)


@pytest.mark.posix
def test_a_signal_that_python_swallows_is_heard_the_second_time() -> None:
    """An exception in a callback of a weak reference, such as importlib's locks have, goes no further."""
    program = """
import time, weakref
from envdoctor import start
from envdoctor.cli import app

def swallow(reference):
    print("here", flush=True)
    time.sleep(0.3)

def run(argv, head):
    class Lock: pass
    lock = Lock()
    reference = weakref.ref(lock, swallow)
    del lock
    while True:
        time.sleep(0.05)

app.run = run
start.main()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", program, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    child.send_signal(signal.SIGTERM)
    _, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (143, "")


def test_several_patients_give_the_worst_status(doctor: Run) -> None:
    status, out, _ = doctor(
        "check", "--python", sys.executable, "--python", sys.executable, "--format", "json", "--fail-on", "never"
    )
    assert status in (0, 3)
    assert len(json.loads(out)["reports"]) == 2


# --- configuration ---


def codes(out: str) -> dict[str, Any]:
    return {finding["code"]: finding["suppressed"] for finding in json.loads(out)["findings"]}


def judged(doctor: Run, path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    status, out, _ = doctor("check", "--facts", path, "--format", "json", *options)
    return status, codes(out)


def test_a_suppression_is_shown_with_its_reason_and_counts_for_nothing(
    doctor: Run, recorded: Callable[..., Path], tmp_path: Path
) -> None:
    path = recorded(**UNMET)
    assert judged(doctor, path)[0] == 1
    (tmp_path / "pyproject.toml").write_text(
        '[tool.envdoctor.ignore]\nPKG001 = { reason = "vendored", until = 2027-01-31 }\n', encoding="utf-8"
    )
    status, found = judged(doctor, path)
    assert status == 0
    assert found["PKG001"] == {"by": "configuration", "reason": "vendored", "until": "2027-01-31"}
    assert "vendored" in doctor("check", "--facts", path)[1]


def test_a_suppression_that_has_ended_is_told(doctor: Run, recorded: Callable[..., Path], tmp_path: Path) -> None:
    text = 'ignore = { PKG = { reason = "vendored", until = 2026-01-31 } }\n'
    (tmp_path / "envdoctor.toml").write_text(text, encoding="utf-8")
    status, out, _ = doctor("check", "--facts", recorded(**UNMET))
    assert status == 1
    assert "PKG was ignored until 2026-01-31; it counts again" in unwrapped(out)


def test_the_command_line_outweighs_the_configuration(
    doctor: Run, recorded: Callable[..., Path], tmp_path: Path
) -> None:
    text = 'fail-on = "warning"\nselect = ["THR001"]\n'
    (tmp_path / "envdoctor.toml").write_text(text, encoding="utf-8")
    path = recorded(**CROWDED, **UNMET)
    assert judged(doctor, path) == (1, {"THR001": None})
    assert judged(doctor, path, "--fail-on", "error") == (0, {"THR001": None})
    assert judged(doctor, path, "--select", "PKG001") == (1, {"PKG001": None})
    assert judged(doctor, path, "--extend-select", "PKG001") == (1, {"THR001": None, "PKG001": None})


def test_another_project_may_be_named(doctor: Run, recorded: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "envdoctor.toml").write_text('ignore = ["PKG001"]\n', encoding="utf-8")
    path = recorded(**UNMET)
    assert judged(doctor, path)[0] == 1
    assert judged(doctor, path, "--project", "elsewhere")[0] == 0


def test_the_nearest_configuration_upwards_counts(doctor: Run, recorded: Callable[..., Path], tmp_path: Path) -> None:
    """``doctor`` runs in ``tmp_path``; the folders below are named as projects, and stand for working directories."""
    path = recorded(**UNMET)
    deep = tmp_path / "project" / "part" / "src"
    deep.mkdir(parents=True)
    ours = (tmp_path / "project", "pyproject.toml", "[tool.envdoctor]\nignore = ['PKG001']\n", 0)
    nearer = (tmp_path / "project" / "part", "envdoctor.toml", "select = ['PKG001']\n", 1)
    silent = (deep, "pyproject.toml", "[project]\nname = 'src'\n", 1)
    assert judged(doctor, path, "--project", str(deep))[0] == 1
    for folder, name, text, status in (ours, nearer, silent):
        (folder / name).write_text(text, encoding="utf-8")
        assert judged(doctor, path, "--project", str(deep))[0] == status, name
    assert judged(doctor, path, "--project", str(deep.parent)) == (1, {"PKG001": None})
    assert judged(doctor, path, "--project", "project")[0] == 0


def test_an_envdoctor_toml_below_the_projects_pyproject_is_heeded(
    recorded: Callable[..., Path], tmp_path: Path
) -> None:
    below = tmp_path / "project" / "notebooks"
    below.mkdir(parents=True)
    (tmp_path / "project" / "pyproject.toml").write_text("[tool.envdoctor]\nfail-on = 'error'\n", encoding="utf-8")
    argv = [sys.executable, "-m", "envdoctor", "check", "--facts", str(recorded(**UNMET))]
    settings = {"cwd": below, "env": clean_environ(HOME=str(tmp_path / "home")), "capture_output": True}
    assert subprocess.run(argv, check=False, **settings).returncode == 1  # type: ignore[call-overload]
    (below / "envdoctor.toml").write_text("fail-on = 'never'\n", encoding="utf-8")
    assert subprocess.run(argv, check=False, **settings).returncode == 0  # type: ignore[call-overload]


def test_homes_configuration_is_for_home_alone(doctor: Run, recorded: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "home" / "project").mkdir(parents=True)
    (tmp_path / "home" / "envdoctor.toml").write_text("ignore = ['PKG001']\n", encoding="utf-8")
    path = recorded(**UNMET)
    assert judged(doctor, path, "--project", "home/project")[0] == 1
    assert judged(doctor, path, "--project", "home")[0] == 0


# --- output ---


def test_reports_go_to_files_too(doctor: Run, recorded: Callable[..., Path], tmp_path: Path) -> None:
    text, document = tmp_path / "a.txt", tmp_path / "a=b.json"
    outputs = ["--format", "concise", "-o", f"text={text}", "--output", f"json={document}"]
    status, out, err = doctor("check", "--facts", recorded(**UNMET), *outputs)
    assert (status, err) == (1, "")
    assert out.startswith("/home/ada/fit/.venv: PKG001 error ")
    assert "1 error: " in text.read_text(encoding="utf-8")
    assert "\x1b" not in text.read_text(encoding="utf-8")
    assert json.loads(document.read_text(encoding="ascii"))["summary"]["exit_code"] == 1


def colored(out: str) -> bool:
    return "\x1b[" in out


COLORS: list[tuple[list[str], dict[str, str], bool]] = [
    ([], {}, False),
    ([], {"FORCE_COLOR": "1"}, True),
    ([], {"FORCE_COLOR": "0"}, False),
    ([], {"CLICOLOR_FORCE": "1"}, True),
    ([], {"NO_COLOR": "1", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
    ([], {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    (["--color", "always"], {"NO_COLOR": "1"}, True),
    (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    (["--color", "auto"], {"FORCE_COLOR": "1"}, True),
]


@pytest.mark.parametrize("options, environ, expected", COLORS)
def test_the_option_outweighs_no_color_outweighs_force_color(
    recorded: Callable[..., Path], options: list[str], environ: dict[str, str], expected: bool
) -> None:
    done = spawn("check", "--facts", str(recorded()), *options, **environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert colored(done.stdout) == expected


@pytest.mark.parametrize("options, environ, expected", COLORS)
def test_pages_are_coloured_alike(options: list[str], environ: dict[str, str], expected: bool) -> None:
    done = spawn("explain", "THR001", *options, **environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert colored(done.stdout) == expected


@pytest.mark.parametrize(
    "environ, expected",
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_on_a_terminal_there_is_colour(recorded: Callable[..., Path], environ: dict[str, str], expected: bool) -> None:
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-m", "envdoctor", "check", "--facts", str(recorded())]
    done = subprocess.run(argv, stdout=theirs, stderr=subprocess.PIPE, env=clean_environ(**environ), check=False)
    os.close(theirs)
    out = os.read(ours, 100_000).decode("utf-8")
    os.close(ours)
    assert (done.returncode, done.stderr) == (0, b"")
    assert colored(out) == expected


@pytest.mark.parametrize("columns, widest", [("40", 40), ("70", 70), ("", 80), ("0", 80), ("²", 80), ("wide", 80)])
def test_columns_tells_the_width(recorded: Callable[..., Path], columns: str, widest: int) -> None:
    done = spawn("check", "--facts", str(recorded(**CROWDED)), "-v", COLUMNS=columns)
    assert (done.returncode, done.stderr) == (0, "")
    lengths = [
        len(line) for line in done.stdout.splitlines() if re.match(r" {13}(?!undo)\S+ ", line)
    ]  # a word alone may be long
    assert widest - 20 < max(lengths) <= widest


def test_ascii_is_ascii(doctor: Run, recorded: Callable[..., Path]) -> None:
    path = recorded(**CROWDED)
    for argv in (["check", "--facts", path, "-v"], ["explain", "THR001"], ["diff", path, path]):
        status, out, _ = doctor(*argv, "--ascii")
        assert status == 0
        assert out.isascii()


# --- the other commands ---


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], *([name, "--help"] for name in group.COMMANDS)])
def test_help_is_a_success_and_fits(doctor: Run, argv: list[str]) -> None:
    status, out, err = doctor(*argv)
    assert (status, err) == (0, "")
    assert out.startswith("Usage: envdoctor")
    assert max(map(len, out.splitlines())) <= 100


def test_the_version_is_told(doctor: Run) -> None:
    status, out, _ = doctor("--version")
    assert status == 0
    assert re.fullmatch(r"envdoctor \d+\.\d+\S*\n", out)


@pytest.mark.parametrize("word", ["THR001", "thr001", "more-threads-than-cpus"])
def test_explain_shows_the_page_of_a_rule(doctor: Run, word: str) -> None:
    status, out, _ = doctor("explain", word)
    assert status == 0
    assert out.startswith("# THR001 more-threads-than-cpus\n")
    assert "## Sources" in out


def test_list_shows_every_rule(doctor: Run) -> None:
    status, out, _ = doctor("list", "--format", "json")
    rows = json.loads(out)
    assert status == 0
    assert [row["code"] for row in rows] == sorted({row["code"] for row in rows})
    assert {"BLA001", "PKG001", "PY013", "THR001"} <= {row["code"] for row in rows}
    lines = doctor("list")[1].splitlines()
    assert [line.split()[0] for line in lines[::2]] == [row["code"] for row in rows]
    assert all(line.startswith("        ") and line.strip() for line in lines[1::2])  # a sentence each
    assert not any("[" in line for line in lines)  # where a rule of another package comes from
    assert sum(len(line) > 80 for line in lines) <= 1  # BLA002 has three statements


@pytest.mark.parametrize(
    ("word", "codes"), [("BLA003", {"BLA003"}), ("slow-blas", {"BLA003"}), ("THR", None), ("reference BLAS", None)]
)
def test_list_shows_the_rules_that_a_word_finds(doctor: Run, word: str, codes: set[str] | None) -> None:
    found = {line.split()[0] for line in doctor("list", word)[1].splitlines()[::2]}
    assert 0 < len(found) < 40
    assert codes is None or found == codes
    assert {row["code"] for row in json.loads(doctor("list", word, "--format", "json")[1])} == found


def test_explain_names_the_severity_and_the_texts_that_people_search_for(doctor: Run) -> None:
    out = doctor("explain", "PKG007")[1]
    assert re.search(r"^Severity: ", out, re.MULTILINE)
    assert re.search(r"^Messages: `", out, re.MULTILINE)


def test_a_path_names_a_patient_as_the_option_does(doctor: Run) -> None:
    one = json.loads(doctor("check", sys.prefix, "--format", "json", "--fail-on", "never")[1])
    other = json.loads(doctor("check", "--python", sys.prefix, "--format", "json", "--fail-on", "never")[1])
    assert one["patient"] == other["patient"]


@pytest.mark.parametrize("what", [[], ["report"], ["recording"]])
def test_schema_prints_a_schema(doctor: Run, what: list[str]) -> None:
    status, out, _ = doctor("schema", *what)
    assert status == 0
    assert json.loads(out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_info_tells_facts_and_judges_nothing(doctor: Run) -> None:
    status, out, err = doctor("info", "--all", "--python", sys.executable)
    assert (status, err) == (0, "")
    assert re.search(r"^interpreter:$", out, re.MULTILINE)
    status, out, _ = doctor("info", "--python", sys.executable, "--format", "json")
    assert status == 0
    assert json.loads(out)["facts"]["interpreter"]["executable"]
    assert "recordings" not in json.loads(out)


def test_what_is_pasted_into_an_issue_is_short_and_is_read_back(doctor: Run, tmp_path: Path) -> None:
    status, out, err = doctor("info", "--python", sys.executable)
    assert (status, err) == (0, "")
    assert len(out.splitlines()) <= 30 and re.search("^Verdict ", out, re.MULTILINE)
    status, out, err = doctor("paste", "--all", "--yes", "--python", sys.executable)
    assert (status, err) == (0, "")
    (tmp_path / "issue.txt").write_text(f"It crashes.\n\n{out}\nThanks!\n", encoding="utf-8")
    status, out, _ = doctor("check", "--facts", tmp_path / "issue.txt", "--format", "json")
    assert status in (0, 1)
    assert json.loads(out)["patient"]["version"] == ".".join(map(str, sys.version_info[:3]))


def test_info_of_several_pythons_is_one_document_of_recordings(doctor: Run, other_python: str) -> None:
    status, out, _ = doctor("info", "--python", sys.executable, "--python", other_python, "--format", "json")
    assert status == 0
    document = json.loads(out)
    assert document.keys() == {"schema_version", "recordings"}
    told = [item["patient"]["version"] for item in document["recordings"]]
    assert told[0] == ".".join(map(str, sys.version_info[:3]))
    prefixes = [item["facts"]["interpreter"]["prefix"] for item in document["recordings"]]
    assert len(told) == 2 and prefixes[0] == sys.prefix != prefixes[1]
    assert "recordings" in doctor("info", "--help")[1]


def test_a_snapshot_is_judged_as_its_patient_is(doctor: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    assert doctor("snapshot", "--python", sys.executable, "-o", mine) == (0, "", "")
    assert json.loads(doctor("snapshot", "--python", sys.executable)[1])["tool"]["name"] == "envdoctor"
    there = json.loads(doctor("check", "--facts", mine, "--format", "json", "--fail-on", "never")[1])
    here = json.loads(doctor("check", "--python", sys.executable, "--format", "json", "--fail-on", "never")[1])
    assert [item["fingerprint"] for item in there["findings"]] == [item["fingerprint"] for item in here["findings"]]


def test_diff_tells_what_differs(doctor: Run, recorded: Callable[..., Path]) -> None:
    one = recorded("one.json", packages=packages(distribution("numpy", "1.0"), distribution("old")), cpu=cpu(4))
    other = recorded("other.json", packages=packages(distribution("numpy", "2.0"), distribution("new")), cpu=cpu(8))
    status, out, _ = doctor("diff", one, other)
    assert status == 0
    lines = out.splitlines()
    assert lines[0].startswith(f"- A  {one}: CPython 3.12.1")
    assert lines[1].startswith(f"+ B  {other}: CPython 3.12.1")
    assert lines[2].startswith("6 differences: packages 3")
    assert lines[3:7] == ["packages", "  + new 1.0", "  ~ numpy 1.0 → 2.0", "  - old 1.0"]
    assert "  ~ logical 4 → 8" in out
    changes = json.loads(doctor("diff", one, other, "--format", "json")[1])["changes"]
    numpy = {"section": "packages", "what": "numpy", "before": "1.0", "after": "2.0"}
    assert any(numpy.items() <= change.items() for change in changes)
    assert doctor("diff", one, one)[1] == "no difference\n"


def test_diff_tells_what_is_wrong_on_one_side_only(doctor: Run, recorded: Callable[..., Path]) -> None:
    well, sick = recorded("well.json"), recorded("sick.json", **UNMET)
    out = doctor("diff", well, sick)[1]
    assert re.search(r"^wrong in B only\n  \+ PKG001 error ", out, re.MULTILINE)
    assert "wrong in A only" not in out
    made = json.loads(doctor("diff", well, sick, "--format", "json")[1])
    assert [item["code"] for item in made["findings"]["after_only"]] == ["PKG001"]
    assert made["findings"]["before_only"] == []


def test_diff_takes_a_recording_and_a_python(doctor: Run, recorded: Callable[..., Path]) -> None:
    status, out, err = doctor("diff", recorded(), sys.executable)
    assert (status, err) == (0, "")
    assert f"  ~ version 3.12.1 → {'.'.join(map(str, sys.version_info[:3]))}" in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    done = spawn(_ENVDOCTOR_COMPLETE=f"{shell}_source")
    assert (done.returncode, done.stderr) == (0, "")
    assert "_ENVDOCTOR_COMPLETE" in done.stdout


def test_completion_knows_commands_and_options() -> None:
    def completed(words: str) -> set[str]:
        environ = {"_ENVDOCTOR_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return {line.partition(",")[2] for line in spawn(**environ).stdout.splitlines()}

    assert completed("envdoctor ") >= {"check", "explain", "diff"}
    assert completed("envdoctor check --fa") >= {"--facts", "--fail-on"}
    assert completed("envdoctor check --fail-on ") == {"error", "warning", "info", "never"}
    assert completed("envdoctor explain PKG00") >= {"PKG001", "PKG002"}
    assert "PY001,BLA002" in completed("envdoctor check --select PY001,bla00")
    assert completed("envdoctor explain interpreter-d") == {"interpreter-does-not-start"}


SHELLS = {
    "bash": "source <(_ENVDOCTOR_COMPLETE=bash_source envdoctor); COMP_WORDS=(envdoctor explain PKG00); COMP_CWORD=2; "
    '_envdoctor_completion envdoctor; printf "%s\\n" "${COMPREPLY[@]}"',
    "fish": '_ENVDOCTOR_COMPLETE=fish_source envdoctor | source; complete -C "envdoctor explain PKG00"',
    "zsh": """zmodload zsh/zpty; zpty z zsh -f; zpty -w z 'PS1=; autoload -U compinit; compinit -u -D'
zpty -w z 'eval "$(_ENVDOCTOR_COMPLETE=zsh_source envdoctor)"; print re''ady'; zpty -r z line '*ready*'
zpty -n -w z $'envdoctor explain PKG00\\t\\t'; zpty -r z line '*PKG001*'; print -r -- $line; zpty -d z""",
}


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes_the_code_of_a_rule(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} here")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environ = {**os.environ, "PATH": path, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    argv = [program, "-c", SHELLS[shell]]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert "PKG001" in done.stdout, done.stdout + done.stderr


# --- files that are none ---


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("check --facts", "pipe: not JSON"),
        ("check --baseline", "pipe: no baseline"),
        ("diff pipe", "pipe: not JSON"),
        ("why", "why: the text is empty"),
    ],
)
def test_a_pipe_that_nobody_writes_to_holds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doctor: Run, line: str, says: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    status, _, said = doctor(*line.split(), "pipe")
    assert (status, says in said) == (2, True), said


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero here")
def test_a_file_without_end_is_refused_before_it_fills_the_memory(doctor: Run) -> None:
    status, _, said = doctor("check", "--facts", "/dev/zero")
    assert (status, said) == (2, "envdoctor: /dev/zero: more than 64 MB; envdoctor writes no such file\n")


def test_what_another_program_writes_into_a_pipe_is_a_recording(doctor: Run, recorded: Callable[..., Path]) -> None:
    there, here = os.pipe()
    writer = subprocess.Popen(["sh", "-c", f"sleep 0.3; cat {shlex.quote(str(recorded()))}"], stdout=here)
    os.close(here)
    status, said, _ = doctor("check", "--facts", f"/dev/fd/{there}", "--format", "concise")
    writer.wait()
    os.close(there)
    assert (status, said) == (0, "")


# --- help ---


@pytest.mark.parametrize("command", ["", *group.COMMANDS])
def test_help_fits_80_columns_and_cuts_nothing_off(monkeypatch: pytest.MonkeyPatch, doctor: Run, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    status, said, _ = doctor(*command.split(), "--help")
    lines = [
        line.replace("[OPTIONS] COMMAND [ARGS]...", "").replace("[TEXT]...", "").replace("COMMAND...", "")
        for line in said.splitlines()
    ]
    assert status == 0
    assert [line for line in lines if len(line) > 80 or "..." in line] == []
