"""PY013 interpreter-does-not-start: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Manual
from envdoctor.facts import Attempt, Start
from envdoctor.testing import findings, outcome, start
from envdoctor_checks.python.interpreter_does_not_start import does_not_start


@pytest.mark.parametrize(("ended", "status"), [("no answer in 0.050 s", "unknown"), ("no answer in 4.9 s", "found")])
def test_a_python_that_had_no_time_to_answer_is_not_accused(ended: str, status: str) -> None:
    attempts = [Attempt(flags=["-I"], ended=ended, answered=False, stderr="")]
    result = outcome(does_not_start, start=Start(mode="none", attempts=attempts, culprits=[]))
    assert result.status == status


def test_a_python_that_envdoctor_could_not_start_is_not_accused() -> None:
    hindered = Start(mode="none", hindered="envdoctor could start no process: Too many open files")
    result = outcome(does_not_start, start=hindered)
    assert result.status == "unknown"
    assert result.reason == "envdoctor could start no process: Too many open files"


@pytest.mark.parametrize(
    "ended, culprits, title",
    [
        ("no answer in 5.0 s", ["/x/sitecustomize.py"], "hangs at every start, before a program's first line: sitecustomize.py"),
        ("signal 11 (SIGSEGV)", ["/x/a.pth", "/x/b.pth"], "crashes at every start, before a program's first line: something"),
        ("status 1", [], "ends at every start, before a program's first line: something that runs at start-up"),
    ],
)  # fmt: skip
def test_a_start_that_only_options_cure_is_told_in_plain_words(ended: str, culprits: list[str], title: str) -> None:
    tries = [Attempt(flags=[], ended=ended, answered=False), Attempt(flags=["-I"], ended="answered", answered=True)]
    (found,) = findings(does_not_start, start=Start(mode="isolated", attempts=tries, culprits=culprits))
    assert found.title.startswith(f"this Python {title}")


@pytest.mark.parametrize(
    "ended, stderr, words",
    [
        (
            "status 127",
            "python: error while loading shared libraries: libpython3.12.so.1.0: cannot open shared object file",
            "give this Python its library libpython3.12.so.1.0 back",
        ),
        ("signal 6 (SIGABRT)", "dyld[9]: Library not loaded: @rpath/libpython3.12.dylib", "its library libpython3.12.dylib"),
        ("status 1", "python: /lib/libc.so.6: version `GLIBC_2.38' not found (required by python)", "GLIBC_2.38 is not here"),
        ("[Errno 8] Exec format error", "", "made for this kind of processor"),
        ("[Errno 13] Permission denied", "", "`noexec`"),
    ],
)  # fmt: skip
def test_what_the_program_itself_lacks_no_new_environment_brings(ended: str, stderr: str, words: str) -> None:
    tries = [Attempt(flags=flags, ended=ended, answered=False, stderr=stderr) for flags in ([], ["-I"], ["-I", "-S"])]
    (found,) = findings(does_not_start, start=start("none", *tries))
    (remedy,) = found.remedies
    assert isinstance(remedy, Manual) and words in remedy.title
