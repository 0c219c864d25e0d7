"""A command run as if by the shell, with a copy kept of the end of what it writes to standard error.

Standard input and output are the command's own. Where standard error is a terminal, it gets a terminal of the same size
and settings; else a pipe. Signals and stops reach the command, and its own reach whoever runs us. POSIX only; elsewhere a
pipe, and the system's own way with signals.
"""

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Sequence

from msgspec import Struct

KEPT = 1_000_000  # bytes of the end
PATIENCE = 0.5  # seconds to wait for what a command's children still write after it has ended
PASSED_ON = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGWINCH")
FROM_TERMINAL = ("SIGINT", "SIGQUIT")  # the terminal sends these to the command, too


class Ended(Struct, frozen=True):
    """How a command ended: its ``status`` as a shell tells it, the ``signal`` that ended it (0: none), and the end of its
    standard error."""

    status: int
    signal: int
    said: bytes


class Tail:
    """Passes bytes on to standard error, and keeps the last of them. Raises `RuntimeError` where no thread can be had."""

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._target = target
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def _pump(self) -> None:
        while True:
            try:
                data = os.read(self._source, 1 << 16)
            except OSError:  # a terminal whose last user has closed it
                return
            if not data:
                return
            self._pieces.append(data)
            self._size += len(data)
            while self._size - len(self._pieces[0]) > KEPT:
                self._size -= len(self._pieces.popleft())
            while data:
                try:
                    data = data[os.write(self._target, data) :]
                except OSError:  # nobody reads it any more
                    break

    def end(self) -> bytes:
        """The last bytes, once all have been passed on."""
        self._thread.join(PATIENCE)
        return b"".join(list(self._pieces))


def run(argv: Sequence[str]) -> Ended:
    """Run ``argv`` and wait for its end. Raises `OSError` where it can't be started."""
    return _posix(argv) if hasattr(os, "posix_spawnp") else _elsewhere(argv)


def _posix(argv: Sequence[str]) -> Ended:
    terminal = os.isatty(2)
    ours, theirs = _terminal() if terminal else os.pipe()
    waited = {getattr(signal, name) for name in PASSED_ON} | {signal.SIGCHLD}
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # one that is ignored can't be waited for everywhere
    before = signal.pthread_sigmask(signal.SIG_BLOCK, waited)
    tail = _tail(ours)  # a thread that was there before would take the signals
    try:
        pid = os.posix_spawnp(
            argv[0],
            list(argv),
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 2)] if tail else [],
            setsigmask=before,
            setsigdef=[signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD],  # Python ignores the first two
        )
        os.close(theirs)
        status = _wait(pid, waited, ours if terminal else None)
        said = tail.end() if tail else b""
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return Ended(128 + number if number else os.WEXITSTATUS(status), number, said)


def _tail(source: int) -> Tail | None:
    """``None`` where no thread can be started: the command's standard error is then our own, and nothing of it is kept."""
    try:
        return Tail(source, 2)
    except RuntimeError:
        return None


def _wait(pid: int, waited: set[signal.Signals], terminal: int | None) -> int:
    """The status of the command's end; until then every signal goes where it belongs."""
    while True:
        number, from_terminal = _next(waited)
        if number == signal.SIGCHLD:
            done, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
            if done and os.WIFSTOPPED(status):
                os.kill(os.getpid(), signal.SIGSTOP)  # the shell sees a job that is stopped; what follows is its `fg`
                os.kill(pid, signal.SIGCONT)
            elif done:
                return status
            continue
        if number == signal.SIGWINCH and terminal is not None:
            _same_size(terminal)
        if not from_terminal:
            try:
                os.kill(pid, number)
            except OSError:
                continue


def _next(waited: set[signal.Signals]) -> tuple[int, bool]:
    """The next signal, and whether the terminal has sent it to the command, too."""
    names = {getattr(signal, name) for name in FROM_TERMINAL}
    if sys.platform == "linux":
        info = signal.sigwaitinfo(waited)
        return info.si_signo, info.si_signo in names and info.si_code > 0  # SI_KERNEL; above 0: no process has sent it
    number = signal.sigwait(waited)
    return number, number in names


def _terminal() -> tuple[int, int]:
    """A terminal like the one that standard error is: (our end, the command's)."""
    import pty
    import termios

    ours, theirs = pty.openpty()
    settings = termios.tcgetattr(2)
    settings[1] &= ~termios.OPOST  # the real one turns line feeds into what it needs
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    _same_size(ours)
    return ours, theirs


def _same_size(terminal: int) -> None:
    import fcntl
    import termios

    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, fcntl.ioctl(2, termios.TIOCGWINSZ, b"\0" * 8))
    except OSError:
        return


def _elsewhere(argv: Sequence[str]) -> Ended:
    import subprocess

    with subprocess.Popen(list(argv), stderr=subprocess.PIPE) as command:
        assert command.stderr is not None
        tail = Tail(command.stderr.fileno(), 2)
        while True:
            try:
                status = command.wait()
                break
            except KeyboardInterrupt:  # the console has sent it to the command, too
                continue
        return Ended(status, 0, tail.end())
