"""Asking the patient: up to three starts of one child, under one deadline.

As the user has it, so that the disease shows; then ``-I`` (no PYTHON* variables, no user site);
then ``-I -S`` (no site-packages, no ``sitecustomize``, no ``.pth``). Only the standard library
here: the first child is on its way before anything else is imported.
"""

import os
import sys
import time

from envdoctor.probe.child import Child

HERE = os.path.dirname(os.path.abspath(__file__))
COLLECTOR = os.path.join(HERE, "inside", "collector.py")
MODES = ("normal", "isolated", "isolated-without-site")
FLAGS: dict[str, list[str]] = {"normal": [], "isolated": ["-I"], "isolated-without-site": ["-I", "-S"]}
# Of what is left of the deadline, the share each start may take until it has answered.
SHARES = {"normal": 0.5, "isolated": 0.5, "isolated-without-site": 1.0}


# OpenBLAS says so, and then interrupts the program (SIGINT): driver/others/blas_server.c
REFUSED = "pthread_create failed"
_COUNTED = "for thread "  # … 1 of 2: Resource temporarily unavailable
_NO_ROOM = "Resource temporarily unavailable"  # EAGAIN: a limit on processes, to which ours count


class Try:
    """One start and how it ended."""

    __slots__ = ("answered", "ended", "mode", "stderr")

    def __init__(self, mode: str, ended: str, answered: bool, stderr: str) -> None:
        self.mode = mode
        self.ended = ended
        self.answered = answered
        self.stderr = stderr


class Interrogation:
    """The conversation with one patient; begins when made.

    ``who()`` waits for the collector's answer, ``libraries()`` for the loader's; ``tries`` tells the starts.
    ``hindered`` is what envdoctor itself lacked, which is no fault of the patient's.
    """

    def __init__(self, executable: str, timeout: float, environ: dict[str, str]) -> None:
        self.executable = executable
        self.timeout = timeout
        self.deadline = time.monotonic() + timeout
        self.tries: list[Try] = []
        self.mode = "none"
        self.environ = environ
        self.hindered: str | None = None
        self._who: dict[str, object] | None = None
        self._asked = False
        self._hung = False
        self._child = self._start("normal")

    def limit(self, timeout: float) -> None:
        """Change the deadline, counted from the beginning."""
        self.deadline += timeout - self.timeout
        self.timeout = timeout

    def _start(self, mode: str) -> Child:
        cookie = "envdoctor-" + os.urandom(12).hex() + ":"
        flags = FLAGS[mode]
        # Where the patient hangs, faulthandler tells the line; Python 2 has no -X, hence the variable.
        options = [*flags, "-B", "-X", "faulthandler"] if flags else ["-B"]
        environ = self.environ if flags else {**self.environ, "PYTHONFAULTHANDLER": "1"}
        child = Child([self.executable, *options, COLLECTOR, cookie, threadpoolctl_folder()], cookie, environ)
        self.hindered = self.hindered or child.lack
        return child

    def who(self) -> dict[str, object] | None:
        """What the collector says; ``None`` if no start brought an answer."""
        if self._asked:
            return self._who
        self._asked = True
        for mode in MODES:
            left = self.deadline - time.monotonic()
            if mode != "normal":
                if left <= 0 and not self._hung:
                    # It has ended long since: what we ourselves took to load meanwhile is not the patient's time.
                    left = self.timeout / 2
                    self.deadline = time.monotonic() + left
                if left <= 0:  # a start that is not waited for says nothing
                    self.tries.append(Try(mode, f"not tried: the {self.timeout:g} s were over", False, ""))
                    continue
                self._child = self._start(mode)
            until = time.monotonic() + max(0.0, left * SHARES[mode])
            began = time.monotonic()
            if self._child.lack and self._child.failure:
                break  # what can't be asked has not failed
            if self._child.wait(lambda records: collected(records) is not None, until):
                self.mode = mode
                self.tries.append(Try(mode, "answered", True, ""))
                self._who = collected(self._child.records)
                return self._who
            self._give_up(mode, time.monotonic() - began)
            if self._child.failure is not None:
                break  # the program itself can't be run: no flag will change that
        return None

    def _give_up(self, mode: str, seconds: float) -> None:
        ended = self._child.ending()
        hangs = self._hung = ended == "still running"
        self._child.stop(ask_where=hangs)
        if hangs:
            ended = f"no answer in {seconds:.1f} s" if seconds >= 0.1 else f"no answer in {seconds:.1g} s"
        elif ended == "status 0":
            ended = "status 0 without an answer"
        self.tries.append(Try(mode, ended, False, self._child.stderr))

    def libraries(self) -> tuple[dict[str, object] | None, str]:
        """What the loader says, or ``None`` and the reason: a crash or a hang, with the file it was loading."""
        if self.who() is None:
            return None, self.hindered or "the interpreter does not start"
        child = self._child
        child.wait(lambda records: '"section":"loader"' in records[-1], self.deadline)
        last = _decode(child.records[-1]) or {}
        if last.get("section") == "loader":
            child.stop()
            return last["value"], ""  # type: ignore[return-value]
        ended = child.ending()
        if ended == "still running":
            ended = f"no answer in {self.timeout:g} s"
        child.stop()
        where = f" while loading {last['value']}" if last.get("section") == "loading" else ""
        for record in map(_decode, child.records):
            value = record.get("value") if record and record.get("section") == "loaded" else None
            if isinstance(value, dict):
                return {**value, "problem": ended + where}, ""
        refused = [line.strip() for line in child.stderr_to_the_end().splitlines() if REFUSED in line]
        if refused and (lacking := _lacking(refused[0])) and lacking <= _own_tasks():
            self.hindered = self.hindered or f"envdoctor takes {_own_tasks()} of the processes that this user may have"
            return None, f"{self.hindered}, and OpenBLAS lacks {lacking}"
        return None, ended + where + "".join(f": {line}" for line in refused[:1])

    def complaints(self) -> str:
        """What the start that worked wrote on standard error; complete once `libraries` has been asked."""
        return self._child.stderr_to_the_end() if self.mode == "normal" else ""

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.stop()


def _lacking(line: str) -> int:
    """The threads that a limit on processes kept OpenBLAS from starting; 0 where the line tells of another cause.

    ``pthread_create failed for thread 1 of 2``: of 2, the first is the program itself (driver/others/blas_server.c).
    """
    words = line.partition(_COUNTED)[2].replace(":", " ").split()
    if _NO_ROOM not in line or len(words) < 3 or not (words[0].isdigit() and words[2].isdigit()):
        return 0
    return int(words[2]) - int(words[0])


def _own_tasks() -> int:
    """The processes and threads that are ours; they count to the limit of the user as the patient's do."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def collected(records: list[str]) -> dict[str, object] | None:
    """The collector's answer; start-up code can read the cookie, and what it forges is passed over."""
    for record in map(_decode, records):
        value = record.get("value") if record and record.get("section") == "collector" else None
        if isinstance(value, dict) and isinstance(value.get("prefix"), str) and isinstance(value.get("sys_path"), list):
            return value
    return None


def _decode(text: str) -> dict[str, object] | None:
    from msgspec import MsgspecError
    from msgspec.json import decode

    try:
        value = decode(text)
    except (MsgspecError, ValueError, RecursionError):
        value = _leniently(text)
    return value if isinstance(value, dict) else None


def _leniently(text: str) -> object:
    """As json takes it: with a name that is no text, as files may have them, and numbers without end."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def threadpoolctl_folder() -> str:
    """The folder that holds our threadpoolctl, for the loader; empty where there is none (the loader then says so)."""
    for entry in sys.path:
        if os.path.isfile(os.path.join(entry, "threadpoolctl.py")):
            return os.path.abspath(entry)
    return ""
