"""The report at a terminal: how long it is, where the verdict stands, and how paths are written."""

import re
from pathlib import Path

import pytest

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.findings import Evidence, Finding
from envdoctor.engine.plugins import collect
from envdoctor.engine.remedies import Install, Run, SetEnv
from envdoctor.engine.rules import Severity
from envdoctor.engine.selection import Selection
from envdoctor.facts.recording import load
from envdoctor.report.formats import Style, renderer
from envdoctor.report.places import Places
from envdoctor.report.report import Report, Settings
from envdoctor.report.verdict import verdict
from envdoctor.testing import blas, changed, distribution, facts, openblas, packages
from tests.support import build

RECORDINGS = sorted((Path(__file__).parents[2] / "recordings").glob("*.json"))


def replayed(path: Path) -> Report:
    facts = load(path.read_bytes(), path.name)
    return diagnose(facts, Options(collect(), Selection(), Config(), Settings()), 0.0)


def lines(*reports: Report, **style: object) -> list[str]:
    return renderer("text")(reports, Style(**style)).splitlines()  # type: ignore[arg-type]


def with_numpy(*found: Finding) -> Report:
    here = facts(packages=packages(distribution("numpy")), blas=blas(openblas()))
    report: Report = changed(build.report(*found), facts=here)
    return report


@pytest.mark.posix
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_healthy_report_fits_in_eight_lines_and_one_with_a_single_fault_in_twenty(path: Path) -> None:
    report = replayed(path)
    harmful = report.counts["error"] + report.counts["warning"]
    text = lines(report)
    if report.status == "healthy":
        assert len(text) <= 8
    elif harmful == 1:
        assert len(text) <= 20
    assert max(len(line) for line in text[:4]) <= 80
    assert sum(line.startswith("i ") for line in text) <= 5
    # The verdict is on the screen when the prompt returns: within the last lines, the counts behind it.
    said = verdict(report)
    begins = next(
        number for number, line in enumerate(reversed(text)) if line.startswith(said.words.split(".")[0][:60])
    )
    assert begins < 5
    assert text[-1].endswith(f"status {report.exit_code}")


def test_ten_patients_and_more_are_looked_at() -> None:
    assert len(RECORDINGS) >= 10


def test_what_is_only_worth_knowing_takes_a_line_each_and_what_has_no_room_is_named() -> None:
    notes = [
        build.finding(f"TST00{number}", severity=Severity.INFO, title=f"note {number}. More of it", subject=str(number))
        for number in range(1, 6)
    ]
    text = lines(with_numpy(*notes))
    assert len(text) == 8
    assert "i TST001 info    note 1" in text
    assert "i 4 more (-v shows them): TST002, TST003, TST004, TST005" in text
    assert text[-2] == "Healthy. 5 notes, nothing you must do (-v shows more)."
    whole = lines(with_numpy(*notes), verbosity=1)
    assert sum(line.startswith("i TST") for line in whole) == 5


def test_many_findings_that_one_cure_settles_are_five_titles_and_a_number() -> None:
    cure = Install(("numpy",))
    found = [build.finding("TST001", cure, title=f"file {n} is gone", subject=str(n)) for n in range(12)]
    text = lines(build.report(*found))
    assert sum("is gone" in line and line.startswith("x ") for line in text) == 5
    assert any(line.strip() == "and 7 more like these (-v shows them)" for line in text)
    assert sum(line.startswith("x ") for line in lines(build.report(*found), verbosity=1)) == 12


def test_evidence_and_reasons_that_have_no_room_are_left_for_verbose() -> None:
    seen = tuple(Evidence(f"label {number}", "value") for number in range(9))
    why = "The first sentence says why. " + " ".join(f"Sentence {number} says more about it." for number in range(20))
    one = build.report(build.finding("TST001", Run("run", ("true",)), evidence=seen, why=why))
    text = lines(one)
    assert len(text) <= 20
    assert any("more (-v)" in line for line in text)
    assert any("The first sentence says why." in line for line in text)
    assert not any("Sentence 19" in line for line in text)
    assert any("Sentence 19" in line for line in lines(one, verbosity=1))


def test_the_column_of_the_evidence_is_as_wide_as_what_is_shown_of_it() -> None:
    seen = (*(Evidence(f"row {number}", "value") for number in range(9)), Evidence("a label that is hidden", "value"))
    text = lines(build.report(build.finding("TST001", evidence=seen)))
    assert "    row 0  value" in text
    assert "           … and 7 more (-v)" in text


def test_several_patients_end_in_a_table_of_verdicts() -> None:
    sick = build.report(build.finding("TST001", Install(("numpy",)), title="NumPy cannot be imported"))
    text = lines(sick, build.report())
    assert text[-3] == "2 Pythons examined"
    assert text[-2].endswith("  1 error: NumPy cannot be imported.")


def test_the_first_of_several_faults_is_named_above_them_and_again_at_the_end() -> None:
    found = [build.finding(f"TST00{n}", title=f"fault {n}", subject=str(n)) for n in (1, 2)]
    text = lines(build.report(*found))
    assert text.count("2 errors. The first: fault 1.") == 2


# --- paths ---

HOME, PROJECT = "/home/ada", "/home/ada/work/fit"
SITE = f"{PROJECT}/.venv/lib/python3.12/site-packages"


@pytest.fixture
def places() -> Places:
    here = facts()
    return Places(changed(here, prefix=changed(here.prefix, site_packages=[SITE])), HOME, PROJECT, "sh")


@pytest.mark.posix
@pytest.mark.parametrize(
    ("told", "short"),
    [
        (f"{SITE}/numpy.libs/libx.so, 25 MB", "numpy.libs/libx.so, 25 MB"),
        (f"below {SITE}: 3 files", "below .venv/lib/python3.12/site-packages: 3 files"),
        (f"in {PROJECT}/pyproject.toml.", "in pyproject.toml."),
        (f"the project is {PROJECT}", "the project is ."),
        (f"{HOME}/.condarc and {HOME}", "~/.condarc and ~"),
        ("/home/adam/x and /srv/home/ada/x", "/home/adam/x and /srv/home/ada/x"),
        (f"PATH=/usr/bin:{HOME}/bin", f"PATH=/usr/bin:{HOME}/bin"),
        ("no path in it", "no path in it"),
    ],
)
def test_a_path_is_written_from_the_place_that_the_reader_knows(places: Places, told: str, short: str) -> None:
    assert places.prose(told) == short


@pytest.mark.posix
@pytest.mark.parametrize(
    ("command", "short"),
    [
        (f"{PROJECT}/.venv/bin/python -m pip install numpy", ".venv/bin/python -m pip install numpy"),
        (f"uv pip install --python {PROJECT}/.venv numpy", "uv pip install --python ./.venv numpy"),
        (f"{PROJECT}/run.py now", "./run.py now"),
        (f"rm '{PROJECT}/a b/x'", "rm './a b/x'"),
        (f"rm {PROJECT}/-rf", "rm ~/work/fit/-rf"),
        (f"poetry -C {PROJECT} lock", "poetry -C . lock"),
        (f"{HOME}/other/bin/python -m pip list", "~/other/bin/python -m pip list"),
        (f"rm '{HOME}/a b'", f"rm '{HOME}/a b'"),
        # What is kept for later, or read elsewhere, stays whole.
        (f"export LD_LIBRARY_PATH={PROJECT}/lib", f"export LD_LIBRARY_PATH={PROJECT}/lib"),
        (f"conda config --add pkgs_dirs {PROJECT}/pkgs", f"conda config --add pkgs_dirs {PROJECT}/pkgs"),
        (f"tool --path={PROJECT}/lib", f"tool --path={PROJECT}/lib"),
    ],
)
def test_a_command_is_relative_where_it_does_the_same(places: Places, command: str, short: str) -> None:
    assert places.command(command) == short


@pytest.mark.posix
def test_a_report_on_a_projects_environment_names_no_absolute_path_of_the_user() -> None:
    found = build.finding(
        "TST001",
        Install(("numpy",)),
        title="/home/ada/fit/.venv/lib/x.so is broken in /home/ada/fit/.venv",
        evidence=(Evidence("file", "/home/ada/fit/.venv/lib/x.so"), Evidence("base", "/home/ada/.pyenv/bin")),
        why="It lies in /home/ada/fit.",
    )
    other = build.finding("TST002", SetEnv({"OMP_NUM_THREADS": "4"}), severity=Severity.WARNING)
    for verbosity in (0, 1):
        text = renderer("text")(
            [build.report(found, other)], Style(home="/home/ada", folder="/home/ada/fit", verbosity=verbosity)
        )
        assert not re.search(r"/home/ada", text)
        assert ".venv/bin/python -m pip install numpy" in text or "--python ./.venv" in text


def test_every_style_that_is_drawn_has_its_code() -> None:
    """`Page` writes the codes itself: importing rich took longer than all checks."""
    found = [build.finding(f"TST00{n}", severity=severity, subject=str(n)) for n, severity in enumerate(Severity)]
    colored = renderer("text")([build.report(*found)], Style(color=True, verbosity=1, plan=True))
    assert {"1;31", "33", "36", "2", "1"} <= set(re.findall(r"\x1b\[([0-9;]+)m", colored))
    assert colored.count("\x1b[0m") * 2 == colored.count("\x1b[")
