"""A child process that answers in fenced records, within a deadline, and leaves nothing running.

Imported before everything heavy, so only the standard library here.
"""

import _thread
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than everything here
    from typing import IO

    from envdoctor.probe.job import Job

OUTPUT_LIMIT = 16_000_000  # bytes of one record; what is printed outside the fences is not kept, and may be endless
STDERR_KEPT = 4_000  # bytes of the beginning and of the end of standard error
PAUSE = 0.05  # seconds between two looks at whether the child is still there
# What the system refuses to us, whatever it is that we start: descriptors, processes, memory.
OURS = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)
SMALL_STACK = 1 << 18  # bytes; a thread that reads a pipe needs no more, and a large one may be refused (``ulimit -v``)
DRAIN = 4  # looks at a pipe that is still open after the child has gone, before a grandchild must be what holds it
NO_MEMORY = "envdoctor has too little memory (ulimit -v, or the job's limit)"


class Child:
    """One run of a program; its standard output and error are read in the background.

    The records it writes (JSON between two copies of ``cookie``) are handed to ``wait`` as text. ``failure`` is why it
    could not be started, ``lack`` what we lacked ourselves: then a failure says nothing of the program. Where no thread
    may be started to read in the background, its output is read while one waits for it.
    """

    def __init__(self, argv: list[str], cookie: str, environ: dict[str, str] | None = None) -> None:
        self.argv = argv
        self.cookie = cookie.encode("ascii")
        self.records: list[str] = []
        self.failure: str | None = None
        self.lack: str | None = None
        self._out = b""
        self._error_begins = b""
        self._error = b""
        self._flooded = False
        self._open = 2
        self._changed = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._job: Job | None = None
        self._unheard: list[tuple[IO[bytes], Callable[[bytes], None]]] = []  # pipes that no thread reads
        try:
            self._process = _begun(argv, environ)
        except (OSError, ValueError) as error:
            self.failure = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            if isinstance(error, OSError) and error.errno in OURS:
                self.lack = self.failure = f"envdoctor could start no process: {self.failure}"
            return
        if sys.platform == "win32":
            self._job = _job(self._process.pid)
        assert self._process.stdout is not None and self._process.stderr is not None
        for stream, take in ((self._process.stdout, self._take_out), (self._process.stderr, self._take_error)):
            if not started(self._read, (stream, take)):
                self.lack = "envdoctor could start no thread"
                self._unheard.append((stream, take))

    def _read(self, stream: "IO[bytes]", take: Callable[[bytes], None]) -> None:
        try:
            while self._read_once(stream, take):
                pass
        except (MemoryError, SystemError):  # the second is CPython's, where memory is refused
            with self._changed:
                self.lack = NO_MEMORY
                self._open -= 1
                self._changed.notify_all()

    def _read_once(self, stream: "IO[bytes]", take: Callable[[bytes], None]) -> bool:
        """Wait for the next piece and take it; False at the end."""
        try:
            chunk = os.read(stream.fileno(), 65536)
        except OSError:
            chunk = b""
        if not chunk:
            stream.close()
        with self._changed:
            if chunk:
                take(chunk)
            else:
                self._open -= 1
            self._changed.notify_all()
        return bool(chunk)

    def _more(self, seconds: float) -> bool:
        """Wait for something to come, so many ``seconds`` at most; whether it did. The lock is ours."""
        if not self._unheard:
            return self._changed.wait(seconds)
        import select

        ready = select.select([stream for stream, _ in self._unheard], [], [], seconds)[0]
        self._unheard = [
            (stream, take) for stream, take in self._unheard if stream not in ready or self._read_once(stream, take)
        ]
        return self._changed.wait(0.001) or bool(ready)  # the other pipe may have a thread

    def _to_the_end(self, seconds: float) -> None:
        """Hear the child until nothing more can come, or for so long."""
        end = time.monotonic() + seconds
        with self._changed:
            while self._open and (left := end - time.monotonic()) > 0:
                self._more(left)

    def _take_out(self, chunk: bytes) -> None:
        if self._flooded:
            return
        self._out += chunk
        if self.cookie not in self._out:
            self._out = self._out[-len(self.cookie) :]
            return
        while True:
            begin = self._out.find(self.cookie)
            end = self._out.find(self.cookie, begin + len(self.cookie))
            if begin < 0 or end < 0:
                self._flooded = len(self._out) > OUTPUT_LIMIT
                return
            self.records.append(self._out[begin + len(self.cookie) : end].decode("ascii", "replace"))
            self._out = self._out[end + len(self.cookie) :]

    def _take_error(self, chunk: bytes) -> None:
        if (left := STDERR_KEPT - len(self._error_begins)) > 0:
            self._error_begins += chunk[:left]
            chunk = chunk[left:]
        self._error = (self._error + chunk)[-STDERR_KEPT:]

    def wait(self, wanted: Callable[[list[str]], bool], deadline: float) -> bool:
        """Wait for ``wanted(records)``, the child's end, or ``deadline`` (of `time.monotonic`); whether it is so."""
        process = self._process
        looks = 0.0
        with self._changed:
            while not wanted(self.records):
                now = time.monotonic()
                if process is None or self._open == 0 or now >= deadline or self._flooded:
                    return wanted(self.records)
                # Looks are counted, not seconds: on a busy machine our own threads may not have come to reading.
                if looks > DRAIN:
                    return False
                more = self._more(min(deadline - now, PAUSE))
                if process.poll() is not None:
                    looks += 0.05 if more else 1  # a pipe may hold some chunks still, not chunks without end
            return True

    def stop(self, ask_where: bool = False) -> None:
        """End the child and its process group. ``ask_where``: have faulthandler write to stderr where it hangs."""
        process = self._process
        if process is None:
            return
        if ask_where and process.poll() is None and hasattr(signal, "SIGABRT") and sys.platform != "win32":
            self._ask_where(process.pid)
        if sys.platform == "win32":
            if self._job is not None:  # what it has started, too, when it has ended itself
                self._job.end()
            elif process.poll() is None:
                subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        else:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:  # in uninterruptible sleep: nothing more can be done
            pass
        if self._unheard:
            self._to_the_end(PAUSE * 4)
            for stream, _ in self._unheard:
                stream.close()
            self._unheard = []

    def _ask_where(self, pid: int) -> None:
        try:
            import resource

            if hasattr(resource, "prlimit"):
                resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
            else:
                return
            os.kill(pid, signal.SIGABRT)
        except OSError:
            return
        self._to_the_end(0.5)

    def ending(self) -> str:
        """How it ended, in words: ``status 3``, ``signal 11 (SIGSEGV)``, ``still running``."""
        if self.failure is not None or self._process is None:
            return self.failure or "did not start"
        if self._flooded:
            return f"answered with more than {OUTPUT_LIMIT // 1_000_000} MB"
        if self._open == 0:  # nothing more can come; the status may follow the end of the output by a moment
            try:
                self._process.wait(PAUSE * 4)
            except subprocess.TimeoutExpired:
                return "closed its output without an answer"
        return describe_status(self._process.poll())

    def stderr_to_the_end(self) -> str:
        """As `stderr`, when the child has been stopped: what was on its way has come, too."""
        self._to_the_end(PAUSE * 4)
        return self.stderr

    @property
    def stderr(self) -> str:
        return decoded(self._error_begins + self._error)


def _begun(argv: list[str], environ: dict[str, str] | None) -> "subprocess.Popen[bytes]":
    """The process, with nothing to read. Raises `OSError`, `ValueError`."""
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
    except FileNotFoundError:  # a /dev without null: a pipe that nobody writes to is at its end, too
        nothing, end = os.pipe()
        os.close(end)
    try:
        return subprocess.Popen(
            argv,
            stdin=nothing,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environ,
            bufsize=0,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    finally:
        os.close(nothing)


def started(target: Callable[..., object], arguments: tuple[object, ...]) -> bool:
    """Whether a thread of ours could be started for this, with a small stack where a usual one is refused.

    ``threading.Thread.start`` waits, for ever, for a first sign of the thread, which never comes from one that has no
    memory to begin: a bare thread is not waited for.
    """
    try:
        _thread.start_new_thread(target, arguments)
    except RuntimeError:
        usual = threading.stack_size(SMALL_STACK)
        try:
            _thread.start_new_thread(target, arguments)
        except RuntimeError:
            return False
        finally:
            threading.stack_size(usual)
    return True


# What Windows puts in place of an exit status where it ends a process, in its own words, shortened
# (https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55).
NTSTATUS = {
    0x40000015: "the program gave up",
    0x80000003: "breakpoint",
    0xC0000005: "access violation",
    0xC0000006: "a page could not be read from the disk",
    0xC0000017: "out of memory",
    0xC000001D: "illegal instruction",
    0xC0000025: "an exception that can't be continued from",
    0xC000007B: "not an image for this machine",
    0xC000008E: "division by zero",
    0xC0000094: "integer division by zero",
    0xC0000096: "privileged instruction",
    0xC00000FD: "stack overflow",
    0xC000012D: "commit limit reached",
    0xC0000135: "a DLL was not found",
    0xC0000138: "an ordinal was not found in a DLL",
    0xC0000139: "a function was not found in a DLL",
    0xC000013A: "interrupted by Ctrl+C",
    0xC0000142: "a DLL failed to start",
    0xC0000374: "heap corruption",
    0xC0000409: "the program ended itself at once",
    0xC0000417: "invalid argument of a C function",
    0xC06D007E: "a DLL was not found when it was needed",
    0xC06D007F: "a function was not found when it was needed",
    0xE06D7363: "a C++ exception that nobody caught",
}
_SEVERE = 0xC0000000  # the two highest bits: an error


def _job(pid: int) -> "Job | None":
    """The job of a process on Windows; ``None`` where there can be none."""
    try:
        from envdoctor.probe.job import Job

        return Job(pid)
    except (ImportError, OSError, AttributeError):
        return None


def decoded(data: bytes) -> str:
    """What a program wrote, as text with newlines alone; on Windows in the system's code page where it is no UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        page = "mbcs" if sys.platform == "win32" else "utf-8"
        text = data.decode(page, "replace")
    return text.replace("\r\n", "\n")


def describe_status(status: int | None) -> str:
    """An exit status in words; negative numbers are signals, as `subprocess` has it, and above 2^30 Windows' own."""
    if status is None:
        return "still running"
    number = status & 0xFFFFFFFF
    if number in NTSTATUS or (number >= _SEVERE and not -256 < status < 0):
        words = NTSTATUS.get(number)
        return f"status 0x{number:08X}" + (f" ({words})" if words else "")
    if status >= 0:
        return f"status {status}"
    try:
        return f"signal {-status} ({signal.Signals(-status).name})"
    except ValueError:
        return f"signal {-status}"
