"""One plan for all: joined, ordered, conflicts named."""

from typing import get_args

import msgspec
import pytest

from envdoctor.engine.remedies import Install, Manual, Recreate, RegisterKernel, Remedy, Remove, SetEnv, UnsetEnv
from envdoctor.fixes import Toolbox, steps
from envdoctor.fixes.plan import RANK, by_finding, plan
from envdoctor.testing import facts
from tests.support.build import finding
from tests.support.cures import argv, planned


def test_installs_are_joined_into_one_call() -> None:
    (entry,) = planned(
        finding("PKG001", Install(("numpy>=2",)), subject="a needs numpy"),
        finding("PKG001", Install(("scipy",)), subject="a needs scipy"),
        finding("PKG004", Install(("numpy<3",)), subject="numpy"),
    )
    assert entry.codes == ("PKG001", "PKG004")
    assert entry.subjects == ("a needs numpy", "a needs scipy", "numpy")
    assert argv(entry.fix.steps[0])[-2:] == ["numpy>=2,<3", "scipy"]
    assert argv(entry.fix.verify)[-1] == "PKG001,PKG004"


def test_the_order_is_one_in_which_none_undoes_another() -> None:
    entries = planned(
        finding("A001", Manual("look")),
        finding("A002", SetEnv({"X": "1"})),
        finding("A003", Install(("a",))),
        finding("A004", Remove(("b",))),
        finding("A006", UnsetEnv(("PYTHONPATH",))),
    )
    assert [entry.codes[0] for entry in entries] == ["A006", "A004", "A003", "A002", "A001"]


def test_a_new_environment_settles_what_was_to_be_removed_from_the_old_one() -> None:
    entries = planned(
        finding("A001", Remove(("b",)), subject="b"),
        finding("PY001", Recreate("3.13"), subject="Python 3.8"),
        finding("A002", Install(("a",)), subject="a"),
    )
    assert [entry.codes for entry in entries] == [("PY001", "A001"), ("A002",)]


def test_two_recreations_are_one_with_the_version() -> None:
    (entry,) = planned(finding("PY008", Recreate()), finding("PY001", Recreate("3.13")))
    assert entry.codes == ("PY008", "PY001")
    assert "3.13" in str(entry.fix.steps)


def test_conflicts_are_named_on_both_sides() -> None:
    first, second = planned(
        finding("THR001", SetEnv({"OMP_NUM_THREADS": "4"})), finding("THR002", SetEnv({"OMP_NUM_THREADS": "1"}))
    )
    assert first.conflicts == ("OMP_NUM_THREADS is set to 4 and to 1 (see THR002)",)
    assert second.conflicts == ("OMP_NUM_THREADS is set to 4 and to 1 (see THR001); do one of the two",)


def test_installing_what_another_fix_removes_is_a_conflict() -> None:
    entries = planned(finding("A001", Install(("cupy",))), finding("A002", Remove(("cupy",))))
    assert all("cupy is installed and removed" in entry.conflicts[0] for entry in entries)


def test_settings_that_agree_are_one() -> None:
    (entry,) = planned(finding("A001", SetEnv({"A": "1"})), finding("A002", SetEnv({"A": "1", "B": "2"})))
    assert entry.fix.steps == (steps.SetEnv({"A": "1", "B": "2"}),)


def test_what_may_be_set_on_purpose_is_not_joined_with_what_is_unset_anyway() -> None:
    entries = planned(
        finding("BLA004", UnsetEnv(("OPENBLAS_CORETYPE",), unless="it is meant")),
        finding("THR003", UnsetEnv(("OMP_NUM_THREADS",))),
        finding("THR004", UnsetEnv(("MKL_NUM_THREADS",))),
    )
    assert [(entry.fix.title, entry.fix.applicability) for entry in entries] == [
        ("unset OPENBLAS_CORETYPE, unless it is meant", "manual"),
        ("unset OMP_NUM_THREADS and MKL_NUM_THREADS", "safe"),
    ]
    assert entries[0].fix.steps == (steps.UnsetEnv(("OPENBLAS_CORETYPE",)),)


def test_what_is_taken_out_of_pythonpath_is_taken_out_together_and_before_anything_is_installed() -> None:
    def without(*entries: str) -> SetEnv:
        return SetEnv({"PYTHONPATH": ":".join(entries)})

    install = finding("PKG001", Install(("idna",)))
    one, other = (
        finding("PY006", without("/b", "/c"), subject="/a"),
        finding("PKG006", without("/a", "/c"), subject="/b"),
    )
    first, second = planned(install, one, other)
    assert first.fix.steps == (steps.SetEnv({"PYTHONPATH": "/c"}),)
    assert (first.codes, second.codes, first.conflicts) == (("PY006", "PKG006"), ("PKG001",), ())
    (none,) = planned(finding("PY006", without("/b"), subject="/a"), finding("PY006", without("/a"), subject="/b"))
    assert none.fix.steps == (steps.UnsetEnv(("PYTHONPATH",)),)
    (none,) = planned(one, finding("PY013", UnsetEnv(("PYTHONPATH",))))
    assert none.fix.steps == (steps.UnsetEnv(("PYTHONPATH",)),)


def test_a_conflict_over_one_variable_holds_up_no_other() -> None:
    entries = planned(
        finding("A001", SetEnv({"A": "1"})), finding("B001", SetEnv({"B": "1"})), finding("B002", SetEnv({"B": "2"}))
    )
    assert [(entry.codes, bool(entry.conflicts)) for entry in entries] == [
        (("A001",), False),
        (("B001",), True),
        (("B002",), True),
    ]
    (both,) = planned(finding("A001", SetEnv({"A": "1"})), finding("B001", SetEnv({"B": "1"})))
    assert both.fix.steps == (steps.SetEnv({"A": "1", "B": "1"}),)


def test_what_is_damaged_is_laid_down_before_a_resolver_runs() -> None:
    entries = planned(finding("PKG001", Install(("idna",))), finding("PKG003", Install(("certifi",), force=True)))
    assert [entry.codes[0] for entry in entries] == ["PKG003", "PKG001"]


def test_what_follows_an_installation_follows_the_joined_one() -> None:
    with_kernel = Install(("ipykernel",), then=(RegisterKernel("fit"),))
    (entry,) = planned(finding("PKG001", Install(("idna",))), finding("TOL003", with_kernel))
    assert argv(entry.fix.steps[0])[-2:] == ["idna", "ipykernel"]
    (after,) = entry.fix.steps[1:]
    assert argv(after)[1:] == ["-m", "ipykernel", "install", "--sys-prefix", "--name", "fit"]


def test_every_remedy_has_its_place_in_the_order() -> None:
    assert set(get_args(Remedy)) == set(RANK)


@pytest.mark.posix
def test_an_entry_settles_the_findings_that_asked_for_it_and_no_others_of_the_same_rule_and_subject() -> None:
    needs = finding("PKG001", Install(("numpy>=2",)), subject="scipy")
    lacks = finding("PKG004", Install(("pandas",)), subject="pandas")
    hopeless = finding("PKG001", Manual("ask its author for a release"), subject="pandas")
    entries = planned(needs, lacks, hopeless)
    assert [entry.findings for entry in entries] == [(needs, lacks), (hopeless,)]
    assert by_finding(entries)[id(hopeless)].fix.title == "ask its author for a release"


def test_a_remedy_is_translated_once() -> None:
    """What the finding shows is what the plan shows: only what two remedies come to together is translated anew."""
    alone = finding("PKG001", Recreate(), subject="a")
    toolbox = Toolbox(facts())
    mine = toolbox.fix(alone.remedies[0], "PKG001")
    marked = msgspec.structs.replace(mine, reason="as the finding shows it")
    assert plan([(alone, [marked])], toolbox)[0].fix.reason == "as the finding shows it"
    assert plan([(alone, [marked]), (alone, [marked])], toolbox)[0].fix.reason == "as the finding shows it"
