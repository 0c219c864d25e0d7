"""Hostile words at the seams to other programs: conda's plug-in, pytest's and the MCP server."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from envdoctor.integrations import conda, pytest_plugin
from tests.support.patients import clean_environ, write

EVIL = "x\x1b[2J\u202e\n::warning::y\x07"
SHOWN = ("\x1b", "\u202e", "\x07")


def finding(**words: str) -> dict[str, Any]:
    return {"severity": "error", "code": "CON001", "title": "t", "fixes": [{"title": "f"}]} | words


@pytest.mark.parametrize(
    ("stdout", "stderr", "said"),
    [
        (json.dumps({"findings": [finding(title=EVIL)]}), "", "CON001"),
        (json.dumps({"findings": [finding(fixes=[{"title": EVIL}])]}), "", "CON001"),  # type: ignore[arg-type]
        ("no JSON", f"words\n{EVIL}", "could not be checked"),
        ("[]", "", "could not be checked"),
        (json.dumps({"findings": [{}]}), "", "could not be checked"),
        (json.dumps({"findings": 7}), "", "could not be checked"),
    ],
)
def test_conda_doctor_shows_no_control_character(
    stdout: str, stderr: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = SimpleNamespace(stdout=stdout, stderr=stderr)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: done)
    conda.report(f"/envs/my env; {EVIL}")
    shown = capsys.readouterr().out
    assert said in shown
    assert not [mark for mark in SHOWN if mark in shown]
    assert not [line for line in shown.splitlines() if line.startswith("::")]
    if "--python" in shown:
        assert "--python '/envs/my env; x" in shown


class Terminal:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def section(self, title: str) -> None:
        self.lines.append(title)

    def write_line(self, line: str) -> None:
        self.lines.append(line)


def failed(doctor: pytest_plugin.Doctor, text: str) -> None:
    doctor.pytest_runtest_logreport(SimpleNamespace(failed=True, longrepr=text))  # type: ignore[arg-type]


def test_of_a_thousand_failing_imports_a_few_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def explained(text: str) -> str:
        asked.append(text)
        return "the same words"

    monkeypatch.setattr("envdoctor.integrations.notebook.explained", explained)
    doctor = pytest_plugin.Doctor()
    for number in range(1000):
        failed(doctor, f"ImportError: {number} {'x' * 200_000 if number < 3 else ''}")
    terminal = Terminal()
    doctor.pytest_terminal_summary(terminal)  # type: ignore[arg-type]
    assert len(asked) == pytest_plugin.TRIED
    assert max(map(len, doctor.errors)) <= pytest_plugin.KEPT
    assert terminal.lines == ["envdoctor", "the same words", ""]


def test_a_fault_of_ours_does_not_end_a_test_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: object) -> None:
        raise RuntimeError(EVIL)

    monkeypatch.setattr("envdoctor.check", breaks)
    monkeypatch.setattr("envdoctor.integrations.notebook.explained", breaks)
    doctor = pytest_plugin.Doctor()
    failed(doctor, "ImportError: x")
    terminal = Terminal()
    doctor.pytest_terminal_summary(terminal)  # type: ignore[arg-type]
    said = [doctor.pytest_report_header(), *terminal.lines]
    assert "could not examine this environment: RuntimeError" in said[0]
    assert "could not be explained: RuntimeError" in said[2]
    assert not [mark for mark in SHOWN if mark in "".join(said)]


@pytest.mark.real  # 0.4 s
def test_a_module_of_the_folder_that_a_client_is_in_is_not_run(tmp_path: Path) -> None:
    pytest.importorskip("mcp", reason="mcp is not installed (pip install -e '.[mcp]')")
    for name in ("envdoctor", "click", "msgspec", "json"):
        write(tmp_path / f"{name}.py", f"open({str(tmp_path / 'run')!r}, 'w')\n")
    program = (
        "from envdoctor.integrations.mcp_server import Doctor\n"
        f"print(Doctor([{sys.prefix!r}]).ask('explain', 'BLA001'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "duplicate-openblas" in done.stdout, done.stderr
    assert not (tmp_path / "run").exists()
