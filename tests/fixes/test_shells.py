"""Words reach a program through each shell as they are."""

import shutil
import subprocess

import pytest

from envdoctor.fixes.shell import Fish, PowerShell, Shell
from tests.support.debian import fish
from tests.support.patients import clean_environ

WORDS = [
    "plain",
    "two words",
    "it's",
    "$HOME",
    "`x`",
    'a"b',
    "a\\b",
    "a\\'b",
    "numpy<2,>=1",
    "*",
    "~",
    "a;b",
    "#c",
    "",
    "é",
    "a\nb",
    "-%d\t",
    "!x",
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("program", ["sh", "bash"])
def test_a_word_survives_quoting(program: str, word: str) -> None:
    path = shutil.which(program) or pytest.skip(f"{program} is not installed")
    assert said(path, Shell(), word) == word


@pytest.mark.real
@pytest.mark.parametrize("word", WORDS)
def test_a_word_survives_quoting_for_fish(fish_shell: str, word: str) -> None:
    assert said(fish_shell, Fish(), word) == word


@pytest.fixture(scope="module")
def fish_shell(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The fish of this machine, or Debian's, unpacked."""
    return shutil.which("fish") or fish(tmp_path_factory.mktemp("fish"))


def said(path: str, shell: Shell, word: str) -> str:
    """What a program gets that the shell at ``path`` hands ``word`` to."""
    environ = clean_environ()
    line = shell.run(["printf", "%s", word])
    return subprocess.run([path, "-c", line], env=environ, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["pip", "install", "numpy<2"], "pip install 'numpy<2'"),
        (["C:\\a b\\python.exe", "x"], "& 'C:\\a b\\python.exe' x"),
        (["echo", "it’s"], "echo 'it’’s'"),
        (["x", "-a.b"], "x '-a.b'"),
        (["x", "$env:A"], "x '$env:A'"),
    ],
)
def test_powershell_takes_single_quotes(argv: list[str], line: str) -> None:
    assert PowerShell().run(argv) == line
