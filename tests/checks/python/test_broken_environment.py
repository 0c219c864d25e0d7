"""PY008 broken-environment: loud and quiet."""

from envdoctor.engine.remedies import Run, UnsetEnv
from envdoctor.testing import PREFIX, environment, findings, outcome, prefix
from envdoctor_checks.python.broken_environment import broken_environment


def test_an_active_environment_that_is_gone_is_to_be_forgotten_first() -> None:
    gone = prefix(exists=False, executable_exists=False, home=None, home_exists=None, configuration=None)
    (found,) = findings(broken_environment, prefix=gone, environment=environment(VIRTUAL_ENV=PREFIX))
    forget, again = found.remedies
    assert isinstance(forget, UnsetEnv) and forget.names == ("VIRTUAL_ENV",)
    assert isinstance(again, Run) and again.argv == ("python3", "-m", "venv", PREFIX)


def test_an_environment_without_its_configuration_is_broken_and_its_base_is_not() -> None:
    base = prefix(path="/usr", configuration=None, home=None, home_exists=None)
    assert outcome(broken_environment, prefix=base).status == "not-applicable"
    (found,) = findings(broken_environment, prefix=prefix(path="/usr", configuration=None, home=None, lost=PREFIX))
    (remedy,) = found.remedies
    assert found.subject == PREFIX
    assert isinstance(remedy, Run)
    assert remedy.argv == ("/usr/bin/python3.12", "-m", "venv", "--without-pip", PREFIX)
