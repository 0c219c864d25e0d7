"""How words are written for cmd.exe, PowerShell 5.1 and 7, and zsh; cmd.exe is asked by Wine, zsh by Debian's."""

import shutil
import subprocess

import pytest

from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.script import script
from envdoctor.fixes.shell import Cmd, Fish, PowerShell, Pwsh, Shell, Zsh, shell_of
from envdoctor.fixes.steps import run
from tests.support.patients import clean_environ

pytestmark = pytest.mark.posix  # what is judged here is no path


@pytest.mark.parametrize(
    "started, environ, windows, shell",
    [
        (None, {}, True, PowerShell),
        (None, {}, False, Shell),
        ("cmd", {"SHELL": "/usr/bin/bash"}, True, Cmd),
        ("pwsh", {}, True, Pwsh),
        ("zsh", {"SHELL": "/bin/bash"}, False, Zsh),
        (None, {"SHELL": "/usr/bin/fish"}, False, Fish),
        (None, {"SHELL": r"C:\Program Files\Git\usr\bin\bash.exe"}, True, Shell),
    ],
)
def test_what_started_us_is_written_for(
    started: str | None, environ: dict[str, str], windows: bool, shell: type[Shell]
) -> None:
    assert type(shell_of(environ, windows, started)) is shell


def test_cmd_has_quotation_marks_and_set() -> None:
    shell = Cmd()
    assert shell.run([r"C:\a b\python.exe", "-m", "pip", "install", "numpy<2,>=1"]) == (
        r'"C:\a b\python.exe" -m pip install "numpy<2,>=1"'
    )
    assert shell.set({"A": "1", "B": "x & y"}) == 'set "A=1" & set "B=x & y"'
    assert shell.unset("A", "B") == 'set "A=" & set "B="'
    assert shell.activate(r"C:\a b\.venv") == r'call "C:\a b\.venv\Scripts\activate.bat"'


def test_powershell_5_escapes_quotation_marks_and_empty_words_for_programs_and_7_does_it_itself() -> None:
    argv = ["python", "-c", 'print("x")', ""]
    assert PowerShell().run(argv) == "python -c 'print(\\\"x\\\")' '\"\"'"
    assert Pwsh().run(argv) == "python -c 'print(\"x\")' ''"


def test_a_script_for_powershell_stops_where_a_program_fails() -> None:
    fix = Fix(title="x", steps=(run("uv", "sync"),), applicability=Applicability.SAFE)
    text = script([("C:\\env", [PlannedFix(findings=(), fix=fix)])], windows=True)
    assert "uv sync\nif ($LASTEXITCODE) { exit $LASTEXITCODE }\n" in text
    assert "ExecutionPolicy" in text.partition("\n")[0]


@pytest.mark.parametrize("word", ["plain", "=ls", "two words", "a'b", "$x", "!x", "a=b", "~", "[a]", "é", "#c", "a\\b"])
def test_a_word_survives_zsh(word: str) -> None:
    path = shutil.which("zsh") or pytest.skip("zsh is not installed")
    line = Zsh().run(["printf", "%s", word])
    done = subprocess.run([path, "-c", line], env=clean_environ(), capture_output=True, text=True, check=True)
    assert done.stdout == word
