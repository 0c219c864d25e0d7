"""Whatever section of the facts could not be read: nobody is called healthy, and what needs it has not passed."""

import pytest

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import built_in
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts, Missing
from envdoctor.probe.gather import SECTIONS
from envdoctor.report.report import Report, Settings
from envdoctor.report.verdict import verdict
from envdoctor.testing import distribution, facts, packages

UNREAD = Missing("it could not be read")
EACH = [*(name for name in SECTIONS if name != "tools"), "measure", "process"]  # no check asks for `tools`: cures do


def judged(patient: Facts) -> Report:
    return diagnose(patient, Options(built_in(), Selection(), Config(), Settings()), 0.0)


def healthy(*missing: str) -> Report:
    sections = {"packages": packages(distribution("numpy", "2.3.0"))} | dict.fromkeys(missing, UNREAD)
    return judged(facts(**sections))


@pytest.mark.parametrize("section", EACH)
def test_a_section_that_could_not_be_read_is_no_health(section: str) -> None:
    assert verdict(healthy()).state == "healthy"  # with all that could be read
    made = healthy(section)
    found = verdict(made)
    assert (found.state, made.status) != ("healthy", "healthy") and not found.words.startswith("Healthy"), found
    asking = [outcome for outcome in made.outcomes if section in outcome.check.needs]
    assert any(outcome.status == "unknown" for outcome in asking), section


def test_without_any_section_only_what_needs_none_of_them_has_passed() -> None:
    made = healthy(*EACH)
    assert verdict(made).state == "inconclusive"
    passed = [outcome for outcome in made.outcomes if outcome.status == "passed"]
    assert [outcome.check.name for outcome in passed if set(outcome.check.needs) <= set(EACH)] == []
