"""One plan for all: joined, ordered, conflicts named."""

from typing import Any, get_args

import msgspec
import pytest

from envdoctor.engine.remedies import (
    DeleteFiles,
    Install,
    KeepEnv,
    Manual,
    Recreate,
    RegisterKernel,
    Remedy,
    Remove,
    SetEnv,
    UnsetEnv,
)
from envdoctor.engine.rules import Severity
from envdoctor.fixes import Toolbox, steps
from envdoctor.fixes.plan import RANK, by_finding, plan
from envdoctor.testing import changed, distribution, facts, packages
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
        ("unset OMP_NUM_THREADS and MKL_NUM_THREADS", "safe"),
        ("unset OPENBLAS_CORETYPE, unless it is meant", "manual"),
    ]
    assert entries[1].fix.steps == (steps.UnsetEnv(("OPENBLAS_CORETYPE",)),)


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
    """What the finding shows is what the plan shows: only what two remedies come to together is translated again."""
    alone = finding("PKG001", Recreate(), subject="a")
    toolbox = Toolbox(facts())
    mine = toolbox.fix(alone.remedies[0], "PKG001")
    marked = msgspec.structs.replace(mine, reason="as the finding shows it")
    assert plan([(alone, [marked])], toolbox)[0].fix.reason == "as the finding shows it"
    assert plan([(alone, [marked]), (alone, [marked])], toolbox)[0].fix.reason == "as the finding shows it"


def codes(*entries: Any) -> list[str]:
    return [" ".join(entry.codes) for entry in entries]


def test_the_worst_comes_first_where_nothing_has_to_come_before_it() -> None:
    entries = planned(
        finding("A001", Manual("look"), severity=Severity.ERROR),
        finding("A002", KeepEnv({"B": "1"}), severity=Severity.WARNING),
        finding("A003", SetEnv({"OMP_NUM_THREADS": "1"}), severity=Severity.INFO),
        finding("A004", Install(("a",)), severity=Severity.ERROR),
    )
    assert codes(*entries) == ["A004", "A001", "A002", "A003"]


def test_of_what_is_equally_bad_that_comes_first_which_may_be_run_as_it_stands() -> None:
    entries = planned(
        finding("A001", DeleteFiles(("/x",), "delete", "it is gone"), severity=Severity.WARNING),
        finding("A002", SetEnv({"OMP_NUM_THREADS": "1"}), severity=Severity.WARNING),
        finding("A003", Manual("look"), severity=Severity.WARNING),
    )
    assert codes(*entries) == ["A002", "A001", "A003"]


def test_what_keeps_it_from_starting_comes_before_all_others() -> None:
    entries = planned(finding("A001", Install(("a",))), finding("PY013", Manual("repair sitecustomize.py")))
    assert codes(*entries) == ["PY013", "A001"]


def test_what_decides_where_an_installer_looks_comes_before_it_even_if_it_is_only_worth_knowing() -> None:
    entries = planned(
        finding("A001", Install(("a",)), severity=Severity.ERROR),
        finding("A002", UnsetEnv(("PYTHONPATH",)), severity=Severity.INFO),
    )
    assert codes(*entries) == ["A002", "A001"]


@pytest.mark.parametrize(
    "harm, note, together",
    [
        (Install(("joblib",)), Install(("jupyterlab",)), False),
        (Install(("numpy<2",)), Install(("numpy>=1.20",)), True),
        (SetEnv({"OMP_NUM_THREADS": "4"}), SetEnv({"OPENBLAS_THREAD_TIMEOUT": "14"}), False),
        (UnsetEnv(("OMP_NUM_THREADS",)), UnsetEnv(("MKL_NUM_THREADS",)), False),
        (Recreate(), Recreate("3.13"), True),
    ],
    ids=str,
)
def test_what_is_only_worth_knowing_does_not_ride_along(harm: Remedy, note: Remedy, together: bool) -> None:
    entries = planned(finding("A001", harm, severity=Severity.WARNING), finding("A002", note, severity=Severity.INFO))
    assert codes(*entries) == (["A001 A002"] if together else ["A001", "A002"])


OLD = packages(distribution("pandas", "1.5.3", requires=["numpy>=1.20", "pytz"]), distribution("numpy", "2.0.2"))


@pytest.mark.parametrize(
    "moot", [Install(("numpy<1.27",)), Install(("pytz",)), Install(("numpy",), force=True), Remove(("numpy",))], ids=str
)
def test_what_a_new_environment_settles_is_no_step_after_it(moot: Remedy) -> None:
    known = facts(packages=OLD)
    anew = finding("PY001", Recreate("3.13"), severity=Severity.WARNING)
    entries = planned(anew, finding("A001", moot, severity=Severity.WARNING), known=known)
    assert codes(*entries) == ["PY001 A001"]


def test_a_new_environment_for_a_lesser_fault_does_not_take_the_place_of_the_small_cure() -> None:
    anew = finding("PY001", Recreate("3.13"), severity=Severity.WARNING)
    entries = planned(finding("A001", Install(("numpy<1.27",))), anew, known=facts(packages=OLD))
    assert codes(*entries) == ["A001", "PY001"]


def test_what_is_new_comes_into_the_new_environment() -> None:
    anew = finding("PY001", Recreate("3.13"), severity=Severity.WARNING)
    entries = planned(finding("A001", Install(("xarray",)), severity=Severity.WARNING), anew, known=facts(packages=OLD))
    assert codes(*entries) == ["PY001", "A001"]


@pytest.mark.posix
def test_an_environment_that_one_step_makes_is_not_made_again_by_another() -> None:
    """A Python that nothing is put into gets one, and uv refuses to make it a second time."""
    system = facts(packages=OLD, prefix=changed(facts().prefix, configuration=None))
    first = finding("PY001", Recreate("3.13"), severity=Severity.WARNING)
    entries = planned(first, finding("A001", Install(("xarray",)), severity=Severity.INFO), known=system)
    commands = [" ".join(argv(step)) for entry in entries for step in entry.fix.steps]
    assert len(entries) == 2 and len(set(commands)) == len(commands)
