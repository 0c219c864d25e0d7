"""A command under several settings: in turns, repeated until the ranking is sure, told once where it fails."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from envdoctor.ecosystem.measured import AS_IT_IS, judged, settled
from envdoctor.facts import Row
from envdoctor.probe import timing
from envdoctor.report.chart import of_command
from envdoctor.testing import cpu
from tests.support.patients import clean_environ

ONE = "OMP_NUM_THREADS=1"
POSIX = pytest.mark.skipif(os.name == "nt", reason="a shell")


def timed(script: str, *settings: str, limit: float = 20.0) -> timing.Timing:
    return timing.timed(["sh", "-c", script], clean_environ(), [AS_IT_IS, *settings], limit, lambda *_: None)


def rows(**seconds: list[float]) -> list[Row]:
    named = {AS_IT_IS if name == "before" else name: values for name, values in seconds.items()}
    return [
        Row(work="command", size=0, setting=name, milliseconds=[it * 1e3 for it in values])
        for name, values in named.items()
    ]


def test_the_candidates_are_time_outs_and_numbers_of_threads() -> None:
    timeouts = ["OPENBLAS_THREAD_TIMEOUT=18", "OPENBLAS_THREAD_TIMEOUT=14"]
    assert timing.candidates(cpu(8), {}) == [AS_IT_IS, *timeouts, ONE, "OMP_NUM_THREADS=4"]
    limited = timing.candidates(cpu(16, usable=4), {"MKL_NUM_THREADS": "16", "OPENBLAS_THREAD_TIMEOUT": "14"})
    both = [f"OMP_NUM_THREADS={count} MKL_NUM_THREADS={count}" for count in (1, 2, 4)]
    assert limited == [AS_IT_IS, timeouts[0], *both]
    assert timing.candidates(cpu(1), {}) == [AS_IT_IS]
    assert ONE not in timing.candidates(cpu(2), {"OMP_NUM_THREADS": "1"})


def test_a_ranking_is_settled_where_a_setting_is_better_for_sure_or_all_are_alike() -> None:
    assert settled(rows(before=[1.0, 1.01, 1.0], other=[0.5, 0.5, 0.51]))
    assert settled(rows(before=[1.0, 1.01, 1.0], other=[1.0, 1.0, 1.01]))
    assert not settled(rows(before=[1.0, 1.6, 1.0], other=[1.2, 1.0, 1.5]))
    assert settled(rows(before=[1.0]))


@POSIX
def test_the_faster_setting_is_recommended_with_its_figures() -> None:
    """0.5 s."""
    seen = timed('[ "$OMP_NUM_THREADS" = 1 ] || sleep 0.12', ONE)
    assert [row.setting for row in seen.rows] == [AS_IT_IS, ONE]
    assert seen.runs >= 2 * timing.LEAST
    judgement = judged(seen.rows)
    assert judgement.recommended == {"OMP_NUM_THREADS": "1"}
    text = "\n".join(of_command(seen.rows, judgement, True))
    assert "export OMP_NUM_THREADS=1" in text
    assert "times faster" in text


@POSIX
def test_a_setting_under_which_the_command_fails_is_left_out() -> None:
    seen = timed('[ -z "$OMP_NUM_THREADS" ]', ONE)
    assert seen.failed == {ONE: 1}
    assert [row.setting for row in seen.rows] == [AS_IT_IS]


@POSIX
def test_no_run_is_begun_that_would_end_after_the_limit() -> None:
    seen = timed("sleep 0.3", ONE, "OMP_NUM_THREADS=2", limit=0.4)
    assert (seen.runs, len(seen.rows)) == (1, 1)


@POSIX
def test_a_command_that_fails_is_told_once_with_its_last_words() -> None:
    with pytest.raises(timing.Failed) as failure:
        timed("echo early; echo late >&2; exit 5", ONE)
    assert (failure.value.status, failure.value.said) == (5, "early\nlate\n")


def measure(*words: str) -> Any:
    argv = [sys.executable, "-m", "envdoctor", "measure", *words]
    return subprocess.run(argv, capture_output=True, text=True, env=clean_environ(), check=False)


@POSIX
def test_the_command_line_says_what_the_command_said_and_its_json_has_the_contracts_keys() -> None:
    """Three starts of envdoctor."""
    failed = measure("--", "sh", "-c", "echo no such data >&2; exit 4")
    assert (failed.returncode, failed.stdout) == (3, "")
    assert "status 4" in failed.stderr
    assert failed.stderr.count("no such data") == 1
    told = measure("--limit", "1", "--format", "json", "--", "sh", "-c", "echo noise")
    document = json.loads(told.stdout)["measure"]
    assert {"rows", "recommended", "verdict", "price", "failed"} <= document.keys()
    assert document["rows"][0]["setting"] == AS_IT_IS
    assert "noise" not in told.stderr
    short = measure("--limit", "0.1", "--", "sh", "-c", "sleep 0.2")
    assert short.returncode == 3
    assert "no setting is faster for sure" in short.stdout
