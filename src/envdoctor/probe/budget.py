"""Seconds for reading from outside: a disk that does not answer, or a file without end, must not hold the doctor.

A reading that takes too long is interrupted by a signal of the system's clock, and costs what it was to tell. One that no
signal interrupts (a network folder whose server is gone) ends the check-up, with its path.
"""

import errno
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from envdoctor.probe.child import started

T = TypeVar("T")
GRACE = 0.75  # seconds for what is left to read once the time is over: the patient may have taken it all
LEAST = 1.5  # seconds for what waits for children, when that is more than is left
SLICE = 0.1  # seconds for each further reading when that is spent, too
PATIENCE = 0.75  # seconds after which nobody waits for a reading that no signal interrupts
OWN_DEADLINE = ("imports", "measure")  # they wait for children, each of which has one
POSSIBLE = hasattr(signal, "setitimer") and hasattr(signal, "SIGALRM") and sys.platform != "win32"


class TooLong(TimeoutError):
    """A reading was interrupted; it ends as any error of the system does."""

    def __init__(self, seconds: float) -> None:
        super().__init__(errno.ETIMEDOUT, f"not read within {seconds:g} s")


class Budget:
    """``seconds`` from now for all readings together; ``stuck`` is called, in a thread, with the name of the one that
    never ends."""

    def __init__(self, seconds: float, stuck: Callable[[str], None]) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds
        self._stuck = stuck
        self._grace = GRACE
        self._depth = 0
        self._began = 0.0
        self._name = "files"
        self._waits = False

    def run(self, name: str, call: Callable[[], T]) -> T:
        """What ``call`` returns; raises `TooLong` where it was interrupted, and no signal comes after that."""
        depth = self._depth
        try:
            try:
                self._begin(name)
                return call()
            finally:
                self._end(depth)
        except TooLong:  # perhaps while it ended
            self._end(depth)
            raise

    def _begin(self, name: str) -> None:
        self._depth += 1
        if self._depth == 1:
            self._name, self._began = name, time.monotonic()
            if name in OWN_DEADLINE:
                self._waits = True
            else:
                signal.setitimer(signal.ITIMER_REAL, max(self._until - self._began, self._grace, SLICE), SLICE)

    def _end(self, depth: int) -> None:
        if depth:
            self._depth = depth
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        ended, self._depth = self._depth == 0, 0
        if ended:
            return
        if self._waits:
            self._until += time.monotonic() - self._began
            self._waits = False
            return
        self._grace -= max(0.0, time.monotonic() - max(self._began, self._until))

    def strike(self, number: int, frame: object) -> None:
        """The clock's signal."""
        if self._depth and not self._waits:
            raise TooLong(self.seconds)

    @property
    def left(self) -> float:
        """Seconds for what has a deadline of its own: those that are left, or `LEAST`."""
        return max(self._until - time.monotonic(), LEAST)

    def look(self) -> None:
        """Call ``stuck`` if one reading is past help."""
        if not self._waits and time.monotonic() > self._until + GRACE + PATIENCE:
            self._stuck(self._name)


current: Budget | None = None  # of this process; readings in somebody else's process (a notebook) have none


_watch: list[bool] = []  # whether the one thread that looks after all budgets could be started


def _look_after() -> None:
    while True:
        time.sleep(0.25)
        if (budget := current) is not None:
            budget.look()


@contextmanager
def limited(seconds: float, stuck: Callable[[str], None]) -> Iterator[None]:
    """Readings in this block, in the main thread, share so many seconds."""
    global current
    if not POSSIBLE or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield
        return
    budget = Budget(seconds, stuck)
    signal.signal(signal.SIGALRM, budget.strike)
    current = budget
    if not _watch:
        _watch.append(started(_look_after, ()))
    try:
        yield
    finally:
        current = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def told(what: str, path: str, seconds: float) -> str:
    """One line about a reading that never ended."""
    where = f" at {path}" if path else ""
    return (
        f"reading the {what} has not ended{where} in {seconds:.0f} s, and can't be interrupted: "
        f"a disk or a network folder that does not answer (process {os.getpid()} waits for it)"
    )
