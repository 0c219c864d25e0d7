"""What a report comes to: the exit status and the word for it."""

from collections.abc import Iterator

import msgspec
import pytest

from envdoctor.engine.checks import Check, Outcome, Status
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Manual
from envdoctor.engine.rules import Rule, Severity
from envdoctor.facts import UnknownFact
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.report.advice import Advice
from envdoctor.report.report import Report, Settings, exit_code, worst
from envdoctor.testing import facts

RULE = Rule("TST001", "made-up", Severity.WARNING)


def nothing() -> Iterator[Finding]:
    raise UnknownFact("never asked")


def check(name: str = "made-up") -> Check:
    return Check(name, (RULE,), nothing, ())


def advice(severity: str, suppressed: bool = False) -> Advice:
    finding = Finding(RULE, "x", (), "t", "w", own_severity=Severity(severity))
    return Advice(finding, (), (), "f", {"by": "configuration", "reason": "r", "until": ""} if suppressed else None)


def outcomes(*statuses: str) -> list[Outcome]:
    return [Outcome(check(f"check-{index}"), (), Status(status)) for index, status in enumerate(statuses)]


# --fail-on, the worst finding, and the status.
TABLE = {
    ("error", None): 0,
    ("error", "info"): 0,
    ("error", "warning"): 0,
    ("error", "error"): 1,
    ("warning", None): 0,
    ("warning", "info"): 0,
    ("warning", "warning"): 1,
    ("warning", "error"): 1,
    ("info", None): 0,
    ("info", "info"): 1,
    ("info", "warning"): 1,
    ("info", "error"): 1,
    ("never", None): 0,
    ("never", "info"): 0,
    ("never", "warning"): 0,
    ("never", "error"): 0,
}


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize("fail_on, severity", TABLE)
def test_the_exit_status(fail_on: str, severity: str | None, unknown: bool, strict: bool, asked: bool) -> None:
    found = [advice(severity)] if severity else []
    ended = outcomes("found" if severity else "passed", "unknown" if unknown else "passed", "not-applicable")
    settings = Settings(fail_on, strict, frozenset(["check-1"]) if asked else frozenset())
    inconclusive = 3 if unknown and (strict or asked) else 0
    assert exit_code(ended, found, settings) == (TABLE[fail_on, severity] or inconclusive)


@pytest.mark.parametrize(
    "statuses, status",
    [
        (["unknown", "unknown"], 3),
        (["unknown", "not-applicable"], 3),
        (["unknown", "passed"], 0),
        (["unknown", "found"], 0),
        (["not-applicable"], 0),
        ([], 0),
    ],
)
def test_nothing_examined_is_inconclusive(statuses: list[str], status: int) -> None:
    assert exit_code(outcomes(*statuses), [], Settings()) == status


def test_asking_for_another_check_does_not_make_it_inconclusive() -> None:
    assert exit_code(outcomes("unknown", "passed"), [], Settings(asked=frozenset(["check-1"]))) == 0


def made(*items: Advice, statuses: tuple[str, ...] = ("passed",), settings: Settings | None = None) -> Report:
    return Report("1", (), facts(), tuple(outcomes(*statuses)), items, settings or Settings(), 0.1)


@pytest.mark.parametrize(
    "severities, statuses, status",
    [
        ((), ("passed",), "healthy"),
        (("info",), ("found",), "healthy"),
        (("warning",), ("found",), "findings"),
        (("error", "info"), ("found", "unknown"), "findings"),
        ((), ("passed", "unknown"), "inconclusive"),
        (("info",), ("found", "unknown"), "inconclusive"),
    ],
)
def test_the_word_for_it(severities: tuple[str, ...], statuses: tuple[str, ...], status: str) -> None:
    assert made(*map(advice, severities), statuses=statuses).status == status


def test_suppressed_findings_are_kept_and_count_for_nothing() -> None:
    report = made(advice("error", suppressed=True), advice("info"), statuses=("found",))
    assert len(report.advice) == 2
    assert [item.finding.severity for item in report.open] == ["info"]
    assert report.counts["error"] == 0
    assert (report.exit_code, report.status) == (0, "healthy")


def test_severities_count_findings_and_statuses_count_checks() -> None:
    report = made(advice("info"), advice("info"), statuses=("found", "passed", "not-applicable", "unknown", "unknown"))
    assert report.counts == {"error": 0, "warning": 0, "info": 2, "passed": 1, "not-applicable": 1, "unknown": 2}


@pytest.mark.parametrize(
    "codes, status", [([0, 0], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 4], 4), ([], 0), ({"a": 3, "b": 0}, 3)]
)
def test_of_several_patients_the_worst_counts(codes: list[int] | dict[str, int], status: int) -> None:
    assert worst(codes) == status


def test_the_plan_is_made_once_and_anew_for_another_report() -> None:
    finding = Finding(RULE, "x", (), "t", "w", remedies=(Manual("do it"),))
    fix = Fix(title="do it", steps=(), applicability=Applicability.MANUAL)
    one = Report("0.1.0", (), facts(), (), (Advice(finding, (), (fix,), "f"),), Settings(), 0.1)
    assert one.plan is one.plan
    assert len(one.plan) == 1
    assert msgspec.structs.replace(one, advice=()).plan == ()
