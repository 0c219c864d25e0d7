"""PY005 environment-shadowed: loud and quiet."""

from envdoctor.testing import active, command, findings, outcome, path
from envdoctor_checks.python.environment_shadowed import environment_shadowed
from tests.checks.python._shared import OTHER


def test_an_active_environment_behind_another_python_is_shadowed() -> None:
    here = path(command("python", OTHER), command("python"), command("python3"), active=[active()])
    (finding,) = findings(environment_shadowed, path=here)
    assert finding.title == f"python is not the active environment's, but that of {OTHER}"
    assert finding.subject == "VIRTUAL_ENV"


def test_an_active_environment_that_is_gone_is_named_first() -> None:
    gone = active("/opt/conda/envs/gone", "CONDA_PREFIX", exists=False, python=None)
    (finding,) = findings(environment_shadowed, path=path(command("python3", "/usr"), active=[gone]))
    assert finding.title == "the active environment /opt/conda/envs/gone is gone: python3 is that of /usr"


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
    (found,) = findings(environment_shadowed, path=path(command("python3", "/usr"), active=[empty]))
    assert found.severity == "info" and "holds no Python" in found.title and "/usr" in found.why
