"""What is said on a terminal while one waits: one line, however narrow the terminal, and nothing of it is left."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from unicodedata import east_asian_width

import pytest

ESCAPE = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")
PATH = "comparing the files of a-distribution-with-quite-a-long-name with RECORD, 120 of 4711"


def written(program: str, columns: int) -> str:
    """What the program writes to standard error, a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    code = f"from envdoctor.cli.session import progress, say\n{program}"
    environ = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200", "TERM": "xterm"}
    subprocess.run([sys.executable, "-c", code], stderr=theirs, env=environ, check=True, timeout=60)
    os.close(theirs)
    data = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux, where nobody holds the other end any more
            break
        if not piece:
            break
        data += piece
    os.close(ours)
    return data.decode("utf-8")


def columns_of(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "FW" else 1 for letter in text)


@pytest.mark.parametrize("columns", [3, 20, 33, 34, 40, 80, 200])
@pytest.mark.parametrize(
    "program",
    [f"say({PATH!r})", "say('読んでいます ' * 20)", "[progress(done, 7) for done in range(8)]; progress(0, 0)"],
    ids=["words", "wide letters", "bar"],
)
def test_no_line_reaches_the_terminals_last_column(program: str, columns: int) -> None:
    lines = re.split(r"\r|\n", ESCAPE.sub("", written(program, columns)))
    assert any(line.strip() for line in lines)
    assert max(map(columns_of, lines)) <= columns - 1


@pytest.mark.parametrize("columns", [20, 40, 80])
@pytest.mark.parametrize("program", [f"say({PATH!r}); say('')", "progress(3, 7); progress(0, 0)"], ids=["words", "bar"])
def test_nothing_is_left_of_it(program: str, columns: int) -> None:
    screen = [" "] * columns
    at = 0
    for piece in re.findall(r"\x1b\[[?0-9;]*[A-Za-z]|.|\n", written(program, columns).replace("\r\n\x1b[1A", "\r")):
        letter = piece[:1]
        if letter == "\r":
            at = 0
        elif piece.endswith("\x1b[2K"):
            screen = [" "] * columns
        elif letter not in ("\x1b", "\n"):  # the bar goes up again after its newline
            screen[at] = letter
            at += 1
    assert at == 0
    assert "".join(screen).strip() == ""


def test_a_wide_terminal_shows_the_whole_bar() -> None:
    assert re.search("timing BLAS ━{9,10}[╸╺]?━{9,10}", ESCAPE.sub("", written("progress(2, 4); progress(0, 0)", 80)))


@pytest.mark.parametrize(("seconds", "words"), [(0.1, None), (1.4, "waiting for an answer, 1 s of 10 s at most: /x")])
def test_who_waits_for_more_than_half_a_second_is_shown_what_for(seconds: float, words: str | None) -> None:
    text = written(
        f"import time\nfrom envdoctor.cli.session import waiting\nwith waiting('/x', 10): time.sleep({seconds})", 80
    )
    if words is None:
        assert text == ""
        return
    lines = text.split("\r")
    assert "examining /x" in [line.strip() for line in lines]
    assert words in [line.strip() for line in lines]
    assert not lines[-2].strip()  # taken away again


def test_what_is_said_while_one_waits_stays() -> None:
    text = written(
        "import time\nfrom envdoctor.cli.session import waiting\nwith waiting('/x', 10): say('hashing'); time.sleep(0.8)",
        80,
    )
    assert "examining" not in text and "hashing" in text
