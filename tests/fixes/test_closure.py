"""A cure is judged by the rule that asked for it, on the facts as they would be: it settles, and brings nothing else."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from envdoctor.engine.checks import Outcome, Status
from envdoctor.engine.findings import Finding
from envdoctor.engine.plugins import built_in
from envdoctor.engine.remedies import Edit, Install, Recreate, Remedy, Remove, SetEnv, UnsetEnv
from envdoctor.engine.run import RegisteredCheck, examine
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts, Packages
from envdoctor.facts.recording import load
from envdoctor.fixes import Guard, Toolbox
from envdoctor.fixes.closure import Closure, after
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.plan import plan
from envdoctor.report.advice import advise
from envdoctor.testing import distribution, environment, facts, findings, packages
from envdoctor_checks.packages.unmet_requirement import unmet_requirement
from tests.support.settled import unsettled

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))
NEEDY = packages(
    distribution("scipy", requires=["numpy<1.27,>=1.19"]),
    distribution("numba", requires=["numpy<1.25,>=1.21"]),
    distribution("numpy", "2.2.6"),
)


def judged(remedy: Remedy, known: Packages = NEEDY) -> tuple[int, int]:
    """How many findings are left after it, and how many are new."""
    before = findings(unmet_requirement, packages=known)
    said = Closure(facts(packages=known), [Outcome(unmet_requirement, (), Status.PASSED)]).answer(remedy, before)
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


def guard(known: Packages) -> tuple[Guard, Facts, list[Finding]]:
    patient = facts(packages=known)
    found = findings(unmet_requirement, packages=known)
    return Guard(patient, [Outcome(unmet_requirement, tuple(found), Status.FOUND)]), patient, found


def test_a_cure_that_leaves_its_finding_is_printed_as_words() -> None:
    judge, patient, found = guard(NEEDY)
    told = judge.judged(
        Toolbox(patient).fix(Install(("numpy",), force=True), "PKG001"), Install(("numpy",), True), found
    )
    assert told.steps == () and told.applicability == "manual" and "this alone leaves: " in told.title
    good = Toolbox(patient).fix(Install(("numpy<1.25",)), "PKG001")
    assert judge.judged(good, Install(("numpy<1.25",)), found) is good


def test_a_cure_that_breaks_another_package_is_printed_as_words() -> None:
    judge, patient, _ = guard(packages(distribution("scipy", requires=["numpy>=1.19"]), distribution("numpy", "2.2.6")))
    told = judge.judged(Toolbox(patient).fix(Remove(("numpy",)), "PKG001"), Remove(("numpy",)), [])
    assert told.steps == () and "it would bring: " in told.title and "scipy" in told.title


def test_the_check_up_has_its_cures_judged() -> None:
    (one, *_) = findings(unmet_requirement, packages=NEEDY)
    bad = msgspec.structs.replace(one, remedies=(Install(("numpy",), force=True),))
    outcome = Outcome(unmet_requirement, (bad,), Status.FOUND)
    (told,) = advise(facts(packages=NEEDY), [outcome], Selection(), {})
    assert [fix.steps for fix in told.fixes] == [()] and "this alone leaves" in told.fixes[0].title


def test_two_cures_are_not_joined_where_together_they_would_not_do() -> None:
    judge, patient, found = guard(NEEDY)

    class Doubter(Guard):
        def fine(self, remedy: Remedy, findings: Sequence[Finding]) -> bool:
            return not isinstance(remedy, Install) or len(remedy.requirements) < 2

    cured = [
        (
            msgspec.structs.replace(item, remedies=(Install((name,)),)),
            [Toolbox(patient).fix(Install((name,)), "PKG001")],
        )
        for item, name in zip(found, ("numpy<1.25", "pandas"), strict=True)
    ]
    assert len(plan(cured, Toolbox(patient), judge)) == 1
    assert len(plan(cured, Toolbox(patient), Doubter(patient, []))) == 2


def test_where_no_cure_is_a_command_nothing_is_judged() -> None:
    judge, patient, found = guard(NEEDY)
    judge.judged(Toolbox(patient).fix(Edit("a", "b"), "PKG001"), Edit("a", "b"), found)
    assert "_closure" not in vars(judge)


def test_where_there_are_too_many_cures_only_the_first_are_judged_and_the_others_are_not_safe() -> None:
    needy = [distribution(f"needy-{number}", "1.0", requires=["idna>=3"]) for number in range(3_000)]
    watched, patient, found = guard(packages(*needy))
    cure = Toolbox(patient).fix(found[0].remedies[0], found[0].rule.code)
    assert cure.applicability is Applicability.SAFE
    said = [watched.judged(cure, found[0].remedies[0], [found[0]]) for _ in range(6)]
    assert [fix.applicability for fix in said] == [Applicability.SAFE] * 3 + [Applicability.UNSAFE] * 3
    assert said[-1].steps == cure.steps and "did not work out" in said[-1].reason
