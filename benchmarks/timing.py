"""Wall-clock time of commands, taken in turns, so that a busy moment falls on all of them alike."""

import contextlib
import json
import os
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

LIMIT = 120.0
"""Seconds after which a command is killed."""

Sink = Literal["null", "pipe", "terminal"]


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and how it is known to have worked."""

    label: str
    argv: tuple[str, ...]
    environ: dict[str, str]
    statuses: tuple[int, ...] = (0,)
    sink: Sink = "null"
    document: bool = False
    """Must print a JSON document with a `schema_version`."""


@dataclass(slots=True)
class Row:
    """The timings of one command, in seconds, in the order they were taken; or why there are none."""

    command: Command
    seconds: list[float] = field(default_factory=list)
    failure: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def ratio_to(self, yardstick: "Row") -> float | None:
        """Ratio of the medians; None where one of the two failed."""
        return None if self.failure or yardstick.failure else self.median / yardstick.median


def measure(commands: Sequence[Command], rounds: int, cwd: Path) -> list[Row]:
    """Run each once unmeasured, then all of them `rounds` times, starting with another one, and back and forth.

    The direction alternates, lest a command always follow the same one (a heavy one slows the next).
    """
    rows = [Row(command, failure=_rehearse(command, cwd)) for command in commands]
    for number in range(rounds):
        start = number % len(rows)
        turns = rows[start:] + rows[:start]
        for row in reversed(turns) if number % 2 else turns:
            if not row.failure:
                before = time.perf_counter()
                status = _spawn(row.command, cwd)
                row.seconds.append(time.perf_counter() - before)
                row.failure = _complaint(row.command, status)
    return rows


def _rehearse(command: Command, cwd: Path) -> str:
    """Run it to fill caches and see whether it works; a traceback, too, ends with status 1."""
    try:
        done = subprocess.run(
            command.argv,
            env=command.environ,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
        if command.sink == "terminal":
            _spawn(command, cwd)
    except OSError as error:
        return f"failed: {error.strerror}"
    except subprocess.TimeoutExpired:
        return f"failed: not done after {LIMIT:.0f} s"
    if b"Traceback (most recent call last)" in done.stderr:
        return f"failed: {done.stderr.decode(errors='replace').splitlines()[-1][:80]}"
    if command.document and not _is_document(done.stdout):
        return f"failed: no JSON document, status {done.returncode}"
    return _complaint(command, done.returncode)


def _complaint(command: Command, status: int) -> str:
    return "" if status in command.statuses else f"failed: status {status}"


def _is_document(stdout: bytes) -> bool:
    try:
        document = json.loads(stdout)
    except ValueError:
        return False
    return isinstance(document, dict) and "schema_version" in document


def _spawn(command: Command, cwd: Path) -> int:
    """Exit status. The wait blocks: `Popen.wait(timeout)` polls, and would round times up to its naps of 50 ms."""
    ours: int | None = None
    theirs: int = subprocess.PIPE if command.sink == "pipe" else subprocess.DEVNULL
    if command.sink == "terminal":
        ours, theirs = _open_terminal()
    process = subprocess.Popen(
        command.argv,
        env=command.environ,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL if ours is None else theirs,
    )
    watchdog = threading.Timer(LIMIT, process.kill)
    watchdog.start()
    try:
        if ours is not None:
            os.close(theirs)
            with contextlib.suppress(OSError):  # Linux: EIO when the last writer has closed it
                while os.read(ours, 65536):
                    pass
            os.close(ours)
        process.communicate()
    finally:
        watchdog.cancel()
    return process.returncode


def _open_terminal() -> tuple[int, int]:
    """Our end and the child's end of a pseudo-terminal of 100 columns (POSIX only)."""
    if sys.platform == "win32":
        raise NotImplementedError
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    return ours, theirs
