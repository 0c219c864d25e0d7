"""``envdoctor run``: the command is as if it had been started by the shell, and what it dies of is explained."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from envdoctor.cli.commands.run import python_of
from tests.support.patients import clean_environ

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals and signals are POSIX's")
DOCTOR = [sys.executable, "-m", "envdoctor", "run", "--"]
LONG = 60.0  # seconds: on a machine that is busy


def run(*argv: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DOCTOR, *argv], input=given, capture_output=True, text=True, check=False, env=clean_environ(), timeout=LONG
    )


def test_input_and_output_are_the_commands_own() -> None:
    ended = run(
        sys.executable, "-c", "import sys; print(sys.stdin.read().upper()); sys.stderr.write('a word')", given="hello"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "HELLO\n", "a word")


@pytest.mark.parametrize("status", [3, 77])
def test_the_status_is_passed_on(status: int) -> None:
    assert run("sh", "-c", f"exit {status}").returncode == status


def test_options_of_the_command_are_its_own() -> None:
    assert (
        run("sh", "-c", 'echo "$@"', "-", "--help", "--python", "x", "--", "-v").stdout == "--help --python x -- -v\n"
    )


def test_a_command_that_there_is_not_is_127() -> None:
    ended = run("no-such-command-here")
    assert (ended.returncode, ended.stderr) == (127, "envdoctor: run: no-such-command-here: there is no such command\n")


def test_a_failure_is_explained_on_standard_error() -> None:
    ended = run(sys.executable, "-c", "import zmq_of_nobody")
    assert (ended.returncode, ended.stdout) == (1, "")
    error, explained = ended.stderr.split("envdoctor: the command ended with status 1\n")
    assert error.endswith("ModuleNotFoundError: No module named 'zmq_of_nobody'\n")
    assert f"`zmq_of_nobody` is not installed for {sys.executable}." in " ".join(explained.split())


def test_an_error_that_is_not_known_is_said_to_be() -> None:
    ended = run(sys.executable, "-c", "{}['temperature']")
    assert ended.returncode == 1
    assert "no error that envdoctor knows" in ended.stderr


def test_a_death_by_a_signal_is_explained() -> None:
    ended = run("sh", "-c", "kill -SEGV $$")
    assert ended.returncode == 128 + signal.SIGSEGV
    assert "A compiled library read or wrote memory that is not its own." in " ".join(ended.stderr.split())


def test_a_command_that_somebody_ended_is_not_explained() -> None:
    ended = run("sh", "-c", "echo 'ImportError: x' >&2; kill -TERM $$")
    assert (ended.returncode, ended.stderr) == (-signal.SIGTERM, "ImportError: x\n")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1", "SIGINT"])
def test_a_signal_reaches_the_command(name: str) -> None:
    code = (
        "import signal, sys, time\n"
        f"signal.signal(signal.{name}, lambda number, frame: sys.exit(9))\n"
        "print('ready', flush=True)\ntime.sleep(50)\n"
    )
    with subprocess.Popen([*DOCTOR, sys.executable, "-c", code], stdout=subprocess.PIPE, env=clean_environ()) as doctor:
        assert doctor.stdout is not None and doctor.stdout.readline() == b"ready\n"
        doctor.send_signal(getattr(signal, name))
        assert doctor.wait(LONG) == 9


def test_what_the_command_leaves_running_goes_on(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    run("sh", "-c", f"(sleep 1; echo alive > {mark}) >/dev/null 2>&1 &")
    end = time.monotonic() + LONG
    while not mark.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert mark.read_text() == "alive\n"


def test_a_flood_of_standard_error_passes_through() -> None:
    ended = run(sys.executable, "-c", "import sys; sys.stderr.write('x' * 5_000_000)")
    assert (ended.returncode, len(ended.stderr)) == (0, 5_000_000)


# --- on a terminal ---


class Screen:
    """A terminal of 33 rows and 77 columns with a program on it."""

    def __init__(self, fd: int, pid: int) -> None:
        self.fd = fd
        self.pid = pid
        self.rest = b""  # what was read beyond the words that were waited for

    def until(self, words: bytes) -> bytes:
        """What is shown up to these words."""
        shown, end = self.rest, time.monotonic() + LONG
        while words not in shown and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    data = os.read(self.fd, 1 << 16)
                except OSError:
                    break
                if not data:
                    break
                shown += data
        assert words in shown, shown
        before, _, self.rest = shown.partition(words)
        return before + words

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def end(self) -> int:
        """The wait status of the program."""
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    os.read(self.fd, 1 << 16)
                except OSError:
                    pass
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                return status
        raise TimeoutError


Start = Callable[..., Screen]


@pytest.fixture
def screen() -> Iterator[Start]:
    screens: list[Screen] = []

    def start(*argv: str) -> Screen:
        pid, fd = pty.fork()
        if pid == 0:
            try:  # the size before the program starts, which reads it once
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
                os.execvpe(argv[0], list(argv), clean_environ(TERM="xterm", PS1="$ "))
            finally:
                os._exit(1)
        screens.append(Screen(fd, pid))
        return screens[-1]

    yield start
    for one in screens:
        with _gone():
            os.kill(one.pid, signal.SIGKILL)
            os.waitpid(one.pid, 0)
        os.close(one.fd)


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except (ProcessLookupError, ChildProcessError):
        pass


def test_standard_error_is_a_terminal_of_the_same_size_and_follows_it(screen: Start) -> None:
    code = (
        "import os, sys, time\nprint('ready', flush=True); input()\n"
        "print(sys.stderr.isatty(), os.get_terminal_size(2), flush=True); sys.stderr.write('one\\ntwo\\n'); input()\n"
        "print(os.get_terminal_size(2), flush=True)"
    )
    shown = screen(*DOCTOR, sys.executable, "-c", code)
    shown.until(b"ready")
    shown.type(b"\n")
    assert b"True os.terminal_size(columns=77, lines=33)" in shown.until(b"one\r\ntwo\r\n")
    shown.resize(10, 50)
    time.sleep(0.5)
    shown.type(b"\n")
    shown.until(b"os.terminal_size(columns=50, lines=10)")
    assert shown.end() == 0


def test_a_key_that_interrupts_reaches_the_command_once(screen: Start) -> None:
    code = (
        "import time\ntry:\n    print('ready', flush=True); time.sleep(50)\nexcept KeyboardInterrupt:\n"
        "    print('caught', flush=True); time.sleep(1); raise SystemExit(5)"
    )
    shown = screen(*DOCTOR, sys.executable, "-c", code)
    shown.until(b"ready")
    shown.type(b"\x03")
    shown.until(b"caught")
    assert os.waitstatus_to_exitcode(shown.end()) == 5


def test_a_command_that_a_key_ended_ends_us_likewise(screen: Start) -> None:
    shown = screen(*DOCTOR, "sh", "-c", "echo ready; exec sleep 50")
    shown.until(b"ready")
    shown.type(b"\x03")
    assert os.waitstatus_to_exitcode(shown.end()) == -signal.SIGINT


@pytest.mark.parametrize("stop", ["key", "itself"])
def test_a_stopped_command_is_a_stopped_job_and_goes_on(screen: Start, stop: str) -> None:
    shown = screen("bash", "--norc", "-i")
    script = (
        'echo re""ady; read line; echo we""nt on' if stop == "key" else 'echo re""ady; kill -STOP $$; echo we""nt on'
    )
    shown.type(f"{' '.join(DOCTOR)} sh -c '{script}'\n".encode())
    shown.until(b"ready")
    if stop == "key":
        shown.type(b"\x1a")
    shown.until(b"Stopped")
    time.sleep(1)  # the shell takes its terminal back
    shown.type(b"fg\n")
    time.sleep(0.5)
    if stop == "key":
        shown.type(b"\n")
    shown.until(b"went on")
    shown.type(b"echo status $?\n")
    shown.until(b"status 0")


def test_an_editor_of_the_whole_screen_works(screen: Start) -> None:
    code = (
        "import curses\n"
        "def edit(window):\n    window.addstr(2, 2, 'EDITOR %d %d' % window.getmaxyx()); window.refresh(); return window.getch()\n"
        "print('key', curses.wrapper(edit))"
    )
    shown = screen(*DOCTOR, sys.executable, "-c", code)
    shown.until(b"EDITOR 33 77")
    shown.type(b"q")
    shown.until(b"key 113")
    assert shown.end() == 0


def test_a_bar_of_progress_is_drawn_as_on_a_terminal(screen: Start) -> None:
    code = (
        "import sys, os, time\n"
        "width = os.get_terminal_size(sys.stderr.fileno()).columns if sys.stderr.isatty() else 0\n"
        "for step in range(3):\n    sys.stderr.write('\\r' + ('#' * step).ljust(width - 1)); sys.stderr.flush()\n"
    )
    shown = screen(*DOCTOR, sys.executable, "-c", code)
    assert shown.until(b"\r##").count(b"\r") == 3
    assert shown.end() == 0


# --- whose Python ---


def test_the_python_of_a_command_is_itself_or_that_of_its_first_line(tmp_path: Path) -> None:
    for name, first in (("tool", f"#!{sys.executable} -E\n"), ("shell", "#!/bin/sh\n"), ("binary", "\x7fELF")):
        (tmp_path / name).write_text(first)
        (tmp_path / name).chmod(0o755)
    assert python_of("tool", str(tmp_path)) == sys.executable
    assert (
        python_of("shell", str(tmp_path))
        == python_of("binary", str(tmp_path))
        == python_of("none", str(tmp_path))
        == ""
    )
    assert python_of(sys.executable, "") == sys.executable
