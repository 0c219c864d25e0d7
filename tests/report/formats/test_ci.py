"""Reports that other programs take in: well-formed whatever the names hold, and complete."""

import html
import json
import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from envdoctor.checkup import Options, diagnose
from envdoctor.cli import baseline
from envdoctor.engine.checks import Status
from envdoctor.engine.configuration import Config
from envdoctor.engine.findings import Evidence, Finding
from envdoctor.engine.plugins import collect
from envdoctor.engine.remedies import Install, Manual, Remedy
from envdoctor.engine.rules import Severity
from envdoctor.engine.selection import Selection, UsageError
from envdoctor.facts import CondaBase, CondaRecord, Declaration, Measure, Project, Row, Speed
from envdoctor.facts.recording import load
from envdoctor.report import escapes
from envdoctor.report.formats import FORMATS, Style, renderer
from envdoctor.report.formats.html import notebook
from envdoctor.report.report import Report, Settings
from envdoctor.report.verdict import shell_for, verdict
from envdoctor.testing import blas, changed, conda, cpu, openblas
from tests.support.build import finding, report

DRIFTED = Path(__file__).parents[2] / "recordings" / "conda-base-in-trouble.json"
EVIL = "a%b::error::x\r\n::stop\x1b[2J\x00\ufffe\ud800<script>alert(1)</script>`]]>|\u202e @all [x](y)"
PROJECT = Project(
    root="/home/ada/fit",
    evidence="named by --project",
    declarations=[Declaration(file="my reqs.txt", kind="requirements")],
)


def evil() -> Report:
    return report(
        finding("PKG001", Install(("numpy",)), subject=EVIL, title=EVIL, why=EVIL, evidence=(Evidence(EVIL, EVIL),)),
        project=PROJECT,
    )


def drawn(name: str, *reports: Report) -> str:
    return renderer(name)(reports, Style(plan=True))


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_lets_through_what_steers_a_terminal(name: str) -> None:
    text = drawn(name, evil())
    assert text
    assert not {character for character in text if character in "\x1b\x00\u202e\r"}
    text.encode("utf-8", "backslashreplace")


def test_github_escapes_what_would_be_another_command() -> None:
    lines = drawn("github", evil()).splitlines()
    assert [line.partition(" ")[0] for line in lines if line.startswith("::")] == ["::error"]
    assert lines[0].startswith("::error file=my reqs.txt,title=PKG001 rule-pkg001::a%25b::error::x")


def test_github_shows_ten_of_a_kind_and_says_how_many_more() -> None:
    many = [finding("PKG001", subject=f"package {number}") for number in range(25)]
    few = [finding("THR001", severity=Severity.WARNING, subject=f"{number}") for number in range(10)]
    lines = drawn("github", report(*many, *few)).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert "::16 more of this kind" in next(line for line in lines if "more of this kind" in line)
    assert sum(line.startswith("::warning") for line in lines) == 10


def test_sarif_pins_every_result_to_a_file_of_the_project() -> None:
    (run,) = json.loads(drawn("sarif", evil()))["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20reqs.txt"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "PKG001"
    assert result["level"] == "error" and result["partialFingerprints"]


@pytest.mark.posix
def test_sarif_brings_a_rules_page_its_first_sentence_and_its_source() -> None:
    facts = load(DRIFTED.read_bytes(), DRIFTED.name)
    one = diagnose(facts, Options(collect(), Selection(), Config(), Settings()), 0.0)
    (run,) = json.loads(renderer("sarif")([one], Style()))["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert all(rule["fullDescription"]["text"] for rule in rules.values())
    assert all(rule["helpUri"].startswith("https://") for rule in rules.values() if "helpUri" in rule)
    found = {item.finding.rule.code for item in one.advice}
    assert {code for code, rule in rules.items() if "markdown" in rule["help"]} == found
    assert rules["CON005"]["help"]["markdown"].startswith("# CON005 bloated-base\n")
    assert rules["CON005"]["helpUri"] in rules["CON005"]["help"]["markdown"]


def test_sarif_has_no_result_without_a_place() -> None:
    (run,) = json.loads(drawn("sarif", report(finding())))["runs"]
    assert run["results"] == []
    assert "numpy" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_pins_results_to_any_file_of_a_project_without_a_list() -> None:
    bare = Project(root="/home/ada/fit", evidence=".git", declarations=[], file="README.md")
    (run,) = json.loads(drawn("sarif", report(finding(), project=bare)))["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "README.md"
    assert drawn("github", report(finding(), project=bare)).startswith("::error file=README.md,")


def test_junit_is_xml_and_counts_as_it_says() -> None:
    (suite,) = ElementTree.fromstring(drawn("junit", evil()))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "1",
        "1",
        "0",
        "0",
    )
    failure = suite.find("testcase/failure")
    assert failure is not None and failure.get("type") == "error"


def test_junit_tells_unknown_from_skipped_from_passed() -> None:
    one = report(finding(severity=Severity.INFO))
    (found,) = one.outcomes
    other = changed(found.check, name="another", rules=())
    others = [
        changed(found, check=other, findings=(), status=status, reason="why")
        for status in (Status.UNKNOWN, Status.NOT_APPLICABLE, Status.PASSED)
    ]
    (suite,) = ElementTree.fromstring(drawn("junit", changed(one, outcomes=(found, *others))))
    kinds = [[child.tag for child in case] for case in suite]
    assert kinds == [["system-out"], ["error"], ["skipped"], []]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not {name for name, _ in attrs if name.startswith("on") or name in ("href", "src")}
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("text", [drawn("html", evil()), notebook(evil())], ids=["page", "notebook"])
def test_html_is_whole_closed_and_without_what_it_was_given(text: str) -> None:
    parser = Tags()
    parser.feed(text)
    assert parser.open == []
    assert ("script" in parser.seen) == text.startswith("<!DOCTYPE")  # the page's own, and none in a notebook
    assert text.count("<script>") == text.startswith("<!DOCTYPE")
    assert "http" not in text.partition("<body>")[0].replace("https://numpy.org", "")


def test_html_has_the_verdict_first_and_folds_what_harms_nobody() -> None:
    note = finding("TST002", severity=Severity.INFO, title="worth knowing", subject="x")
    text = drawn("html", report(finding("TST001", Install(("numpy",))), note))
    assert text.index("<h1>1 error: scipy needs numpy") < text.index("<table>")
    assert '<details class="finding error" open>' in text
    assert '<details class="finding info"><summary>' in text


def test_html_draws_pools_over_the_usable_cpus_and_what_made_the_environment() -> None:
    here: dict[str, Any] = {
        "cpu": cpu(64, usable=4, quota=4.0),
        "blas": blas(openblas("numpy", 64), openblas("scipy", 2)),
    }
    text = drawn("html", report(finding(), **here))
    assert "<title>4 usable CPUs; OpenBLAS (numpy): 64 threads; OpenBLAS (scipy): 2 threads</title>" in text
    assert text.count('class="over"') == 1 and text.count('class="bar"') == 1
    assert "made from <b>unknown</b>" in text and "known by pyvenv.cfg" in text


def test_html_draws_what_was_measured_as_bars_that_begin_in_one_column() -> None:
    speed = Speed(
        path="/x/libopenblas.so", vendor="openblas", threads=2, size=512, one=0.02, many=0.01, speedup=2, gflops=99
    )
    settings = {"as it is": 4.0, "OPENBLAS_THREAD_TIMEOUT=14": 1.0}
    rows = [Row(work="product", size=256, setting=name, milliseconds=[value] * 6) for name, value in settings.items()]
    one = report(finding(), measure=Measure(speeds=[speed], rows=rows))
    text = drawn("html", one)
    assert "2 threads are 2.0 × as fast as one; 1 thread: 20.00 ms; 2 threads: 10.00 ms</title>" in text
    widths = re.findall(r'class="bar" x="0" y="\d+" width="(\d+)"', text)
    assert widths == ["344", "172", "344", "86"]
    told = [line for line in drawn("text", one).splitlines() if "█" in line]
    assert len(told) == 4 and len({line.index("█") for line in told}) == 1


def test_html_draws_the_disk_use_of_what_was_put_into_base_the_largest_first() -> None:
    sizes = {"numpy": 30_000_000, "pytorch": 1_500_000_000, "conda": 9_000_000}
    records = [CondaRecord(name=name, version="1", build="0", channel="x", bytes=size) for name, size in sizes.items()]
    base = CondaBase(added=["numpy", "pytorch"], added_bytes=1_530_000_000, initial_known=True)
    text = drawn("html", report(finding(), conda=conda(*records, base=base)))
    assert "<title>what was put into base; pytorch: 1500.0 MB; numpy: 30.0 MB</title>" in text
    assert "Disk use" not in drawn("html", report(finding(), conda=conda(*records, base=None)))


def test_html_is_small_and_fast() -> None:
    many = [finding(f"TST{number:03}", Install((f"name-{number}",)), subject=str(number)) for number in range(60)]
    one = report(*many)
    drawn("html", one)
    began = time.thread_time()
    text = drawn("html", one)
    assert time.thread_time() - began < 0.5  # a twentieth of a second on an idle machine
    assert len(text.encode()) < 300_000


def test_github_leaves_out_what_needs_nothing_to_be_done() -> None:
    idle = finding("TST001", severity=Severity.INFO, nothing_to_do="it is harmless", subject="a")
    useful = finding("TST002", Install(("numpy",)), severity=Severity.INFO, subject="b")
    text = drawn("github", report(idle, useful))
    assert "TST002" in text and "TST001" not in text


def test_markdown_folds_what_is_only_worth_knowing() -> None:
    note = finding("TST002", severity=Severity.INFO, title="worth knowing", subject="x")
    text = drawn("markdown", report(finding("TST001"), note))
    assert text.index("TST001") < text.index("<summary>1 note, nothing you must do</summary>") < text.index("TST002")
    assert text.index("TST002") < text.index("</details>")


@pytest.mark.parametrize("text", ["a" * 200_000, "a@" * 100_000, "a/b" * 70_000, "a.#" * 70_000, "@a" * 100_000])
def test_a_long_word_is_looked_through_once_for_mentions(text: str) -> None:
    began = time.thread_time()
    assert escapes.markdown(text, "text")
    assert time.thread_time() - began < 5  # looking from each letter to the end of the word takes minutes


def test_markdown_keeps_names_from_being_markup() -> None:
    text = drawn("markdown", evil())
    assert "<script>" not in text and "\\<script\\>" in text
    assert "`@all`" in text and "[x](y)" not in text


STATEMENT = "pkg-5"
UPDATE = "`sudo update-alternatives --config libblas.so.3-x86_64-linux-gnu`"


def guided(number: int, code: str = "PKG001", *remedies: Remedy) -> Finding:
    one = finding(code, *remedies, subject=f"package {number}", title=f"package {number} lacks something")
    return msgspec.structs.replace(one, rule=msgspec.structs.replace(one.rule, guide=(STATEMENT,)))


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_what_the_guide_says_is_said_once(name: str) -> None:
    one = report(guided(1), guided(2), guided(3, "PKG002"))
    (statement,) = one.advice[0].guide
    text = html.unescape(drawn(name, one)).replace("\\", "")
    assert text.count(statement.says) == 1
    assert text.count(f"{STATEMENT}, as above") == 2
    assert all(f"package {number} lacks something" in text for number in (1, 2, 3))


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_what_one_command_cures_stands_together(name: str) -> None:
    one = report(*(guided(number, "PKG001", Install((f"name-{number}",))) for number in range(5)))
    text = renderer(name)([one], Style())
    (entry,) = one.plan
    command = shell_for(one.facts).command(entry.fix.steps[0])
    assert command and all(f"name-{number}" in command for number in range(5))
    assert html.unescape(text).count(command) == (2 if verdict(one).command == command else 1)
    assert text.count("Importing it may fail.") == text.count("Importing it may fail") == 1
    assert all(f"package {number} lacks something" in html.unescape(text) for number in range(5))


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"concise"}))
def test_a_command_in_what_is_done_by_hand_stays_whole(name: str) -> None:
    one = report(finding("BLA003", Manual(f"if it is not in use, and if nothing else speaks against it: {UPDATE}")))
    for style in (Style(width=40), Style(width=40, plan=True)):
        text = html.unescape(renderer(name)([one], style))
        assert text.count(UPDATE.strip("`")) == text.count("update-alternatives") > 0
    assert "<code>" in text if name == "html" else UPDATE in text


def test_a_summary_stays_below_what_github_takes() -> None:
    many = [finding("PKG001", subject=f"package {number}", why="x" * 3000) for number in range(500)]
    text = drawn("markdown", report(*many))
    assert len(text.encode()) < 1 << 20
    assert text.endswith("left out because the summary is full.\n")


def test_a_baseline_puts_up_with_what_was_there(tmp_path: Path) -> None:
    one = report(finding())
    (tmp_path / "base.json").write_text(baseline.dumps([one]))
    known = baseline.load(str(tmp_path / "base.json"))
    assert {item.fingerprint for item in one.advice} == known


@pytest.mark.parametrize("content", ["", "[]", '{"findings": 3}', "\ufffe"])
def test_a_file_that_is_no_baseline_is_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "base.json"
    file.write_text(content)
    with pytest.raises(UsageError, match="no baseline of envdoctor"):
        baseline.load(str(file))


def test_the_running_process_is_examined_without_loading_anything() -> None:
    code = (
        "import sys, os; before = dict(os.environ); import envdoctor; r = envdoctor.check();"
        "assert 'numpy' not in sys.modules and dict(os.environ) == before;"
        "assert r.facts.start.mode == 'live' and r.facts.patient.executable == sys.executable;"
        "print(r)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "the running process" in " ".join(done.stdout.split())


def test_the_last_line_for_github_holds_the_command_that_it_speaks_of() -> None:
    last = drawn("github", report(finding("PKG001", Install(("numpy",))))).splitlines()[-1]
    assert last.startswith("1 error: scipy needs numpy")
    assert ". Run: " in last
    assert last.endswith(" numpy")
