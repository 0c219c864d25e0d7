"""REP001 no-environment-file: loud and quiet."""

from envdoctor.testing import changed, findings, outcome, patient
from envdoctor_checks.project.no_environment_file import no_environment_file
from envdoctor_checks.project.no_environment_of_its_own import no_environment_of_its_own
from tests.checks.project._shared import here


def test_a_container_is_its_own_environment() -> None:
    inside = changed(patient(), overlays=["container"])
    assert outcome(no_environment_file, project=here(), patient=inside).status == "not-applicable"
    assert outcome(no_environment_of_its_own, project=here(), patient=inside).status == "not-applicable"
    assert [item.severity for item in findings(no_environment_file, project=here())] == ["warning"]
