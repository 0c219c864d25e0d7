"""Words reach a program through each shell as they are."""

import shutil
import subprocess

import pytest

from envdoctor.fixes.shell import Fish, PowerShell, Shell

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
@pytest.mark.parametrize(("program", "shell"), [("sh", Shell()), ("bash", Shell()), ("fish", Fish())])
def test_a_word_survives_quoting(program: str, shell: Shell, word: str) -> None:
    if not (path := shutil.which(program)):
        pytest.skip(f"{program} is not installed")
    line = shell.run(["printf", "%s", word])
    done = subprocess.run([path, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == word


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
