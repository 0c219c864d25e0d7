"""CON004 defaults-terms: loud and quiet."""

from envdoctor.engine.rules import Severity
from envdoctor.testing import conda, findings, record
from envdoctor_checks.conda.defaults_terms import defaults_terms
from tests.checks.conda._shared import configured


def test_packages_of_defaults_have_terms_and_nobody_is_accused() -> None:
    (finding,) = findings(defaults_terms, conda=conda(record("a", channel="pkgs/main")))
    assert finding.severity == Severity.INFO and finding.nothing_to_do
    assert findings(defaults_terms, conda=conda(record("a"))) == []


def test_defaults_that_stands_for_conda_forge_has_no_terms() -> None:
    urls = {"defaults": ["https://conda.anaconda.org/conda-forge"]}
    assert findings(defaults_terms, conda=configured("defaults", channel_urls=urls)) == []
