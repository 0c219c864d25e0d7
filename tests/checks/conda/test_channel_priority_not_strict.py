"""CON002 channel-priority-not-strict: loud and quiet."""

from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing
from envdoctor.testing import conda, findings, outcome
from envdoctor_checks.conda.channel_priority_not_strict import priority_not_strict
from tests.checks.conda._shared import FILE, configured
from tests.support.cures import argvs, cure


def test_flexible_priority_is_a_warning_with_both_channels_and_a_word_with_others() -> None:
    (both,) = findings(priority_not_strict, conda=configured("conda-forge", "defaults", priority="flexible"))
    (other,) = findings(priority_not_strict, conda=configured("conda-forge", "bioconda", priority="flexible"))
    assert (both.severity, other.severity) == (Severity.WARNING, Severity.INFO)
    here = configured("conda-forge", "defaults", priority="flexible")
    assert argvs(cure(both, conda=here)) == [f"conda config --file {FILE} --set channel_priority strict"]


def test_strict_priority_and_a_single_channel_are_quiet() -> None:
    assert findings(priority_not_strict, conda=configured("conda-forge", "bioconda")) == []
    alone = outcome(priority_not_strict, conda=configured("conda-forge", priority="flexible"))
    assert alone.status == "not-applicable"


def test_channels_that_conda_refuses_are_unknown() -> None:
    refused = conda(channels=Missing("~/.condarc: a list is wanted"))
    assert outcome(priority_not_strict, conda=refused).status == "unknown"
