"""``envdoctor new-check``: what it writes passes its own tests and shows in envdoctor; the tutorial, literally followed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.cli import app
from envdoctor.cli.head_start import HeadStart
from envdoctor.probe.choose import Surroundings
from tests.support.patients import clean_environ

TUTORIAL = Path(__file__).parent.parent.parent / "docs" / "plug-ins" / "index.md"


def new_check(*argv: str) -> int:
    return app.run(["new-check", *argv], HeadStart([], Surroundings()))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("Pandas",), "small letters"),
        (("../evil",), "small letters"),
        (("slow-blas",), "one of envdoctor's own"),
        (("mine", "--code", "BLA001"), "one of envdoctor's own"),
        (("mine", "--code", "x1"), "three digits"),
        (("there",), "is there already"),
        (("class",), "Python has a word"),
        (("json",), "Python has a word"),
        (("-x",), "No such option"),
        (("mine", "--folder", "there/no\0"), "null"),
        (("mine", "--folder", "/dev/null/mine"), "Not a directory"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_and_nothing_is_written(
    argv: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path)
    assert new_check(*argv) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "there"]


def test_a_folder_is_named_as_a_shell_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert new_check("mine", "--folder", "-r my; \x1b[2J") == 0
    said = capsys.readouterr().out
    assert "pip install './-r my; " in said
    assert "\x1b" not in said


def commands() -> list[str]:
    """The tutorial's lines, in their order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.real  # about 8 s: a virtual environment that sees this one's packages, and one package built and installed
def test_the_tutorial_ends_in_a_rule_that_shows_in_list_explain_and_a_report(tmp_path: Path) -> None:
    env = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(env)], check=True)
    (site,) = env.glob("lib/python*/site-packages")
    (site / "ours.pth").write_text(
        "\n".join(path for path in sys.path if path.endswith("site-packages") or "/src" in path or "/checks" in path)
    )
    for name in ("envdoctor", "pip", "pytest"):
        (env / "bin" / name).write_text(f'#!/bin/sh\nexec "{env}/bin/python" -m {name} "$@"\n')
        (env / "bin" / name).chmod(0o755)
    environ = clean_environ(PATH=f"{env}/bin:{os.environ['PATH']}", HOME=str(tmp_path))
    said = {}
    for line in commands():
        ended = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        said[line] = ended.stdout + ended.stderr
        assert ended.returncode == 0, f"{line}\n{said[line]}"
    assert "2 passed" in said["python -m pytest pandas-missing"]
    assert "XPA001  pandas-missing" in said["envdoctor list"]
    assert "# XPA001 pandas-missing" in said["envdoctor explain pandas-missing"]
    assert "pandas is not installed" in said["envdoctor check --select pandas-missing"]
