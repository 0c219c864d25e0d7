"""A cure is judged by the rule that asked for it, on the facts as they would be: it settles, and brings nothing else."""

from pathlib import Path

import pytest

from envdoctor.engine.findings import Finding
from envdoctor.engine.plugins import built_in
from envdoctor.engine.remedies import Edit, Install, Recreate, Remedy, Remove, SetEnv, UnsetEnv
from envdoctor.engine.run import RegisteredCheck, examine
from envdoctor.facts import Facts, Packages
from envdoctor.facts.recording import load
from envdoctor.testing import distribution, environment, facts, findings, packages
from envdoctor_checks.packages.unmet_requirement import unmet_requirement
from tests.support.closure import after, answer
from tests.support.settled import unsettled

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))
NEEDY = packages(
    distribution("scipy", requires=["numpy<1.27,>=1.19"]),
    distribution("numba", requires=["numpy<1.25,>=1.21"]),
    distribution("numpy", "2.2.6"),
)


def judged(remedy: Remedy, known: Packages = NEEDY) -> tuple[int, int]:
    """How many findings are left after it, and how many are new."""

    def judge(then: Facts) -> list[Finding]:
        return findings(unmet_requirement, packages=then.packages)

    before = findings(unmet_requirement, packages=known)
    said = answer(facts(packages=known), remedy, before, before, judge)
    return len(said.left), len(said.new)


@pytest.mark.parametrize(
    "remedy, outcome",
    [
        (Install(("numpy<1.25",)), (0, 0)),
        (Install(("numpy<1.27",)), (0, 0)),  # in one call with what all others demand of it
        (Install(("numpy",), force=True), (2, 0)),
        (Remove(("numba",)), (1, 0)),
        (Remove(("numpy",)), (2, 0)),
    ],
    ids=str,
)
def test_what_is_left_is_told_before_it_is_done(remedy: Remedy, outcome: tuple[int, int]) -> None:
    assert judged(remedy) == outcome


def test_what_it_would_break_is_told() -> None:
    fine = packages(distribution("scipy", requires=["numpy>=1.19"]), distribution("numpy", "2.2.6"))
    assert judged(Remove(("numpy",)), fine) == (0, 1)


def test_any_version_that_is_admitted_may_come() -> None:
    """Both the oldest and the newest that the bounds tell of are judged."""
    told = [then.packages for then in after(facts(packages=NEEDY), Install(("numpy>=1.21,<1.25",)))]
    versions = {item.version for known in told if isinstance(known, Packages) for item in known.distributions}
    assert {"1.21", "1.24.99"} <= versions


def test_variables_are_set_and_unset() -> None:
    known = facts(environment=environment(A="1", B="2"))
    (then,) = after(known, SetEnv({"A": "3"}))
    (without,) = after(known, UnsetEnv(("B",)))
    assert then.environment == environment(A="3", B="2") and without.environment == environment(A="1")


@pytest.mark.parametrize("remedy", [Recreate(), Edit("a", "b"), UnsetEnv(("VIRTUAL_ENV",))], ids=str)
def test_what_only_a_trial_can_tell_is_not_foretold(remedy: Remedy) -> None:
    assert after(facts(), remedy) == []


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_no_cure_of_a_recording_leaves_what_it_is_to_settle(path: Path) -> None:
    known = load(path.read_bytes(), path.name)
    for registered in built_in().checks:
        (outcome,) = examine(known, [registered])
        assert unsettled(list(outcome.findings), known, RegisteredCheck(registered.check)) == []
