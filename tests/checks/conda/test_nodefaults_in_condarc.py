"""CON015 nodefaults-in-condarc: loud and quiet."""

from envdoctor.testing import findings
from envdoctor_checks.conda.nodefaults_in_condarc import nodefaults_in_condarc
from tests.checks.conda._shared import configured


def test_nodefaults_in_a_condarc_is_found() -> None:
    assert len(findings(nodefaults_in_condarc, conda=configured("conda-forge", "nodefaults"))) == 1
    assert findings(nodefaults_in_condarc, conda=configured("conda-forge")) == []
