"""A child is heard within its deadline, whatever it does, and nothing of it is left."""

import _thread
import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from envdoctor.probe import child as module
from envdoctor.probe.child import Child, decoded, describe_status

COOKIE = "cookie-0123:"
SOON = 0.5  # seconds within which a test's deadline strikes
SLACK = 2.0  # seconds a busy machine may add


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    """Starts Python code as a child; what is left of it at the end of the test is stopped."""
    children = []

    def begin(code: str) -> Child:
        children.append(Child([sys.executable, "-I", "-S", "-c", textwrap.dedent(code)], COOKIE))
        return children[-1]

    yield begin
    for item in children:
        item.stop()


def answer(item: Child, count: int = 1, seconds: float = 10) -> bool:
    return item.wait(lambda records: len(records) >= count, time.monotonic() + seconds)


def alive(pid: int) -> bool:
    """False for a zombie, too: it is dead, and only waits for its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.01)
    return True


# --- fences ---


def test_only_what_stands_between_fences_is_a_record(start: Callable[..., Child]) -> None:
    item = start(f"print('hello {COOKIE}one{COOKIE} and {COOKIE}two{COOKIE} bye')")
    assert answer(item, 2)
    assert item.records == ["one", "two"]


def test_a_fence_in_pieces_is_a_fence(start: Callable[..., Child]) -> None:
    item = start(f"""
        import os, time
        for letter in "noise{COOKIE}re" + "x" * 5 + "cord{COOKIE}":
            os.write(1, letter.encode())
            time.sleep(0.001)
    """)
    assert answer(item)
    assert item.records == ["rexxxxxcord"]


def test_a_record_that_never_ends_is_none(start: Callable[..., Child]) -> None:
    item = start(f"print('{COOKIE}half a record', flush=True)")
    assert not answer(item)
    assert item.records == []
    assert item.ending() == "status 0"


def test_bytes_that_are_no_ascii_break_no_record(start: Callable[..., Child]) -> None:
    item = start(f"import os; os.write(1, b'\\xff{COOKIE}\\xe9{COOKIE}')")
    assert answer(item)
    assert item.records == ["�"]


def test_a_flood_before_the_answer_is_passed_over(start: Callable[..., Child]) -> None:
    item = start(f"""
        import os
        for _ in range(320):
            os.write(1, b"x" * 65536)
            os.write(2, b"y" * 65536)
        os.write(2, b"the end")
        print("{COOKIE}here{COOKIE}")
    """)
    assert answer(item)
    assert item.records == ["here"]
    assert wait_until(lambda: item.stderr.endswith("the end"))
    assert item.stderr.startswith("yyy")
    assert len(item.stderr) <= 2 * module.STDERR_KEPT


def test_a_record_without_end_is_cut_off(start: Callable[..., Child], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OUTPUT_LIMIT", 1_000_000)
    item = start(f"""
        import os
        os.write(1, b"{COOKIE}")
        while True:
            os.write(1, b"x" * 65536)
    """)
    assert not answer(item)
    assert item.ending() == "answered with more than 1 MB"


# --- the end ---


def test_a_deadline_is_kept(start: Callable[..., Child]) -> None:
    item = start("import time; time.sleep(60)")
    began = time.monotonic()
    assert not answer(item, seconds=SOON)
    assert SOON <= time.monotonic() - began < SOON + SLACK
    assert item.ending() == "still running"


def test_an_answer_that_is_there_needs_no_time(start: Callable[..., Child]) -> None:
    item = start(f"print('{COOKIE}x{COOKIE}')")
    assert answer(item)
    assert item.wait(bool, time.monotonic() - 1)


@pytest.mark.parametrize(
    "code, ending",
    [
        ("import os; os._exit(3)", "status 3"),
        ("pass", "status 0"),
        ("import os; os.kill(os.getpid(), 11)", "signal 11 (SIGSEGV)"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9 (SIGKILL)"),
    ],
)
def test_an_end_without_an_answer_is_not_waited_for(start: Callable[..., Child], code: str, ending: str) -> None:
    began = time.monotonic()
    item = start(code)
    assert not answer(item, seconds=30)
    assert time.monotonic() - began < 10
    assert item.ending() == ending


def test_a_child_that_closes_its_output_and_goes_on_is_told(start: Callable[..., Child]) -> None:
    item = start("import os, time; os.close(1); os.close(2); time.sleep(60)")
    assert not answer(item, seconds=30)
    assert item.ending() == "closed its output without an answer"


def test_a_grandchild_that_holds_the_pipe_is_not_waited_for(start: Callable[..., Child]) -> None:
    item = start("import os, time; os.fork() or time.sleep(60)")
    began = time.monotonic()
    assert not answer(item, seconds=30)
    assert time.monotonic() - began < SLACK
    assert item.ending() == "status 0"


def test_a_grandchild_that_talks_without_end_is_not_waited_for(start: Callable[..., Child]) -> None:
    item = start("""
        import os
        while not os.fork():
            while True:
                os.write(1, b"x" * 65536)
    """)
    began = time.monotonic()
    assert not answer(item, seconds=30)
    assert time.monotonic() - began < 10


def test_what_a_child_left_in_the_pipe_is_read_though_a_grandchild_holds_it(start: Callable[..., Child]) -> None:
    item = start(f"""
        import os, time
        if not os.fork():
            time.sleep(60)
        os.write(1, b"x" * 60000 + b"{COOKIE}late{COOKIE}")
        os._exit(0)
    """)
    assert answer(item, seconds=30)
    assert item.records == ["late"]


def test_the_whole_group_is_stopped(start: Callable[..., Child]) -> None:
    item = start(f"""
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        child = os.fork()
        if child:
            print("{COOKIE}%d{COOKIE}{COOKIE}%d{COOKIE}" % (os.getpid(), child), flush=True)
        time.sleep(60)
    """)
    assert answer(item, 2)
    pids = [int(record) for record in item.records]
    assert all(map(alive, pids))
    item.stop()
    assert wait_until(lambda: not any(map(alive, pids)))
    assert item.ending() == "signal 9 (SIGKILL)"


def test_stopping_twice_is_stopping_once(start: Callable[..., Child]) -> None:
    item = start("import time; time.sleep(60)")
    item.stop()
    item.stop()
    assert item.ending() == "signal 9 (SIGKILL)"


def test_a_child_that_hangs_says_where() -> None:
    code = f"""
import time
def here():
    time.sleep(60)
print("{COOKIE}up{COOKIE}", flush=True)
here()
"""
    for _ in range(5):  # it is not waited for long, and the machine may be busy
        item = Child([sys.executable, "-I", "-X", "faulthandler", "-c", code], COOKIE)
        try:
            assert answer(item)
            item.stop(ask_where=True)
            if wait_until(lambda item=item: "in here" in item.stderr, 1):  # type: ignore[misc]
                return
        finally:
            item.stop()
    pytest.fail(item.stderr)


def test_no_file_is_left_open() -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    for _ in range(5):
        item = Child(["/bin/sh", "-c", f"echo '{COOKIE}x{COOKIE}'"], COOKIE)
        assert answer(item)
        item.stop()
    assert wait_until(lambda: descriptors() <= before)


@pytest.mark.parametrize(
    "argv, reason",
    [
        (["/no/such/program"], "No such file or directory"),
        (["/etc/passwd"], "Permission denied"),
        (["a\0b"], "embedded null byte"),
    ],
)
def test_a_program_that_cannot_be_run_says_why(argv: list[str], reason: str) -> None:
    item = Child(argv, COOKIE)
    assert item.failure == reason
    assert not answer(item, seconds=30)
    assert item.ending() == reason
    item.stop(ask_where=True)


def test_a_file_without_a_format_says_so(tmp_path: Path) -> None:
    script = tmp_path / "python"
    script.write_text("not a program\n", encoding="ascii")
    script.chmod(0o755)
    assert Child([str(script)], COOKIE).ending() == "Exec format error"


def test_nothing_can_be_read_from_standard_input(start: Callable[..., Child]) -> None:
    item = start(f"import sys; print('{COOKIE}' + repr(sys.stdin.read()) + '{COOKIE}')")
    assert answer(item)
    assert item.records == ["''"]


def test_the_interrupt_key_does_not_reach_the_child(start: Callable[..., Child]) -> None:
    item = start(f"import os; print('{COOKIE}%d{COOKIE}' % os.getsid(0))")
    assert answer(item)
    assert int(item.records[0]) != os.getsid(0)


@pytest.mark.parametrize(
    "status, words",
    [
        (None, "still running"),
        (0, "status 0"),
        (255, "status 255"),
        (-signal.SIGABRT, "signal 6 (SIGABRT)"),
        (-99, "signal 99"),
        (0xC0000005, "status 0xC0000005 (access violation)"),
        (0xC000001D, "status 0xC000001D (illegal instruction)"),
        (0xC0000409 - (1 << 32), "status 0xC0000409 (the program ended itself at once)"),
        (0xC0DEC0DE, "status 0xC0DEC0DE"),
        (0x80000003, "status 0x80000003 (breakpoint)"),
    ],
)
def test_a_status_in_words(status: int | None, words: str) -> None:
    assert describe_status(status) == words


def test_what_a_program_of_windows_writes_has_plain_newlines() -> None:
    assert decoded(b"Error in sitecustomize\r\nboom\r\n") == "Error in sitecustomize\nboom\n"
    assert decoded(b"caf\xe9\n") == "caf\ufffd\n"


def test_the_modules_of_the_first_moment_are_few() -> None:
    code = "import sys; import envdoctor.start, envdoctor.probe.interrogation; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"msgspec", "click", "rich", "pathlib", "inspect", "asyncio"} & set(done.stdout.split()) == set()


# --- what we lack ourselves ---


def test_an_answer_is_heard_where_no_thread_may_be_started(
    start: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(function: object, arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_thread, "start_new_thread", refused)
    item = start(f"""
        import sys
        sys.stderr.write("x" * 300_000 + "the end")
        print({COOKIE!r} + "[" + "1," * 100_000 + "1]" + {COOKIE!r})
    """)
    assert answer(item)
    item.stop()
    assert item.lack == "envdoctor could start no thread"
    assert item.stderr_to_the_end().endswith("the end")


def test_a_hanging_child_is_left_at_the_deadline_where_no_thread_may_be_started(
    start: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "started", lambda *_: False)
    item = start("import time; time.sleep(60)")
    began = time.monotonic()
    assert not answer(item, seconds=SOON)
    assert time.monotonic() - began < SOON + SLACK


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM])
def test_what_the_system_refuses_to_us_is_our_lack(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(subprocess, "Popen", refused)
    item = Child([sys.executable], COOKIE)
    assert item.lack == item.failure == f"envdoctor could start no process: {os.strerror(number)}"


def test_a_program_that_is_not_there_is_no_lack_of_ours() -> None:
    item = Child(["/nonexistent/python"], COOKIE)
    assert item.failure == "No such file or directory"
    assert item.lack is None
