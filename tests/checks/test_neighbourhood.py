"""PY004, PY005, PY012, PY014: which Python answers."""

import pytest

from envdoctor.facts import Link, Missing
from envdoctor.rules import Move
from envdoctor_checks.neighbourhood import (
    environment_shadowed,
    module_shadowed_here,
    pip_serves_another_python,
    two_environments_active,
)
from tests.build import (
    PREFIX,
    active,
    command,
    distribution,
    findings,
    interpreter,
    outcome,
    packages,
    path,
    patient,
)

OTHER = "/opt/other"
PIP = packages(distribution("pip", "25.0"))


def test_a_pip_of_another_prefix_names_both_and_gives_python_m_pip() -> None:
    here = path(command("pip", OTHER), command("python"), active=[active()])
    (finding,) = findings(pip_serves_another_python, path=here, packages=PIP)
    assert finding.title == f"pip installs into {OTHER}, not into {PREFIX}"
    assert [row.label for row in finding.evidence] == ["pip", "python", "environment"]
    assert finding.level == "warning"
    assert finding.remedies[0].argv[:3] == (f"{PREFIX}/bin/python", "-m", "pip")  # type: ignore[union-attr]


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
    assert finding.level == "info"
    assert "uv pip install" in finding.remedies[0].title
    (finding,) = findings(pip_serves_another_python, path=here, packages=packages())
    assert finding.level == "warning"
    assert finding.remedies[0].argv[1:] == ("-m", "ensurepip")  # type: ignore[union-attr]


def test_a_pip_whose_python_can_not_be_read_is_unknown() -> None:
    lost = Missing("pyenv's shim for pip: no version is set")
    here = path(command("python"), command("pip", prefix="/x", real_prefix=lost), active=[active()])
    assert outcome(pip_serves_another_python, path=here, packages=PIP).status == "unknown"


def test_an_active_environment_behind_another_python_is_shadowed() -> None:
    here = path(command("python", OTHER), command("python"), command("python3"), active=[active()])
    (finding,) = findings(environment_shadowed, path=here)
    assert finding.title == f"python is not the active environment's, but that of {OTHER}"
    assert finding.subject == "VIRTUAL_ENV"


def test_python3_may_be_shadowed_alone() -> None:
    here = path(command("python3", OTHER), command("python"), command("python3"), active=[active()])
    (finding,) = findings(environment_shadowed, path=here)
    assert finding.title.startswith("python3 is not the active environment's")


def test_the_first_python_in_the_active_environment_is_quiet() -> None:
    here = path(command("python"), command("python3"), command("python3", "/usr"), active=[active()])
    assert findings(environment_shadowed, path=here) == []
    base = active("/opt/conda", "CONDA_PREFIX", base=True)
    assert (
        findings(environment_shadowed, path=path(command("python"), command("python3"), active=[active(), base])) == []
    )
    assert outcome(environment_shadowed, path=path(command("python3", "/usr"))).status == "not-applicable"
    empty = active("/opt/tools", "CONDA_PREFIX", python=None)
    assert (
        outcome(environment_shadowed, path=path(command("python3", "/usr"), active=[empty])).status == "not-applicable"
    )


@pytest.mark.parametrize(("base", "severity"), [(True, "info"), (False, "warning")])
def test_conda_beside_a_venv_is_a_warning_unless_it_is_base(base: bool, severity: str) -> None:
    here = path(active=[active(), active("/opt/conda", "CONDA_PREFIX", base=base)])
    (finding,) = findings(two_environments_active, path=here)
    assert finding.level == severity
    assert bool(finding.nothing_to_do) is base


def test_a_venv_made_of_the_active_conda_environment_is_information() -> None:
    here = path(active=[active(), active("/opt/e", "CONDA_PREFIX")])
    (finding,) = findings(two_environments_active, path=here, patient=patient(base_prefix="/opt/e"))
    assert finding.level == "info"


def test_one_environment_under_two_names_is_quiet() -> None:
    here = path(active=[active(), active(variable="CONDA_PREFIX")])
    assert findings(two_environments_active, path=here) == []
    assert outcome(two_environments_active, path=path(active=[active()])).status == "not-applicable"


def test_a_file_with_the_name_of_a_module_is_named() -> None:
    (finding,) = findings(module_shadowed_here, path=path(here=["numpy.py"]))
    assert finding.subject == "numpy.py"
    assert finding.evidence[0].value == "/home/ada/fit/numpy.py"
    (move,) = finding.remedies
    assert isinstance(move, Move)
    assert (move.source, move.target) == ("/home/ada/fit/numpy.py", "/home/ada/fit/my_numpy.py")
    assert findings(module_shadowed_here, path=path()) == []
    safe = interpreter(flags={"safe_path": 1})
    assert outcome(module_shadowed_here, path=path(here=["numpy.py"]), interpreter=safe).status == "not-applicable"
