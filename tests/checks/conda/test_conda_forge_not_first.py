"""CON003 conda-forge-not-first: loud and quiet."""

from envdoctor.engine.remedies import Edit
from envdoctor.engine.rules import Severity
from envdoctor.facts import CondaSetting
from envdoctor.testing import findings, outcome
from envdoctor_checks.conda.conda_forge_not_first import conda_forge_not_first
from tests.checks.conda._shared import SYSTEM, configured


def test_defaults_above_conda_forge_is_found_and_below_it_is_not() -> None:
    (finding,) = findings(conda_forge_not_first, conda=configured("defaults", "conda-forge"))
    assert finding.severity == Severity.WARNING
    assert findings(conda_forge_not_first, conda=configured("conda-forge", "defaults")) == []
    assert outcome(conda_forge_not_first, conda=configured("bioconda")).status == "not-applicable"


def test_where_the_patient_is_not_condas_its_configuration_is_worth_a_word() -> None:
    (finding,) = findings(conda_forge_not_first, conda=configured("defaults", "conda-forge", is_environment=False))
    assert finding.severity == Severity.INFO


def test_conda_forge_below_defaults_in_a_list_that_stands_for_both() -> None:
    urls = {"defaults": ["https://repo.anaconda.com/pkgs/main", "https://conda.anaconda.org/conda-forge"]}
    made_of = {"default_channels": CondaSetting(value=urls["defaults"], sources=[SYSTEM])}
    (finding,) = findings(conda_forge_not_first, conda=configured("defaults", channel_urls=urls, settings=made_of))
    assert finding.remedies[0] == Edit(SYSTEM, "put conda-forge first in `default_channels`")
