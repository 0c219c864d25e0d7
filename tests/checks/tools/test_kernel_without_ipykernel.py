"""TOL005 kernel-without-ipykernel: loud and quiet."""

from envdoctor.engine.remedies import Install, Manual
from envdoctor.testing import findings, jupyter, kernel, outcome, path
from envdoctor_checks.tools.kernel_without_ipykernel import kernel_without_ipykernel


def test_the_patients_own_kernel_gets_ipykernel() -> None:
    (finding,) = findings(kernel_without_ipykernel, jupyter=jupyter(kernel(launches=False)), path=path())
    assert finding.remedies == (Install(("ipykernel",)),)


def test_another_environments_kernel_is_cured_there() -> None:
    other = kernel("/opt/other", launches=False)
    (finding,) = findings(kernel_without_ipykernel, jupyter=jupyter(other), path=path())
    (remedy,) = finding.remedies
    assert isinstance(remedy, Manual)
    assert "/opt/other/bin/python -m pip install ipykernel" in remedy.title


def test_a_kernel_that_starts_is_quiet_and_one_that_nobody_can_judge_is_not_judged() -> None:
    assert findings(kernel_without_ipykernel, jupyter=jupyter(kernel(launches=True)), path=path()) == []
    assert outcome(kernel_without_ipykernel, jupyter=jupyter(kernel()), path=path()).status == "not-applicable"
