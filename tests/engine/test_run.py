"""One check may do what it wants; the others run, and its end is an outcome."""

import _thread
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from envdoctor.engine.checks import Check, NotApplicable, Outcome, check
from envdoctor.engine.findings import Finding
from envdoctor.engine.rules import Confidence, Rule, Severity
from envdoctor.engine.run import RegisteredCheck, examine, run
from envdoctor.facts import Cpu, Missing, Project, UnknownFact
from envdoctor.testing import changed, cpu, facts

RULE = Rule("TST001", "made-up", Severity.WARNING)
FOUND = Finding(RULE, "culprit", (), "title", "why")


def made(function: Callable[..., Any], *needs: str) -> Check:
    return Check("made-up", (RULE,), function, needs)


def ended(function: Callable[..., Any], *needs: str, **sections: Any) -> tuple[str, str]:
    outcome = run(facts(**sections), RegisteredCheck(made(function, *needs)))
    return outcome.status, outcome.reason


def raising(error: BaseException, after: int = 0) -> Callable[[], Iterator[Finding]]:
    def examine() -> Iterator[Finding]:
        yield from [FOUND] * after
        raise error

    return examine


def test_a_check_is_handed_the_facts_its_parameters_name() -> None:
    @check(RULE)
    def examined(recorded: str, cpu: Cpu) -> Iterator[Finding]:
        yield changed(FOUND, subject=f"{recorded} {cpu.logical}")

    assert (examined.name, examined.needs, examined.codes) == ("made-up", ("recorded", "cpu"), ("TST001",))
    outcome = run(facts(cpu=cpu(8)), RegisteredCheck(examined, "plug-in"))
    assert [finding.subject for finding in outcome.findings] == ["2026-11-23T12:00:00Z 8"]
    assert (outcome.status, outcome.source) == ("found", "plug-in")


def test_a_finding_may_override_its_rule() -> None:
    finding = changed(FOUND, own_severity=Severity.ERROR, own_confidence=Confidence.POSSIBLE)
    assert (finding.severity, finding.confidence) == ("error", "possible")
    assert (FOUND.severity, FOUND.confidence) == ("warning", "certain")


@pytest.mark.parametrize("nothing", [list, lambda: None, lambda: iter(()), lambda: ()])
def test_no_finding_is_a_pass(nothing: Callable[[], Iterable[Finding] | None]) -> None:
    assert ended(nothing) == ("passed", "")


def test_a_missing_section_is_unknown_and_the_check_never_runs() -> None:
    assert ended(lambda cpu: pytest.fail("it ran"), "cpu", cpu=Missing("no /proc")) == ("unknown", "no /proc")


def test_an_absent_section_does_not_apply() -> None:
    assert ended(lambda project: pytest.fail("it ran"), "project", project=None) == (
        "not-applicable",
        "no project here",
    )


def test_a_section_that_is_there_is_examined() -> None:
    project = Project(root="/fit", evidence="pyproject.toml", declarations=[])
    assert ended(lambda project: [], "project", project=project) == ("passed", "")


def test_a_need_that_is_no_section_is_unknown() -> None:
    status, reason = ended(lambda weather: [], "weather")
    assert (status, reason) == ("unknown", "the check needs 'weather', and there is no such section of facts")


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    "error, status, reason",
    [
        (NotApplicable("no GPU"), "not-applicable", "no GPU"),
        (UnknownFact("no answer"), "unknown", "no answer"),
        (ValueError("x"), "unknown", "the check itself failed: ValueError: x"),
        (SystemExit(0), "unknown", "the check itself failed: SystemExit: 0"),
        (KeyboardInterrupt(), "unknown", "the check itself failed: KeyboardInterrupt: "),
        (RecursionError("deep"), "unknown", "the check itself failed: RecursionError: deep"),
        (Mute(), "unknown", "the check itself failed: Mute: (it can't say why)"),
    ],
)
def test_whatever_a_check_raises_is_an_outcome(error: BaseException, status: str, reason: str) -> None:
    assert ended(raising(error)) == (status, reason)


def test_what_was_found_before_the_unknown_is_kept_with_the_reason() -> None:
    outcome = run(facts(), RegisteredCheck(made(raising(UnknownFact("the rest"), after=2))))
    assert (len(outcome.findings), outcome.status, outcome.reason) == (2, "found", "the rest")


def test_what_was_found_before_not_applicable_is_found_and_nothing_is_open() -> None:
    assert ended(raising(NotApplicable("the rest"), after=1)) == ("found", "")


@pytest.mark.parametrize(
    "produced", ["text", 5, [None], [changed(FOUND, rule=Rule("OTH001", "other", Severity.INFO))], [{"code": "TST001"}]]
)
def test_what_is_no_finding_of_its_own_is_refused(produced: Any) -> None:
    status, reason = ended(lambda: produced)
    assert status == "unknown"
    assert reason.startswith("the check itself failed: TypeError: ")


# --- all of them ---


def names(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(outcome.check.name, outcome.status) for outcome in outcomes]


def loaded(name: str, function: Callable[[], Any]) -> RegisteredCheck:
    return RegisteredCheck(Check(name, (RULE,), function, ()), f"from {name}")


def test_outcomes_come_in_the_order_of_the_checks() -> None:
    checks = [loaded("a", list), loaded("b", raising(ValueError())), loaded("c", lambda: [FOUND])]
    assert names(examine(facts(), checks)) == [("a", "passed"), ("b", "unknown"), ("c", "found")]
    assert examine(facts(), []) == []


def test_checks_that_overrun_end_unknown_and_the_others_run() -> None:
    release = threading.Event()
    hang = lambda: release.wait(60)  # noqa: E731
    checks = [loaded("a", list), loaded("b", hang), loaded("c", hang), loaded("d", lambda: [FOUND])]
    began = time.monotonic()
    try:
        outcomes = examine(facts(), checks, deadline=0.4)
    finally:
        release.set()
    assert time.monotonic() - began < 5
    assert names(outcomes) == [("a", "passed"), ("b", "unknown"), ("c", "unknown"), ("d", "found")]
    assert outcomes[1].reason == "not checked within 0.4 s"
    assert (outcomes[1].seconds, outcomes[1].source) == (0.4, "from b")


def test_every_check_has_a_deadline_of_its_own() -> None:
    checks = [loaded(str(number), lambda: time.sleep(0.3)) for number in range(4)]
    assert {status for _, status in names(examine(facts(), checks, deadline=1.0))} == {"passed"}


def test_a_worker_that_was_given_up_runs_nothing_more() -> None:
    release, finished, ran = threading.Event(), threading.Event(), []

    def hang() -> list[Finding]:
        release.wait(60)
        threading.Timer(0.1, finished.set).start()
        return []

    examine(facts(), [loaded("hang", hang), loaded("next", lambda: ran.append(1))], deadline=0.4)
    release.set()
    assert finished.wait(10)
    assert ran == [1]


def test_checks_run_without_a_thread_that_never_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one does that has no memory to begin, without a word to who started it."""
    monkeypatch.setattr(_thread, "start_new_thread", lambda function, arguments: 0)
    outcomes = examine(facts(), [RegisteredCheck(made(lambda: iter([FOUND])))] * 2, deadline=0.05)
    assert [outcome.status for outcome in outcomes] == ["found", "found"]


def test_checks_run_on_where_their_thread_ended_for_want_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = iter([None])

    def memory_runs_out() -> Iterator[Finding]:
        yield FOUND

    def once(*words: object) -> Outcome:
        for _ in refused:
            raise MemoryError
        return run(*words)  # type: ignore[arg-type]

    monkeypatch.setattr("envdoctor.engine.run.run", once)
    outcomes = examine(facts(), [RegisteredCheck(made(memory_runs_out))] * 2)
    assert [outcome.status for outcome in outcomes] == ["found", "found"]
