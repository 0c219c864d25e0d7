"""What pip and uv say of a dry run, as they were heard, and what becomes of the plan."""

import json

import msgspec
import pytest

from envdoctor.api import Install
from envdoctor.engine.checks import Outcome, Status
from envdoctor.facts.schema import report as schema
from envdoctor.fixes.closure import Change
from envdoctor.report.document import document
from envdoctor.report.report import Report
from envdoctor.resolution import Ask, resolve
from envdoctor.resolution.told import by_pip, by_uv
from envdoctor.testing import changed, distribution, findings, packages, patient
from envdoctor_checks.packages.unmet_requirement import unmet_requirement
from tests.support import build
from tests.support.build import finding

PIP = {"version": "1", "install": [{"metadata": {"name": "idna", "version": "3.20", "requires_dist": ["six>=2"]}}]}
UV = """Using Python 3.11.7 environment at: p
Resolved 4 packages in 454ms
Would uninstall 1 package
Would install 3 packages
 - idna==2.10
 + idna==3.20
 ~ six==1.15.0
 + python-dateutil==4.0.0
"""
NONE_OF_UV = """Using Python 3.11.7 environment at: p
error: No solution found when resolving dependencies
  cause: Because only idna<=3.20 is available and you require idna>300, we can conclude that your requirements are
         unsatisfiable.
"""
SOURCE_OF_UV = """error: No solution found when resolving dependencies
  cause: Because all versions of docopt have no usable wheels and you require docopt, we can conclude that your requirements are unsatisfiable.

hint: Wheels are required for `docopt` because building from source is disabled for all packages (i.e., with `--no-build`)
"""
NONE_OF_PIP = """ERROR: Could not find a version that satisfies the requirement idna>=300 (from versions: 2.0, 3.20)
ERROR: No matching distribution found for idna>=300
"""
OFFLINE = """WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError': /simple/idna/
ERROR: Could not find a version that satisfies the requirement idna (from versions: none)
ERROR: No matching distribution found for idna
"""
CONFLICT = """ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.
ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/
"""


def test_what_changes_is_read_from_both() -> None:
    assert by_pip(0, json.dumps(PIP), "WARNING: old", {"idna": "2.10"}).changes == (
        Change("idna", "2.10", "3.20", ("six>=2",)),
    )
    assert by_uv(0, UV).changes == (
        Change("idna", "2.10", "3.20"),
        Change("six", "1.15.0", "1.15.0"),
        Change("python-dateutil", "", "4.0.0"),
    )
    assert by_uv(0, "Checked 1 package in 4ms\nWould make no changes\n").changes == ()


@pytest.mark.parametrize("out", ["", "[]", '{"install": [{}]}', '{"install": 3}'])
def test_a_report_that_can_t_be_read_is_no_answer(out: str) -> None:
    assert by_pip(0, out, "", {}).state == "failed"


@pytest.mark.parametrize(
    "error, state, words",
    [
        (NONE_OF_UV, "refused", "Because only idna<=3.20 is available and you require idna>300"),
        (SOURCE_OF_UV, "source", "Because all versions of docopt have no usable wheels"),
        (NONE_OF_PIP, "refused", "No matching distribution found for idna>=300"),
        (CONFLICT, "refused", "Cannot install a==1 and b==2 because these package versions have conflicting"),
        (OFFLINE, "failed", "No matching distribution found for idna"),
        ("/e/bin/python: No module named pip\n", "failed", "/e/bin/python: No module named pip"),
        ("error: Failed to fetch: `https://pypi.org/simple/idna/`\n", "failed", "Failed to fetch"),
        ("", "failed", "it said nothing"),
    ],
)
def test_a_refusal_is_told_apart_from_what_nobody_knows(error: str, state: str, words: str) -> None:
    for told in (by_pip(1, "", error, {}), by_uv(2, error)):
        assert told.state == state and told.words.startswith(words) and "hint:" not in told.words


HOLDS = packages(
    distribution("pip", "24.0"),
    distribution("requests", "2.25.1", requires=["idna<3,>=2.5"]),
    distribution("idna", "2.10"),
    distribution("needy", "1.0", requires=["six>=1"]),
)


def resolved(status: int, out: str, error: str, listed: str = "") -> Report:
    """The report on a patient that lacks six, whose pip answers so; `pip index versions` answers ``listed``."""
    found = findings(unmet_requirement, packages=HOLDS)
    first = build.report(*found, packages=HOLDS, patient=patient())
    first = msgspec.structs.replace(first, outcomes=(Outcome(unmet_requirement, tuple(found), Status.FOUND),))

    def ask(argv: object, room: object, left: float) -> tuple[int, str, str]:
        words = list(argv) if isinstance(argv, (list, tuple)) else []
        return (int(not listed), listed, "") if "index" in words else (status, out, error)

    heard: Ask = ask
    return resolve(first, {}, "/", lambda words: None, heard)


def brings(*rows: tuple[str, str]) -> str:
    return json.dumps({"install": [{"metadata": {"name": name, "version": version}} for name, version in rows]})


@pytest.mark.posix
def test_what_resolves_stays_a_command_and_says_what_changes() -> None:
    report = resolved(0, brings(("six", "1.17")), "")
    assert report.resolution is not None
    (said,) = report.resolution.commands
    assert (said.state, said.judged, said.new, said.left) == ("resolved", True, (), ())
    assert report.notes[-1].startswith("Resolved: six 1.17 is new; the rules find nothing new after it: ")
    assert report.notes[-1].endswith("-m pip install 'six>=1'")
    assert (
        report.plan[0].fix.steps
        == build.report(*findings(unmet_requirement, packages=HOLDS), packages=HOLDS).plan[0].fix.steps
    )


def test_what_would_bring_another_fault_is_words_everywhere() -> None:
    report = resolved(0, brings(("six", "1.17"), ("idna", "3.20")), "")
    assert report.plan[0].fix.steps == () and report.advice[0].fixes[0].steps == ()
    assert "after it: requests needs idna" in report.plan[0].fix.title
    assert report.plan[0].fix.applicability == "manual" and report.plan[0].fix.undo == ""


def test_what_no_releases_satisfy_is_words_everywhere() -> None:
    report = resolved(1, "", NONE_OF_PIP)
    assert report.plan[0].fix.steps == () and report.advice[0].fixes[0].steps == ()
    assert "no releases agree: No matching distribution found" in report.plan[0].fix.title
    assert report.advice[0].fixes[0].verify is not None and report.exit_code == 1


def test_what_has_no_wheel_stays_a_command_that_is_not_safe() -> None:
    report = resolved(1, "", NONE_OF_PIP.replace("idna", "six"), "six (1.17)\nAvailable versions: 1.17, 1.16\n")
    (entry,) = report.plan
    assert entry.fix.steps and entry.fix.applicability == "unsafe" and "built from source" in entry.fix.reason
    assert report.notes[-1].startswith("Not resolved, it would be built from source (")


def test_where_nobody_answers_the_plan_stays_as_it_is() -> None:
    report = resolved(1, "", OFFLINE)
    (entry,) = report.plan
    assert entry.fix.steps and entry.fix.applicability == "safe"
    assert report.notes[-1].startswith("Could not be resolved (No matching distribution found for idna): ")


def test_a_healthy_patient_has_nothing_to_resolve() -> None:
    report = resolve(build.report(), {}, "/", lambda words: None)
    assert report.notes == ("Nothing to resolve: the plan installs nothing by pip or uv.",) and report.exit_code == 0


def test_a_list_with_something_to_build_is_named_and_the_status_says_that_it_is_not_known() -> None:
    note = finding("A001", Install(("six @ file:///src/six",)))
    report = build.report(note, packages=HOLDS, patient=changed(patient()))
    report = msgspec.structs.replace(report, settings=msgspec.structs.replace(report.settings, fail_on="never"))
    asked = resolve(report, {}, "/", lambda words: None, lambda argv, room, left: (0, "{}", ""))
    assert asked.resolution is not None
    assert asked.exit_code == (0 if asked.resolution.known else 3)


def test_the_json_is_as_the_schema_says() -> None:
    report = resolved(0, brings(("six", "1.17")), "")
    written = document(report)
    assert isinstance(written, dict)
    row = schema()["$defs"]["Report"]["properties"]["resolution"]
    assert set(written["resolution"]) == set(row["properties"])
    (command,) = written["resolution"]["commands"]
    assert set(command) == set(row["properties"]["commands"]["items"]["properties"])
