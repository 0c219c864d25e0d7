"""The index of the built-in checks: what is known of them before they are loaded is what they say themselves."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import envdoctor_checks
from envdoctor.api import Check, Finding, NotApplicable, Rule, Severity, check
from envdoctor.engine import index
from envdoctor.engine.__main__ import index as made
from envdoctor.engine.checks import Status
from envdoctor.engine.plugins import BUILT_IN, built_in
from envdoctor.facts import Missing
from envdoctor.testing import gpu, outcome
from envdoctor_checks import fleet

CHECKS = (*envdoctor_checks.CHECKS, *fleet.CHECKS)


@pytest.mark.parametrize("known", CHECKS, ids=lambda known: known.name)
def test_what_is_known_of_a_check_is_what_its_module_says(known: Check) -> None:
    there = [it for _, it in index.defined(known.examine.__module__) if it.name == known.name]
    assert [(it.name, it.rules, it.needs, it.given) for it in there] == [
        (known.name, known.rules, known.needs, known.given)
    ]
    assert (there[0].examine.__defaults__ or ()) == known.examine.__defaults__


def test_the_index_is_as_it_is_made() -> None:
    assert Path(index.place(BUILT_IN)).read_text(encoding="utf-8") == made()


def test_every_module_of_a_family_is_in_it() -> None:
    folder = Path(envdoctor_checks.__file__ or "").parent
    files = {
        f"{BUILT_IN}.{path.parent.name}.{path.stem}" for path in folder.glob("*/*.py") if not path.name.startswith("_")
    }
    assert files == {str(registered.check.examine.__module__) for registered in built_in(fleets=True).checks}


def test_a_module_that_the_index_does_not_know_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(index._read, BUILT_IN, {})
    (found,) = index.checks_of("envdoctor_checks.threads", "process_limit")
    assert found is import_module("envdoctor_checks.threads.process_limit").process_limit


def test_a_check_up_loads_no_check_that_does_not_apply() -> None:
    code = (
        "import sys\n"
        "from envdoctor.engine.plugins import collect\n"
        "from envdoctor.engine.run import examine\n"
        "from envdoctor.testing import facts, gpu\n"
        "examine(facts(conda=None, gpu=gpu(builds=[], devices=[])), collect().checks)\n"
        "print(*(name for name in sys.modules if name.startswith('envdoctor_checks.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"envdoctor_checks.conda", "envdoctor_checks.gpu.driver_mismatch"} <= loaded
    assert not {"envdoctor_checks.conda.damaged_conda_package", "envdoctor_checks.conda._records"} & loaded
    assert "envdoctor_checks.gpu.architecture_not_built_in" not in loaded


# --- what has to be there ---

HERE = Rule("XYZ001", "made-up", Severity.INFO)


@check(HERE, given={"gpu.builds": "nothing is built for it"})
def made_up(gpu: object) -> list[Finding]:
    raise NotApplicable("it was asked")


@pytest.mark.parametrize(
    "builds, said",
    [([], "nothing is built for it"), (Missing("unread"), "it was asked"), ([object()], "it was asked")],
    ids=["empty", "unread", "there"],
)
def test_a_check_is_asked_only_where_what_it_is_given_is_there(builds: object, said: str) -> None:
    result = outcome(made_up, gpu=gpu(builds=builds))
    assert (result.status, result.reason) == (Status.NOT_APPLICABLE, said)
