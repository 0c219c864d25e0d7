"""What takes too long to read costs itself, and no more; what nothing can interrupt ends the run with its path."""

import os
import signal
import time
from pathlib import Path

import pytest

from envdoctor.facts.base import Missing
from envdoctor.probe import budget
from envdoctor.probe.section import section
from envdoctor.probe.world import World

pytestmark = pytest.mark.posix


def nobody(name: str) -> None:
    raise AssertionError(name)


def endless() -> int:
    while True:
        time.sleep(0.01)


def test_a_section_without_end_costs_itself_only() -> None:
    began = time.monotonic()
    with budget.limited(0.2, nobody):
        hung = section("project", endless)
        quick = section("cpu", lambda: 2)
        again = section("conda", endless)
    assert isinstance(hung, Missing)
    assert hung.reason == "project: not read within 0.2 s"
    assert quick == 2
    assert isinstance(again, Missing)
    assert time.monotonic() - began < 5  # a second where nobody else wants the processor


def test_a_file_that_blocks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("x", encoding="utf-8")
    monkeypatch.setattr(os, "read", lambda *_: time.sleep(30))
    world = World(root=str(tmp_path), home="/", cwd="/", environ={})
    with budget.limited(0.1, nobody):
        found = section("project", world.read, "/a")
    assert found == Missing("/a: not read within 0.1 s")


def test_a_signal_that_comes_while_a_reading_ends_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = []

    def end(self: budget.Budget, depth: int) -> None:
        ends.append(depth)
        if len(ends) == 1:
            raise budget.TooLong(1)

    monkeypatch.setattr(budget.Budget, "_end", end)
    with budget.limited(5, nobody):
        found = section("packages", lambda: 2)
    assert found == Missing("packages: not read within 1 s")
    assert ends == [0, 0]


def test_what_waits_for_the_patient_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "GRACE", 0.0)
    with budget.limited(0.05, nobody):
        section("cpu", lambda: 2)
        time.sleep(0.2)
        assert section("imports", time.sleep, 0.3) is None


def test_the_patient_may_take_all_the_time_and_a_short_reading_is_still_done() -> None:
    with budget.limited(0.05, nobody):
        time.sleep(0.2)
        assert section("packages", time.sleep, 0.2) is None


def test_what_hangs_between_two_readings_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "PATIENCE", 0.0)
    monkeypatch.setattr(budget, "GRACE", 0.0)
    told: list[str] = []
    with budget.limited(0.1, told.append):
        section("cpu", lambda: 2)
        time.sleep(0.6)
    assert told[:1] == ["cpu"]


def test_a_reading_that_no_signal_interrupts_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "PATIENCE", 0.0)
    monkeypatch.setattr(budget, "GRACE", 0.0)
    told: list[str] = []
    with budget.limited(0.1, told.append):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        try:
            section("packages", time.sleep, 0.8)
        finally:
            assert budget.current is not None
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.sigtimedwait([signal.SIGALRM], 0)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    assert told[:1] == ["packages"]


def test_a_process_with_a_clock_of_its_own_keeps_it() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        with budget.limited(1, nobody):
            assert budget.current is None
            assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
