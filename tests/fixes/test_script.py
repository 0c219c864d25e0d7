"""The script is read by people first, and run by a real shell."""

import subprocess
from pathlib import Path

import pytest

from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Remove, Run, SetEnv
from envdoctor.fixes.script import script
from tests.support.build import finding
from tests.support.cures import planned


def written(*findings: Finding, windows: bool = False) -> str:
    return script([("/home/ada/fit/.venv", planned(*findings))], windows)


def runs(text: str, tmp_path: Path) -> str:
    file = tmp_path / "fix.sh"
    file.write_text(text)
    done = subprocess.run(["sh", str(file)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_safe_runs_and_what_is_not_stands_in_comments(tmp_path: Path) -> None:
    text = written(
        finding("A001", Run("say it", ("echo", 'it\'s $HOME `x` "y"'), safe=True)),
        finding("A002", Run("harm", ("touch", "harmed"), reason="it harms")),
        finding("A003", Remove(("numpy",))),
    )
    assert text.startswith("#!/bin/sh\nset -eu\n")
    assert runs(text, tmp_path) == 'it\'s $HOME `x` "y"\n'
    assert not (tmp_path / "harmed").exists()
    assert "# unsafe: it harms" in " ".join(text.split())


@pytest.mark.parametrize(
    "evil", ["x\ntouch harmed", "x\rtouch harmed", "x\x1b[2J", "x\u202etouch", "$(touch harmed)", "';touch harmed;'"]
)
@pytest.mark.parametrize("safe", [True, False])
def test_names_cannot_break_out_of_a_word_or_a_comment(tmp_path: Path, evil: str, safe: bool) -> None:
    text = written(
        finding("A001", Run(f"title {evil}", ("true", evil), safe=safe, reason=evil, undo=evil), subject=evil)
    )
    assert runs(text, tmp_path) == ""
    assert not (tmp_path / "harmed").exists()
    assert "\x1b" not in text and "\u202e" not in text and "\r" not in text


def test_a_conflict_is_left_to_the_reader() -> None:
    text = written(finding("A001", SetEnv({"X": "1"})), finding("A002", SetEnv({"X": "2"})))
    assert "\nexport" not in text
    assert text.count("# export X=") == 2


def test_windows_gets_powershell() -> None:
    text = written(finding("A001", SetEnv({"X": "it's"})), windows=True)
    assert "$ErrorActionPreference = 'Stop'" in text
    assert "\n$env:X = 'it''s'\n" in text
