"""Plans as wholes, of every recording and of patients with several faults at once: what is done in this order settles
what it is to settle, brings nothing, is not said twice, and begins with what the first line says."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from envdoctor.checkup import Options, diagnose, settings
from envdoctor.engine.checks import Outcome, Status
from envdoctor.engine.configuration import Config
from envdoctor.engine.findings import Finding
from envdoctor.engine.plugins import built_in
from envdoctor.engine.remedies import Install, Remedy, Remove
from envdoctor.engine.rules import Severity
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts, Packages
from envdoctor.facts.recording import load
from envdoctor.fixes import Guard, Toolbox
from envdoctor.fixes.closure import Change, changed
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.plan import plan
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for, verdict
from envdoctor.testing import distribution, environment, facts, findings, packages
from envdoctor_checks.packages.unmet_requirement import unmet_requirement
from tests.support.astray import astray
from tests.support.build import finding
from tests.support.cures import argvs
from tests.support.harm import harmful

pytestmark = pytest.mark.posix  # plans of patients on Windows are among the recordings

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))


def needing(*lines: str, name: str = "needy") -> object:
    return distribution(name, "1.0", requires=list(lines))


# Several faults at once, the same distribution in several of them.
CASES: dict[str, Facts] = {
    "two want an older numpy, one a package that is missing": facts(
        packages=packages(
            distribution("pip"),
            distribution("numpy", "2.2.6"),
            distribution("pandas", "1.5.3", requires=["numpy>=1.21,<2", "pytz>=2020.1"]),
            distribution("numba", "0.57.0", requires=["numpy<1.25,>=1.21", "llvmlite<0.41,>=0.40"]),
            distribution("llvmlite", "0.39.0"),
        )
    ),
    "two exclude each other": facts(
        packages=packages(
            distribution("pip"),
            distribution("protobuf", "4.25.0"),
            distribution("old", "1.0", requires=["protobuf<4"]),
            distribution("new", "2.0", requires=["protobuf>=5"]),
        )
    ),
    "a circle of three": facts(
        packages=packages(
            distribution("pip"),
            distribution("a", "1.0", requires=["b>=2"]),
            distribution("b", "1.0", requires=["c>=2"]),
            distribution("c", "1.0", requires=["a>=2"]),
        )
    ),
    "a variable that is wrong, and a package that is missing": facts(
        environment=environment(OMP_NUM_THREADS="abc", MKL_NUM_THREADS="-1"),
        packages=packages(distribution("pip"), distribution("needy", "1.0", requires=["idna>=3"])),
    ),
    "one that can't be had in the version that two want": facts(
        packages=packages(
            distribution("pip"),
            distribution("urllib3", "2.2.0"),
            distribution("botocore", "1.29.0", requires=["urllib3<1.27,>=1.25.4"]),
            distribution("requests", "2.25.1", requires=["urllib3<1.27,>=1.21.1", "chardet<5,>=3.0.2"]),
        )
    ),
}
PATIENTS = [pytest.param(path, id=path.stem) for path in RECORDINGS]
PATIENTS += [pytest.param(known, id=name) for name, known in CASES.items()]


def examined(patient: Path | Facts, level: str | None = None) -> Report:
    known = load(patient.read_bytes(), patient.name) if isinstance(patient, Path) else patient
    check_set = built_in()
    chosen = settings(Config(), None, False, (), check_set.checks, level)
    return diagnose(known, Options(check_set, Selection(), Config(), chosen), 0.0)


@pytest.fixture(scope="module", params=PATIENTS)
def report(request: pytest.FixtureRequest) -> Report:
    return examined(request.param)


def test_no_step_of_a_plan_is_said_twice_or_makes_another_moot(report: Report) -> None:
    lines = [tuple(map(str, entry.fix.steps)) for entry in report.plan if entry.fix.steps]
    assert len(lines) == len(set(lines))
    settled = [id(it) for entry in report.plan for it in entry.findings]
    assert len(settled) == len(set(settled))


def test_the_first_line_is_the_plans_first_step_and_of_the_worst_finding_and_safe(report: Report) -> None:
    said = verdict(report)
    if not said.command:
        return
    first = report.plan[0]
    assert first.fix.applicability is Applicability.SAFE and len(first.fix.steps) == 1 and not first.conflicts
    assert shell_for(report.facts).command(first.fix.steps[0]) == said.command
    worst = min(item.finding.severity.rank for item in report.open)
    assert first.severity.rank == worst and first.severity is not Severity.INFO
    assert "--clear" not in said.command and not said.command.startswith(("rm ", "sudo "))


def test_no_plan_has_a_command_of_those_that_are_words_only(report: Report) -> None:
    assert [line for entry in report.plan for line in harmful(entry.fix, report.facts)] == []
    assert [line for item in report.advice for fix in item.fixes for line in harmful(fix, report.facts)] == []


def test_every_cure_is_by_a_tool_that_starts_and_where_the_culprit_is(report: Report) -> None:
    assert astray([item.finding for item in report.advice], report.facts) == []


def test_after_all_steps_of_a_plan_nothing_is_left_and_nothing_is_new(report: Report) -> None:
    """The guard of the plan is run over what it let through: it takes nothing back."""
    guard = Guard(report.facts, report.outcomes, report.settings.level)
    again = plan([(it.finding, it.fixes) for it in report.open], Toolbox(report.facts), guard)
    assert [entry.fix for entry in again] == [entry.fix for entry in report.plan]
    assert not [entry for entry in report.plan if "after the steps before it" in entry.fix.title]


# --- the guard itself ---


def judged(known: Packages, *wishes: tuple[Finding, Remedy]) -> list[tuple[str, bool]]:
    """Of a plan of these remedies: each title, and whether it is a command."""
    patient = facts(packages=known)
    outcome = Outcome(unmet_requirement, tuple(findings(unmet_requirement, packages=known)), Status.FOUND)
    toolbox = Toolbox(patient)
    entries = [(toolbox.fix(remedy, "A001"), remedy, [found]) for found, remedy in wishes]
    fixes = Guard(patient, [outcome]).in_order(entries)
    return [(fix.title, bool(fix.steps)) for fix in fixes]


def test_a_step_that_undoes_what_one_before_it_has_settled_is_words() -> None:
    """Each alone settles its own."""
    known = packages(
        distribution("pip"),
        distribution("scipy", requires=["numpy<2"]),
        distribution("numpy", "2.2.6"),
    )
    (unmet,) = findings(unmet_requirement, packages=known)
    other = finding("A001", subject="something else")
    (_, first), (title, second) = judged(known, (unmet, Remove(("scipy",))), (other, Install(("scipy",), force=False)))
    assert first and second  # nobody knows what the scipy that comes would want
    down = (unmet, Install(("numpy<2",)))
    (_, first), (title, second) = judged(known, down, (other, Remove(("numpy",))))
    assert first and not second and "after the steps before it: scipy needs numpy<2" in title


def test_one_alone_is_not_judged_once_more() -> None:
    known = packages(distribution("pip"), distribution("scipy", requires=["numpy<2"]), distribution("numpy", "2.2.6"))
    guard = Guard(facts(packages=known), [])
    remedy = Install(("numpy<2",))
    guard.in_order([(Toolbox(facts(packages=known)).fix(remedy, "A001"), remedy, ())])
    assert "_closure" not in vars(guard)


# --- the versions that a resolver names ---


def test_versions_that_a_resolver_names_are_laid_over_the_facts() -> None:
    known = facts(packages=packages(distribution("idna", "2.10"), distribution("six", "1.15")))
    brought = [Change("idna", "2.10", "3.7", ("x>=1",)), Change("new", "", "1.0"), Change("six", "1.15", "")]
    then = changed(known, brought).packages
    assert isinstance(then, Packages)
    assert {item.key: (item.version, item.requires) for item in then.distributions} == {
        "idna": ("3.7", ["x>=1"]),
        "new": ("1.0", []),
    }


# --- the least change ---


def asked(known: Sequence[object]) -> list[str]:
    (entry,) = examined(facts(packages=packages(distribution("pip"), *known))).plan  # type: ignore[arg-type]
    return argvs(entry.fix)[0].split(" install ")[1].split()


@pytest.mark.parametrize(
    "there, wanted",
    [
        (
            (distribution("numpy", "2.2.6"), needing("numpy<1.27,>=1.19"), needing("numpy<1.25,>=1.21", name="numba")),
            "numpy",
        ),
        (
            (
                distribution("urllib3", "2.2.0"),
                needing("urllib3<1.27,>=1.25.4", name="botocore"),
                needing("urllib3<1.27,>=1.21.1", name="requests"),
                needing("urllib3<2.1", name="kubernetes"),
            ),
            "urllib3",
        ),
        (
            (
                distribution("protobuf", "5.26"),
                needing("protobuf<5,>=3.20", name="tensorflow"),
                needing("protobuf!=4.21.0,<4.22,>=3.19", name="onnx"),
                needing("protobuf<6,>=3.12", name="wandb"),
            ),
            "protobuf",
        ),
        (
            (
                distribution("jinja2", "3.1"),
                needing("jinja2<3.1", name="flask"),
                needing("jinja2>=2.10", name="sphinx"),
                needing("jinja2~=3.0.0", name="nbconvert"),
            ),
            "jinja2",
        ),
    ],
    ids=["numpy", "urllib3", "protobuf", "jinja2"],
)
def test_of_several_conflicts_over_one_distribution_that_one_alone_is_changed(
    there: Sequence[object], wanted: str
) -> None:
    (word,) = asked(there)
    assert word.strip("'").startswith(wanted)
