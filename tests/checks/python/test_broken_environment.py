"""PY008 broken-environment: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Manual, UnsetEnv
from envdoctor.facts import Missing
from envdoctor.testing import PREFIX, environment, findings, outcome, prefix
from envdoctor_checks.python.broken_environment import broken_environment
from tests.support.cures import argvs, cure


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_an_active_environment_that_is_gone_is_to_be_forgotten_first(variable: str) -> None:
    gone = prefix(exists=False, executable_exists=False, home=None, home_exists=None, configuration=None)
    (found,) = findings(broken_environment, prefix=gone, environment=environment(**{variable: PREFIX}))
    forget = found.remedies[0]
    assert isinstance(forget, UnsetEnv) and forget.names == (variable,)
    assert argvs(cure(found, 1, prefix=gone)) == [f"python3 -m venv {PREFIX}"]


@pytest.mark.posix
def test_an_environment_without_its_configuration_is_broken_and_its_base_is_not() -> None:
    base = prefix(path="/usr", configuration=None, home=None, home_exists=None)
    assert outcome(broken_environment, prefix=base).status == "not-applicable"
    without = prefix(path="/usr", configuration=None, home=None, lost=PREFIX)
    (found,) = findings(broken_environment, prefix=without)
    assert found.subject == PREFIX
    assert argvs(cure(found, prefix=without)) == [f"/usr/bin/python3.12 -m venv --without-pip {PREFIX}"]


@pytest.mark.parametrize(
    "configuration", [{}, Missing("/v/pyvenv.cfg: Is a directory"), Missing("/v/pyvenv.cfg: no file, but a pipe")]
)
def test_a_configuration_that_is_empty_or_no_file_is_named_and_the_packages_stay(
    configuration: dict[str, str] | Missing,
) -> None:
    broken = prefix(configuration=configuration, home=None, home_exists=None)
    (found,) = findings(broken_environment, prefix=broken)
    assert "pyvenv.cfg" in found.title
    (remedy,) = found.remedies
    assert isinstance(remedy, Manual)
    assert "pyvenv.cfg" in remedy.title and "--clear" not in remedy.title
