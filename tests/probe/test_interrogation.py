"""Up to three starts under one deadline: the patients here are shell scripts, which answer as they please."""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from envdoctor.probe.interrogation import COLLECTOR, Interrogation, collected, threadpoolctl_folder
from tests.support.patients import clean_environ

ANSWER = {"section": "collector", "value": {"prefix": "/p", "sys_path": ["/p/lib"]}}
LOADER = {"section": "loader", "value": {"pools": []}}
SLACK = 2.0  # seconds a busy machine may add

Ask = Callable[..., Interrogation]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Begins an interview with a shell script: ``$mode`` is normal, isolated or without-site, ``say`` fences."""
    begun = []

    def begin(script: str, timeout: float = 10.0, environ: dict[str, str] | None = None) -> Interrogation:
        python = tmp_path / "python"
        python.write_text(
            "#!/bin/sh\n"
            'case "$*" in *-I\\ -S*) mode=without-site ;; *-I*) mode=isolated ;; *) mode=normal ;; esac\n'
            f'echo $mode "$@" >> {shlex.quote(str(tmp_path / "calls"))}\n'
            'while [ "$1" != ' + shlex.quote(COLLECTOR) + " ]; do shift; done\n"
            "cookie=$2\n"
            'say() { printf \'%s%s%s\\n\' "$cookie" "$1" "$cookie"; }\n'
            f"who={shlex.quote(json.dumps(ANSWER, separators=(',', ':')))}\n"
            f"loader={shlex.quote(json.dumps(LOADER, separators=(',', ':')))}\n" + script,
            encoding="utf-8",
        )
        python.chmod(0o755)
        begun.append(Interrogation(str(python), timeout, environ or dict(os.environ)))
        return begun[-1]

    yield begin
    for interview in begun:
        interview.close()


def calls(tmp_path: Path) -> list[list[str]]:
    return [line.split() for line in (tmp_path / "calls").read_text(encoding="utf-8").splitlines()]


def endings(interview: Interrogation) -> list[tuple[str, str]]:
    return [(attempt.mode, attempt.ended) for attempt in interview.tries]


def test_a_patient_that_answers_is_started_once(ask: Ask, tmp_path: Path) -> None:
    interview = ask('say "$who"; say "$loader"')
    assert interview.who() == ANSWER["value"]
    assert interview.libraries() == (LOADER["value"], "")
    assert (interview.mode, endings(interview)) == ("normal", [("normal", "answered")])
    assert len(calls(tmp_path)) == 1


def test_the_answer_is_asked_for_once(ask: Ask, tmp_path: Path) -> None:
    interview = ask('say "$who"')
    assert interview.who() is interview.who()
    assert len(calls(tmp_path)) == 1


def test_the_patient_starts_as_the_user_has_it_and_then_without_one_thing_after_another(
    ask: Ask, tmp_path: Path
) -> None:
    environ = {**os.environ, "PYTHONPATH": "/mine"}
    interview = ask('[ $mode = without-site ] && say "$who"; exit 7', environ=environ)
    assert interview.who() == ANSWER["value"]
    assert interview.mode == "isolated-without-site"
    assert endings(interview) == [
        ("normal", "status 7"),
        ("isolated", "status 7"),
        ("isolated-without-site", "answered"),
    ]
    flags = [call[1 : call.index(COLLECTOR)] for call in calls(tmp_path)]
    assert [[flag for flag in row if flag in ("-I", "-S")] for row in flags] == [[], ["-I"], ["-I", "-S"]]
    assert all("-B" in row for row in flags)


def test_every_start_has_a_cookie_of_its_own(ask: Ask, tmp_path: Path) -> None:
    assert ask("exit 1").who() is None
    cookies = [call[call.index(COLLECTOR) + 1] for call in calls(tmp_path)]
    assert len(set(cookies)) == 3


def test_only_the_first_start_sees_faulthandlers_variable(ask: Ask) -> None:
    interview = ask('[ "$PYTHONFAULTHANDLER" = 1 ] && exit 5; say "$who"')
    interview.who()
    assert endings(interview) == [("normal", "status 5"), ("isolated", "answered")]


def test_what_a_failed_start_said_is_kept(ask: Ask) -> None:
    interview = ask('echo "line one of $mode" >&2; exit 1')
    assert interview.who() is None
    assert interview.mode == "none"
    assert [attempt.stderr for attempt in interview.tries] == [
        "line one of normal\n",
        "line one of isolated\n",
        "line one of without-site\n",
    ]
    assert interview.libraries() == (None, "the interpreter does not start")


def test_an_end_without_an_answer_is_no_success(ask: Ask) -> None:
    interview = ask("exit 0")
    assert interview.who() is None
    assert endings(interview)[0] == ("normal", "status 0 without an answer")


def test_a_start_that_hangs_leaves_time_for_the_others(ask: Ask) -> None:
    interview = ask('[ $mode = normal ] && exec sleep 60; say "$who"', timeout=2.0)
    began = time.monotonic()
    assert interview.who() == ANSWER["value"]
    assert time.monotonic() - began < 2.0 + SLACK
    assert interview.mode == "isolated"
    assert interview.tries[0].ended.startswith("no answer in ")


def test_one_deadline_covers_all_three_starts(ask: Ask) -> None:
    interview = ask("exec sleep 60", timeout=1.0)
    began = time.monotonic()
    assert interview.who() is None
    assert time.monotonic() - began < 1.0 + SLACK
    assert [attempt.ended[:13] for attempt in interview.tries] == ["no answer in "] * 3


def test_a_deadline_that_has_passed_still_takes_an_answer_that_is_there(ask: Ask) -> None:
    interview = ask('say "$who"; say "$loader"')
    time.sleep(0.3)
    interview.limit(0.1)
    assert interview.who() == ANSWER["value"]
    assert interview.libraries() == (LOADER["value"], "")


def test_a_start_that_ended_while_we_were_loading_leaves_time_for_the_others(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os; os._exit(0)\n")
    asked = Interrogation(sys.executable, 4.0, clean_environ(PYTHONPATH=str(tmp_path)))
    try:
        until = time.monotonic() + 30
        while asked._child.ending() == "still running" and time.monotonic() < until:
            time.sleep(0.05)
        asked.deadline = time.monotonic() - 1  # we have taken long to load
        assert asked.who() is not None
        assert [(attempt.mode, attempt.answered) for attempt in asked.tries] == [("normal", False), ("isolated", True)]
    finally:
        asked.close()


def test_the_deadline_counts_from_the_beginning(ask: Ask) -> None:
    interview = ask("exec sleep 60", timeout=30.0)
    began = interview.deadline - 30.0
    interview.limit(1.0)
    assert interview.deadline == pytest.approx(began + 1.0)


@pytest.mark.parametrize(
    "answer",
    [
        "no json",
        "[]",
        "[" * 100_000,
        '{"section":"loader","value":{"prefix":"/p","sys_path":[]}}',
        '{"section":"collector","value":[]}',
        '{"section":"collector","value":{"prefix":1,"sys_path":[]}}',
    ],
)
def test_an_answer_to_something_else_is_none(answer: str) -> None:
    assert collected([answer]) is None
    assert collected([answer, json.dumps(ANSWER)]) == ANSWER["value"]


def test_a_program_that_is_not_there_is_tried_once(tmp_path: Path) -> None:
    interview = Interrogation(str(tmp_path / "nowhere"), 10, dict(os.environ))
    assert interview.who() is None
    assert endings(interview) == [("normal", "No such file or directory")]
    interview.close()


LOADING = """say '{"section":"loading","value":"/site/numpy/_core.so"}'\n"""


def test_a_crash_while_loading_names_the_file(ask: Ask) -> None:
    interview = ask(f'say "$who"\n{LOADING}kill -SEGV $$')
    assert interview.libraries() == (None, "signal 11 (SIGSEGV) while loading /site/numpy/_core.so")


def test_a_hang_while_loading_names_the_file(ask: Ask) -> None:
    interview = ask(f'say "$who"\n{LOADING}exec sleep 60', timeout=1.0)
    assert interview.libraries() == (None, "no answer in 1 s while loading /site/numpy/_core.so")


def test_an_exit_before_loading_is_told(ask: Ask) -> None:
    assert ask('say "$who"; exit 3').libraries() == (None, "status 3")


def test_closing_ends_the_patient(ask: Ask, tmp_path: Path) -> None:
    interview = ask(f'echo $$ > {shlex.quote(str(tmp_path / "pid"))}; say "$who"; exec sleep 60')
    interview.who()
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    interview.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_folder_of_threadpoolctl_is_found_without_importing_it() -> None:
    assert os.path.isfile(os.path.join(threadpoolctl_folder(), "threadpoolctl.py"))


@pytest.mark.parametrize("lacking, hindered", [(1, True), (40, False)])
def test_threads_that_ours_may_have_taken_are_not_said_to_be_refused(ask: Ask, lacking: int, hindered: bool) -> None:
    refused = f"pthread_create failed for thread 1 of {1 + lacking}: Resource temporarily unavailable"
    interview = ask(f'say "$who"; echo "OpenBLAS blas_thread_init: {refused}" >&2; kill -INT $$')
    told, why = interview.libraries()
    assert told is None
    assert ("pthread_create failed" in why) is not hindered
    assert bool(interview.hindered) is hindered
