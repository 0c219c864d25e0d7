"""PY004 pip-serves-another-python: loud and quiet."""

from envdoctor.facts import Link, Missing
from envdoctor.testing import PREFIX, active, command, distribution, findings, outcome, packages, path, patient
from envdoctor_checks.python.pip_serves_another_python import pip_serves_another_python
from tests.checks.python._shared import OTHER
from tests.support.cures import argvs, cure

PIP = packages(distribution("pip", "25.0"))


def test_a_pip_of_another_prefix_names_both_and_gives_python_m_pip() -> None:
    here = path(command("pip", OTHER), command("python"), active=[active()])
    (finding,) = findings(pip_serves_another_python, path=here, packages=PIP)
    assert finding.title == f"pip installs into {OTHER}, not into {PREFIX}"
    assert [row.label for row in finding.evidence] == ["pip", "python", "environment"]
    assert finding.severity == "warning"
    assert f"`{PREFIX}/bin/python -m pip install NAME`" in cure(finding, packages=PIP).title


def test_a_pip_of_the_same_prefix_is_quiet() -> None:
    here = path(command("python"), command("pip"), command("pip", "/usr"), active=[active()])
    assert findings(pip_serves_another_python, path=here, packages=PIP) == []


def test_the_systems_pip_is_nobodys_business_while_the_patient_is_not_active() -> None:
    here = path(command("python3", "/usr"), command("pip", "/usr"))
    assert outcome(pip_serves_another_python, path=here, packages=PIP).status == "not-applicable"
    elsewhere = path(command("python", OTHER), command("pip", "/usr"))
    assert outcome(pip_serves_another_python, path=elsewhere, packages=PIP).status == "not-applicable"


def test_an_active_environment_that_uv_made_without_pip_is_information() -> None:
    here = path(command("python"), command("pip", "/usr"), active=[active()])
    uv = patient(origin=[Link(kind="uv-venv", prefix=PREFIX)])
    (finding,) = findings(pip_serves_another_python, path=here, patient=uv, packages=packages())
    assert finding.severity == "info"
    assert "uv pip install" in cure(finding).title
    (finding,) = findings(pip_serves_another_python, path=here, packages=packages())
    assert finding.severity == "warning"
    assert argvs(cure(finding)) == [f"{PREFIX}/bin/python -m ensurepip --default-pip"]


def test_a_pip_whose_python_can_not_be_read_is_unknown() -> None:
    lost = Missing("pyenv's shim for pip: no version is set")
    here = path(command("python"), command("pip", prefix="/x", real_prefix=lost), active=[active()])
    assert outcome(pip_serves_another_python, path=here, packages=PIP).status == "unknown"
