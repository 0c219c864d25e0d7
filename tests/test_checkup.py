"""Facts in, report out."""

from collections.abc import Iterator

import pytest

from envdoctor.checkup import Options, diagnose, settings
from envdoctor.engine.checks import Check
from envdoctor.engine.configuration import Config, Suppression
from envdoctor.engine.findings import Finding
from envdoctor.engine.plugins import CheckSet
from envdoctor.engine.rules import Rule, Severity
from envdoctor.engine.run import RegisteredCheck
from envdoctor.engine.selection import Selection
from envdoctor.facts import ImportFailure, UnknownFact
from envdoctor.report.report import Report, Settings
from envdoctor.testing import changed, facts, packages

ONE = Rule("TST001", "one", Severity.ERROR)
TWO = Rule("TST002", "two", Severity.WARNING)
EVERYTHING = Selection()
UNCONFIGURED = Config()


def examine() -> Iterator[Finding]:
    for rule in (TWO, ONE):
        yield Finding(rule, "x", (), f"found {rule.name}", "why")


def and_then_unknown() -> Iterator[Finding]:
    yield from examine()
    raise UnknownFact("no answer")


BOTH = Check("both", (ONE, TWO), examine, ())
UNSURE = Check("unsure", (ONE, TWO, Rule("TST003", "three", Severity.INFO)), and_then_unknown, ())


def report(check: Check = BOTH, selection: Selection = EVERYTHING, config: Config = UNCONFIGURED) -> Report:
    plan = Options(CheckSet([RegisteredCheck(check)], [("some-plug-in", "1.0")]), selection, config, Settings())
    return diagnose(facts(), plan, 0.0)


def titles(made: Report) -> list[str]:
    return [item.finding.title for item in made.open]


def test_the_worst_comes_first() -> None:
    assert titles(report()) == ["found one", "found two"]
    assert report().plugins == (("some-plug-in", "1.0"),)


def test_only_findings_of_chosen_rules_are_told() -> None:
    made = report(selection=Selection(("TST002",)))
    assert titles(made) == ["found two"]
    assert len(made.outcomes[0].findings) == 1


def test_without_a_finding_of_a_chosen_rule_the_check_has_passed() -> None:
    only_one = Check("one", (ONE, TWO), lambda: [Finding(ONE, "x", (), "t", "w")], ())
    assert report(only_one, Selection(("TST002",))).outcomes[0].status == "passed"


def test_what_a_check_could_not_tell_of_a_chosen_rule_is_no_pass() -> None:
    outcome = report(UNSURE, Selection(("TST003",))).outcomes[0]
    assert (outcome.status, outcome.reason) == ("unknown", "no answer")
    assert report(UNSURE).outcomes[0].status == "found"


@pytest.mark.parametrize(
    "until, ignored", [("", True), ("2026-11-23", True), ("2027-01-31", True), ("2026-11-22", False)]
)
def test_a_suppression_holds_until_its_day_by_the_date_of_the_reading(until: str, ignored: bool) -> None:
    config = Config(file="envdoctor.toml", suppressions={"TST001": Suppression("known", until)})
    made = report(config=config)
    assert titles(made) == (["found two"] if ignored else ["found one", "found two"])
    assert made.notes == (() if ignored else (f"envdoctor.toml: TST001 was ignored until {until}; it counts again",))


ALL = [RegisteredCheck(BOTH), RegisteredCheck(Check("other", (Rule("OTH001", "other", Severity.INFO),), list, ()))]


def test_the_command_line_comes_before_the_configuration() -> None:
    config = Config(fail_on="warning", strict=True)
    both = settings(config, "info", False, (), ALL)
    theirs = settings(config, None, False, (), ALL)
    neither = settings(Config(), None, False, (), ALL)
    assert (both.fail_on, both.strict) == ("info", True)
    assert (theirs.fail_on, theirs.strict) == ("warning", True)
    assert (neither.fail_on, neither.strict, neither.asked) == ("error", False, frozenset())


@pytest.mark.parametrize(
    "words, names",
    [(("TST001",), {"both"}), (("two", "OTH"), {"both", "other"}), (("ALL",), set()), (("all", "other"), {"other"})],
)
def test_checks_asked_for_by_name_must_come_to_a_verdict(words: tuple[str, ...], names: set[str]) -> None:
    assert settings(Config(), None, False, words, ALL).asked == names


def test_deep_says_where_importing_and_the_reading_of_files_disagree() -> None:
    failure = ImportFailure(distribution="/x", module="fit", message="m", foretold=False)
    here = packages(
        import_failures=[failure], imports_tried=3, cleared_imports={"PySide6": ["a", "b"]}, altered_files={}
    )
    plan = Options(CheckSet([RegisteredCheck(BOTH)], []), EVERYTHING, UNCONFIGURED, Settings())
    (note,) = diagnose(facts(packages=here), plan, 0.0).notes
    assert "PySide6: 2 file(s)" in note
    assert "no file showed why: fit" in note
    quick = changed(here, altered_files=None)
    assert diagnose(facts(packages=quick), plan, 0.0).notes == ()
    agreed = changed(here, import_failures=[], cleared_imports={})
    assert diagnose(facts(packages=agreed), plan, 0.0).notes == ()
