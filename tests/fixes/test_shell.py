"""Commands that are printed are pasted: what a shell makes of them is what was meant."""

import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envdoctor.fixes.shell import Fish, command, shell_of
from envdoctor.fixes.steps import Edit, SetEnv, UnsetEnv, run

MARKS = """it's|"|$HOME|`id`|\\|a;b|~|*|é|-x|#|jax[cuda12]|!!|{a,b}|a=b|two words"""
WORDS = [*MARKS.split("|"), "", "a\nb", "a|b"]
ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def shell(line: str) -> bytes:
    return subprocess.run(["sh", "-c", line], capture_output=True, check=True, env={"HOME": "/elsewhere"}).stdout


def said(words: list[str]) -> bytes:
    return b"".join(word.encode() + b"\0" for word in words)


def test_every_word_arrives_as_it_is() -> None:
    line = command(run("printf", r"%s\0", *WORDS))
    assert line is not None
    assert shell(line) == said(WORDS)


@settings(max_examples=25, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=30))
def test_any_words_arrive_as_they_are(words: list[str]) -> None:
    assert shell(command(run("printf", r"%s\0", *words)) or "") == said(words)


@settings(max_examples=25, deadline=None)
@given(ANY, ANY)
def test_variables_are_set_to_any_value(one: str, other: str) -> None:
    line = command(SetEnv({"ONE": one, "OTHER": other})) or ""
    tell = r'printf "%s\0" "$ONE" "$OTHER"'
    assert shell(f"{line}; sh -c {shlex.quote(tell)}") == said([one, other])


def test_a_command_never_spreads_over_words_of_its_own() -> None:
    assert command(run("uv", "pip", "install", "numpy>=2")) == "uv pip install 'numpy>=2'"
    assert command(SetEnv({"OMP_NUM_THREADS": "4"})) == "export OMP_NUM_THREADS=4"


def test_variables_are_removed() -> None:
    line = command(UnsetEnv(("A", "B")))
    assert shell(f"A=1; B=2; {line}; echo ${{A-gone}} ${{B-gone}}") == b"gone gone\n"


# --- PowerShell, by its rules: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules


@pytest.mark.parametrize(
    "word, quoted",
    [
        ("plain", "plain"),
        (r"C:\fit\.venv\Scripts\python.exe", r"C:\fit\.venv\Scripts\python.exe"),
        (r"C:\my fit\python.exe", r"'C:\my fit\python.exe'"),
        ("", "'\"\"'"),  # Windows PowerShell 5.1 drops an empty word
        ("it's", "'it''s'"),
        ("it’s ‘so’", "'it’’s ‘‘so’’'"),
        ("$HOME", "'$HOME'"),
        ("a,b", "'a,b'"),
        ("numpy>=2", "'numpy>=2'"),
        ("jax[cuda12]", "'jax[cuda12]'"),
        ("@a", "'@a'"),
        ("--python", "--python"),
        (
            "--python=3.12",
            "'--python=3.12'",
        ),  # would be cut in two: https://github.com/PowerShell/PowerShell/issues/6291
        ("-m:x", "'-m:x'"),
        ("é", "'é'"),
    ],
)
def test_powershell_is_given_quotes_where_it_needs_them(word: str, quoted: str) -> None:
    assert command(run("python", word), windows=True) == f"python {quoted}"


def test_powershell_calls_a_quoted_program_with_its_operator() -> None:
    """A quoted first word is a string to it, which it would only print."""
    assert command(run(r"C:\my fit\python.exe", "-V"), windows=True) == r"& 'C:\my fit\python.exe' -V"


@pytest.mark.parametrize(
    "word, quoted",
    [
        ("plain", "plain"),
        ("", "''"),
        ("it's", r"'it\'s'"),
        ("a\\b", r"'a\\b'"),
        ("$x *(y)", "'$x *(y)'"),
        ('"', "'\"'"),
    ],
)
def test_fish_escapes_in_single_quotes_only_the_backslash_and_the_quote(word: str, quoted: str) -> None:
    """https://fishshell.com/docs/current/language.html#quotes"""
    assert Fish().command(run("python", word)) == f"python {quoted}"


def test_fish_sets_and_removes_variables() -> None:
    assert Fish().command(SetEnv({"A": "1", "B": "x y"})) == "set -gx A 1; set -gx B 'x y'"
    assert Fish().command(UnsetEnv(("A", "B"))) == "set -e A B"


@pytest.mark.parametrize(
    "shell, windows, name",
    [
        ("/bin/bash", False, "posix"),
        ("/usr/bin/fish", False, "fish"),
        ("/usr/bin/pwsh", False, "pwsh"),
        (None, False, "posix"),
        (None, True, "powershell"),
        ("/usr/bin/bash", True, "posix"),
    ],
)
def test_commands_are_for_the_shell_the_user_types_into(shell: str | None, windows: bool, name: str) -> None:
    assert shell_of({"SHELL": shell} if shell else {}, windows).name == name


@given(st.text(max_size=20))
def test_in_powershell_nothing_ends_a_quoted_word_but_its_end(word: str) -> None:
    """All of the marks that PowerShell takes for a single quotation mark stand in pairs."""
    line = command(SetEnv({"A": word}), windows=True) or ""
    inner = line.removeprefix("$env:A = '").removesuffix("'")
    for mark in "'‘’‚‛":
        inner = inner.replace(mark * 2, "")
    assert not set(inner) & set("'‘’‚‛")


def test_powershell_sets_and_removes_variables() -> None:
    assert command(SetEnv({"A": "1", "B": "x y"}), windows=True) == "$env:A = '1'; $env:B = 'x y'"
    assert command(UnsetEnv(("A", "B")), windows=True) == "Remove-Item Env:A; Remove-Item Env:B"


@pytest.mark.parametrize("windows", [False, True])
def test_what_is_done_by_hand_has_no_command(windows: bool) -> None:
    assert command(Edit("f", "c"), windows) is None


@pytest.mark.parametrize("name", ["und\udcff\udcfe", "new\nline", "50%\t'\\n'", "-\x1b[2J", "left\u202eright"])
def test_a_name_that_no_terminal_shows_can_be_pasted_all_the_same(name: str) -> None:
    line = command(run("printf", r"%s\0", name)) or ""
    assert line.isascii() and line.isprintable()
    assert shell(line) == name.encode("utf-8", "surrogateescape") + b"\0"
