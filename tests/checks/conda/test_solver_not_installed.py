"""CON017 solver-not-installed: loud and quiet."""

from envdoctor.engine.remedies import Configure, UnsetEnv
from envdoctor.facts import CondaSolver
from envdoctor.testing import conda, findings, outcome, record
from envdoctor_checks.conda.solver_not_installed import solver_not_installed

LACKING = CondaSolver(name="libmamba", package="conda-libmamba-solver", installed=False)


def test_a_solver_that_base_lacks_is_an_error_be_it_named_or_the_default() -> None:
    (found,) = findings(solver_not_installed, conda=conda(record("python"), solver=LACKING))
    assert found.severity == "error" and found.subject == "libmamba"
    assert isinstance(found.remedies[0], Configure) and found.remedies[0].changes[0].value == "classic"


def test_a_variable_that_names_it_goes_first() -> None:
    named = CondaSolver(name="rattler", package="conda-rattler-solver", installed=False, sources=["CONDA_SOLVER"])
    (found,) = findings(solver_not_installed, conda=conda(record("python"), solver=named))
    assert found.remedies[0] == UnsetEnv(("CONDA_SOLVER",))


def test_a_solver_that_is_there_and_conda_s_own_are_quiet() -> None:
    there = CondaSolver(name="libmamba", package="conda-libmamba-solver", installed=True)
    assert findings(solver_not_installed, conda=conda(record("python"), solver=there)) == []
    assert findings(solver_not_installed, conda=conda(record("python"))) == []
    assert outcome(solver_not_installed, conda=conda(tool="micromamba", solver=LACKING)).status == "not-applicable"
