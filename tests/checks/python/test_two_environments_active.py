"""PY012 two-environments-active: loud and quiet."""

import pytest

from envdoctor.testing import active, findings, outcome, path, patient
from envdoctor_checks.python.two_environments_active import two_environments_active


@pytest.mark.parametrize(("base", "severity"), [(True, "info"), (False, "warning")])
def test_conda_beside_a_venv_is_a_warning_unless_it_is_base(base: bool, severity: str) -> None:
    here = path(active=[active(), active("/opt/conda", "CONDA_PREFIX", base=base)])
    (finding,) = findings(two_environments_active, path=here)
    assert finding.severity == severity
    assert bool(finding.nothing_to_do) is base


def test_a_venv_made_of_the_active_conda_environment_is_information() -> None:
    here = path(active=[active(), active("/opt/e", "CONDA_PREFIX")])
    (finding,) = findings(two_environments_active, path=here, patient=patient(base_prefix="/opt/e"))
    assert finding.severity == "info"


def test_one_environment_under_two_names_is_quiet() -> None:
    here = path(active=[active(), active(variable="CONDA_PREFIX")])
    assert findings(two_environments_active, path=here) == []
    assert outcome(two_environments_active, path=path(active=[active()])).status == "not-applicable"
