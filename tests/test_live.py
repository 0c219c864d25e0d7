"""The report in Python: what a program and a notebook see of it."""

import json
import os
import subprocess
import sys

import pytest

import envdoctor
from envdoctor.engine.remedies import Install
from envdoctor.live import ShownReport
from envdoctor.probe.choose import PatientError
from tests.support import build


def shown(*found: object) -> ShownReport:
    report = build.report(*found)  # type: ignore[arg-type]
    return ShownReport(*(getattr(report, name) for name in report.__struct_fields__))


def test_a_finding_has_what_a_program_needs() -> None:
    report = shown(build.finding("TST001", Install(("numpy>=2",))))
    (found,) = report.findings
    assert (found.code, found.severity, found.subject) == ("TST001", "error", "scipy needs numpy")
    assert found.evidence[0].label == "requirement"
    assert found.fixes[0].steps
    assert repr(found) == "<TST001 error: scipy needs numpy>=2, and numpy 1.26.4 is installed>"


def test_the_document_is_that_of_the_json_format() -> None:
    made = shown(build.finding()).to_dict()
    assert made["schema_version"] == "1.0"
    assert json.loads(json.dumps(made)) == made
    assert made["findings"][0]["code"] == "PKG001"  # type: ignore[index]


def test_what_is_passed_on_holds_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("USERPROFILE", "/home/ada")
    report = shown(build.finding(why="It lies in /home/ada/fit."))
    assert report.to_html().startswith("<!DOCTYPE html>")
    assert report.to_markdown().startswith("# envdoctor: 1 error: ")
    assert "/home/ada" not in report.to_html() + report.to_markdown()


def test_repr_is_one_short_line_and_str_the_text() -> None:
    report = shown(build.finding())
    assert repr(report).startswith("<envdoctor report on /home/ada/fit/.venv/bin/python: 1 error: scipy needs numpy")
    assert "\n" not in repr(report)
    assert str(report).splitlines()[-1].endswith("status 1")


@pytest.mark.real
def test_another_python_is_examined_as_the_command_does() -> None:
    report = envdoctor.check(python=sys.executable, select=["PY"])
    assert report.facts.start.mode != "live"
    assert report.facts.patient.executable == sys.executable
    assert "named by --python" in report.facts.patient.chosen


@pytest.mark.posix
@pytest.mark.parametrize("meant", [False, True])
def test_a_variable_that_threadpoolctl_sets_is_not_the_users(meant: bool) -> None:
    """scikit-learn imports it: `import sklearn` alone is no reason for a note on OpenMP."""
    code = (
        "import os, threadpoolctl, envdoctor; r = envdoctor.check(select=['BLA010']);"
        "assert os.environ['KMP_DUPLICATE_LIB_OK'] == 'True';"
        "print('KMP_DUPLICATE_LIB_OK' in r.facts.environment.variables)"
    )
    environ = {name: value for name, value in os.environ.items() if name != "KMP_DUPLICATE_LIB_OK"}
    environ |= {"KMP_DUPLICATE_LIB_OK": "True"} if meant else {}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ, check=False)
    assert (done.stdout.strip(), done.stderr) == (str(meant), "")


def test_a_python_that_is_not_there_is_an_error() -> None:
    with pytest.raises(PatientError, match="no such file"):
        envdoctor.check(python="/nowhere/bin/python")
