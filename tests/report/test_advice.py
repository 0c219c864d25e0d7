"""Findings become advice: ranked, known again, joined with the guide, and ignored where the project says so."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.engine.checks import Check, Outcome, Status
from envdoctor.engine.configuration import Suppression
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Manual, SetEnv
from envdoctor.engine.rules import Rule, Severity
from envdoctor.engine.selection import Selection
from envdoctor.guide import statements
from envdoctor.report.advice import Advice, advise, fingerprint
from envdoctor.testing import facts
from tests.support.cures import argv

RULE = Rule("TST001", "made-up", Severity.WARNING, guide=("blas-8", "blas-2"))
EVERYTHING = Selection()
OTHER = Rule("TST002", "made-up-too", Severity.INFO)


def finding(subject: str = "x", rule: Rule = RULE, severity: Severity | None = None) -> Finding:
    return Finding(rule, subject, (), f"about {subject}", "why", own_severity=severity)


def advised(
    *findings: Finding,
    selection: Selection = EVERYTHING,
    suppressions: dict[str, Suppression] | None = None,
) -> tuple[Advice, ...]:
    check = Check("made-up", (RULE, OTHER), lambda: findings, ())
    return advise(facts(), [Outcome(check, findings, Status.FOUND)], selection, suppressions or {})


# --- fingerprints ---


@pytest.mark.parametrize(
    "one, other",
    [
        ("/home/ada/fit/.venv", "/srv/build-17/.venv"),
        ("/home/ada/.venv/lib/numpy.libs/libopenblas.so", "~/x/libopenblas.so"),
        (r"C:\Users\ada\fit\.venv", r"D:\.venv"),
        ("numpy 1.26.4", "numpy 2.4.0rc1"),
        ("fit 1.0 needs numpy 2.0", "fit 1.1 needs numpy 2.1"),
        ("libscipy_openblas64_-0.3.31.so", "libscipy_openblas64_-0.3.27.so"),
        ("Python 3.8", "Python 3.9"),
    ],
)
def test_the_same_fault_is_known_again_elsewhere_and_later(one: str, other: str) -> None:
    assert fingerprint(finding(one)) == fingerprint(finding(other))


@pytest.mark.parametrize(
    "one, other",
    [
        (finding("numpy"), finding("scipy")),
        (finding("numpy"), finding("numpy", OTHER)),
        (finding("/a/usercustomize.py"), finding("/a/sitecustomize.py")),
        (finding("fit needs numpy"), finding("fit needs scipy")),
        (finding("OMP_NUM_THREADS"), finding("MKL_NUM_THREADS")),
        (finding("jax[cuda12]"), finding("jax[cuda11]")),
    ],
)
def test_another_fault_is_told_apart(one: Finding, other: Finding) -> None:
    assert fingerprint(one) != fingerprint(other)


@given(st.text(st.characters(exclude_categories=())))
def test_any_subject_has_a_fingerprint(subject: str) -> None:
    mark = fingerprint(finding(subject))
    assert len(mark) == 64
    assert set(mark) <= set("0123456789abcdef")


def test_a_fingerprint_does_not_change_with_envdoctors_versions() -> None:
    """Others store it: what `printf 'TST001\\nnumpy' | sha256sum` says."""
    assert fingerprint(finding("numpy")) == "841b0bc62286bccbbbf9086e61b8dc92f4834b2c7961f8da7b71bb491d2c92f8"


# --- rank ---


def test_the_worst_comes_first_and_equals_stay_in_order() -> None:
    items = [
        finding("1", OTHER),
        finding("2"),
        finding("3", severity=Severity.ERROR),
        finding("4"),
        finding("5", OTHER, Severity.ERROR),
    ]
    assert [item.finding.subject for item in advised(*items)] == ["3", "5", "2", "4", "1"]


def test_only_chosen_rules_are_advised_on() -> None:
    assert [
        item.finding.subject for item in advised(finding("a"), finding("b", OTHER), selection=Selection(("TST002",)))
    ] == ["b"]


# --- guide and fixes ---


@pytest.mark.posix
def test_the_guides_statements_come_in_the_guides_order() -> None:
    (item,) = advised(finding())
    assert [statement.id for statement in item.guide] == ["blas-2", "blas-8"]
    assert item.guide[0] is statements()["blas-2"]


def test_every_remedy_becomes_a_fix_that_can_be_verified() -> None:
    found = Finding(RULE, "x", (), "t", "w", remedies=(SetEnv({"OMP_NUM_THREADS": "4"}), Manual("think")))
    (item,) = advised(found)
    assert [fix.applicability for fix in item.fixes] == ["safe", "manual"]
    for fix in item.fixes:
        assert argv(fix.verify)[:2] == ["envdoctor", "check"]
        assert argv(fix.verify)[-2:] == ["--select", "TST001"]


# --- suppressions ---


@pytest.mark.parametrize("word", ["TST001", "tst001", "made-up", "TST", "ALL"])
def test_a_finding_is_put_up_with_by_code_name_or_family(word: str) -> None:
    (item,) = advised(finding(), suppressions={word: Suppression("known")})
    assert item.suppressed == {"by": "configuration", "reason": "known", "until": ""}


def test_the_most_specific_suppression_is_told() -> None:
    suppressions = {
        "TST": Suppression("the family"),
        "TST001": Suppression("the rule"),
        "TST002": Suppression("another"),
    }
    (item,) = advised(finding(), suppressions=suppressions)
    assert item.suppressed is not None
    assert item.suppressed["reason"] == "the rule"


@pytest.mark.parametrize(
    "until, holds", [("", True), ("2026-11-24", True), ("2026-11-23", True), ("2026-11-22", False)]
)
def test_a_suppression_holds_through_its_last_day_by_the_recordings_date(until: str, holds: bool) -> None:
    (item,) = advised(finding(), suppressions={"TST001": Suppression("known", until)})
    assert (item.suppressed is not None) == holds


def test_when_one_suppression_has_ended_a_wider_one_may_hold() -> None:
    (item,) = advised(
        finding(), suppressions={"TST001": Suppression("then", "2020-01-01"), "TST": Suppression("still")}
    )
    assert item.suppressed is not None
    assert item.suppressed["reason"] == "still"


def test_a_suppression_for_another_rule_changes_nothing() -> None:
    (item,) = advised(finding(), suppressions={"TST002": Suppression("known"), "made-up-too": Suppression("known")})
    assert item.suppressed is None


def test_a_subject_of_digits_takes_no_square_of_the_time() -> None:
    finding = Finding(RULE, "1" * 200_000, (), "t", "w")
    began = time.thread_time()
    fingerprint(finding)
    assert time.thread_time() - began < 5  # a tenth of a second; the square of it takes hours
