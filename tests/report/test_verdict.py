"""What a check-up comes to: healthy means that something was examined."""

import pytest

from envdoctor.engine.checks import Outcome, Status
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Install, InstallSystem, Manual, Recreate, Run, SetEnv, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing
from envdoctor.report.advice import Advice
from envdoctor.report.report import Report, Settings
from envdoctor.report.verdict import shell_for, verdict
from envdoctor.testing import active, blas, changed, distribution, facts, openblas, packages, path, patient
from tests.checks.project._shared import here
from tests.checks.project._shared import listed as listing
from tests.report.test_report import RULE, check
from tests.support import build
from tests.support.build import finding

NUMPY = {"packages": packages(distribution("numpy")), "blas": blas(openblas())}


def came_to(*outcomes: Outcome, asked: frozenset[str] = frozenset(), **sections: object) -> Report:
    return Report("0", (), facts(**(NUMPY | sections)), outcomes, (), Settings(asked=asked), 0.1)


def ended(status: str, reason: str = "") -> Outcome:
    return Outcome(check(), (), Status(status), reason)


def test_an_environment_that_was_examined_is_healthy() -> None:
    assert verdict(came_to(ended("passed"))).words == "Healthy: nothing to do."


def test_without_numpy_the_verdict_says_so_and_counts_what_ran() -> None:
    said = verdict(came_to(ended("passed"), ended("not-applicable"), packages=packages(), blas=blas()))
    assert said.words == "No fault found, but NumPy is not installed in this Python: only 1 general check ran."
    assert came_to(ended("passed"), packages=packages(), blas=blas()).status == "healthy"


def test_numpy_without_metadata_is_numpy() -> None:
    assert verdict(came_to(ended("passed"), packages=packages())).words.startswith("Healthy")


def test_what_somebody_asked_for_by_name_may_have_nothing_to_do_with_numpy() -> None:
    report = came_to(ended("passed"), asked=frozenset({"made-up"}), packages=packages(), blas=blas())
    assert verdict(report).words.startswith("Healthy")


def test_a_choice_of_checks_says_how_many_came_to_something() -> None:
    report = came_to(ended("passed"), ended("not-applicable", "no conda here"), asked=frozenset({"made-up"}))
    assert verdict(report).words == "No fault found by 1 check; 1 other does not apply here (no conda here)."


def test_without_numpy_a_deep_checkup_says_so_too() -> None:
    """``--deep`` asks for some checks by name, and all run."""
    others = Outcome(check("another"), (), Status.PASSED, "")
    report = came_to(ended("passed"), others, asked=frozenset({"made-up"}), packages=packages(), blas=blas())
    assert "NumPy is not installed" in verdict(report).words


OWN = "the environment envdoctor is installed in"


def test_an_active_environment_without_python_comes_first() -> None:
    r = active("/conda/envs/r", "CONDA_PREFIX", python=None)
    around = path(active=[r])
    said = verdict(came_to(ended("passed"), patient=patient(chosen=OWN), path=around)).words
    assert said.startswith("The active environment /conda/envs/r holds no Python. Examined instead: ")
    named = patient(chosen="named by --python")
    assert verdict(came_to(ended("passed"), patient=named, path=around)).words == "Healthy: nothing to do."
    base = path(active=[changed(r, base=True)])
    assert "holds no" not in verdict(came_to(ended("passed"), patient=patient(chosen=OWN), path=base)).words


def test_a_project_whose_environment_was_not_found_is_not_healthy_by_another() -> None:
    listed = here(listing())
    report = came_to(ended("passed"), patient=patient(chosen=OWN), project=listed)
    assert verdict(report).words.startswith(f"No environment of the project {listed.root} was found. Examined instead")
    image = patient(chosen="the first python3 on PATH", overlays=["container"])
    assert verdict(came_to(ended("passed"), patient=image, project=listed)).words == "Healthy: nothing to do."
    mine = patient(chosen="the project's .venv")
    assert verdict(came_to(ended("passed"), patient=mine, project=listed)).words == "Healthy: nothing to do."


@pytest.mark.parametrize("count", [1, 2])
def test_where_no_check_applies_nothing_is_healthy(count: int) -> None:
    report = came_to(*[ended("not-applicable", "no conda here")] * count)
    said = verdict(report)
    assert (said.state, report.status, report.exit_code) == ("inconclusive", "inconclusive", 0)
    assert "nothing was examined" in said.words and "no conda here" in said.words


def test_where_there_is_no_check_at_all_nothing_is_healthy() -> None:
    assert verdict(came_to()).words == "Inconclusive: nothing was examined."


def test_checks_without_a_verdict_are_counted_as_before() -> None:
    report = came_to(ended("unknown", "x"), ended("not-applicable", "no conda here"))
    assert verdict(report).words == "Inconclusive: 1 check could not be done; nothing else is wrong."


def test_packages_that_could_not_be_read_are_not_said_to_lack_numpy() -> None:
    assert "NumPy" not in verdict(came_to(ended("passed"), packages=Missing("x"))).words


def headed(*headlines: str, severity: Severity = Severity.INFO) -> str:
    """The verdict where findings of this severity have these headlines."""
    report = came_to(ended("passed"))
    found = [Finding(RULE, "x", (), "t", "w", own_severity=severity, headline=words) for words in headlines]
    return verdict(changed(report, advice=tuple(Advice(item, (), (), "f") for item in found))).words


def test_a_note_with_a_headline_stands_in_the_verdict_of_a_healthy_report() -> None:
    assert headed("two pools may compete") == "Healthy. 1 thing may be slow: two pools may compete."
    assert headed("a", "", "b") == "Healthy. 2 things may be slow: a; b."
    assert headed("") == "Healthy. 1 note, nothing you must do."


def test_a_warning_needs_no_headline() -> None:
    assert headed("a", severity=Severity.WARNING) == "1 warning: t."


ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
SAFE = Run("settle it", ("true",), safe=True)
NUMPY_1 = Install(("numpy<2",))


@pytest.mark.parametrize(
    "found, first",
    [
        ([finding("A001", SAFE, severity=WARNING)], "true"),
        ([finding("A001", SAFE, severity=INFO)], ""),
        ([finding("A001", Run("look", ("true",)), severity=ERROR)], ""),
        ([finding("A001", Recreate(), severity=ERROR), finding("A002", SAFE, severity=WARNING)], ""),
        ([finding("A001", Manual("look"), severity=ERROR), finding("A002", SAFE, severity=WARNING)], ""),
        ([finding("A001", Manual("look"), severity=ERROR), finding("A002", SAFE, severity=ERROR)], "true"),
        ([finding("A001", Run("two", ("true",), safe=True, then=(("false",),)), severity=ERROR)], ""),
        ([finding("A001", UnsetEnv(("PYTHONPATH",)), severity=INFO), finding("A002", NUMPY_1, severity=ERROR)], ""),
        ([finding("A001", InstallSystem({"apt-get": ("libssl-dev",)}), severity=ERROR)], ""),
        (
            [
                finding("A001", SetEnv({"OMP_NUM_THREADS": "4"}), severity=WARNING),
                finding("A002", SetEnv({"OMP_NUM_THREADS": "1"}), severity=WARNING),
            ],
            "",
        ),
    ],
)
def test_the_first_line_is_a_safe_step_of_the_worst_finding_and_the_plans_first_or_words(
    found: list[Finding], first: str
) -> None:
    one = build.report(*found)
    said = verdict(one)
    assert said.command == first
    if first:
        (step,) = one.plan[0].fix.steps
        assert shell_for(one.facts).command(step) == first


def test_where_the_first_step_is_no_command_it_is_named() -> None:
    two = [finding("A001", Recreate(), severity=ERROR), finding("A002", SAFE, severity=WARNING)]
    assert (
        verdict(build.report(*two)).words
        == "1 error, 1 warning. The first: scipy needs numpy>=2, and numpy 1.26.4 is installed. Begin with A001."
    )
    two[0] = finding("A001", Run("look what it does", ("true",)), severity=ERROR)
    assert (
        verdict(build.report(*two)).words
        == "1 error, 1 warning. The first: scipy needs numpy>=2, and numpy 1.26.4 is installed. Begin with A001: look what it does."
    )
    assert verdict(build.report(two[0])).words == "1 error: scipy needs numpy>=2, and numpy 1.26.4 is installed."


def test_a_note_adds_nothing_to_the_command_for_what_is_broken() -> None:
    broken = finding("PKG001", Install(("joblib",)), severity=ERROR)
    said = verdict(build.report(broken, finding("TOL004", Install(("jupyterlab",)), severity=INFO)))
    assert said.command.endswith(" joblib")
