"""What leaves for other people or machines: redacted where it is passed on, and no command to what shows it."""

import json
import re
from xml.etree import ElementTree

import pytest

from envdoctor.engine.findings import Evidence
from envdoctor.engine.remedies import Install, Run
from envdoctor.privacy.redact import Redactor
from envdoctor.privacy.text import unhooked
from envdoctor.report.formats import FORMATS, Style, renderer
from envdoctor.report.report import Report
from envdoctor.testing import changed
from tests.support.build import finding, report

REDACTED = ("github", "sarif", "junit", "markdown", "html")
HOOKS = [
    "##[add-mask]x",
    "##vso[task.setvariable variable=x]y",
    "##teamcity[x]",
    "a ##[group]b",
    "::stop-commands::x",
    "  ::set-env::x",
]
# What the runners look for, in their own words.
TAKEN = [re.compile(r"##\[|##vso\[|##teamcity\["), re.compile(r"^\s*::(?!(?:error|warning|notice) )", re.MULTILINE)]


def told(word: str) -> Report:
    """A report that holds this word wherever a patient's word may stand."""
    one = finding(
        "A001",
        Install((word,)),
        Run(word, ("echo", word), reason=word, undo=word),
        subject=word,
        title=word,
        why=word,
        evidence=(Evidence(word, f"{word}\n{word}"), Evidence("x", word)),
    )
    whole = report(one)
    facts = changed(whole.facts, recorded=word, patient=changed(whole.facts.patient, prefix=word, executable=word))
    made: Report = changed(whole, facts=facts, notes=(word,))
    return made


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("width", [40, 110])
def test_no_line_is_a_command_to_a_ci_runner(name: str, hook: str, width: int) -> None:
    text = renderer(name)([told(hook)], Style(width=width, indent=True, plan=True, verbosity=1))
    for taken in TAKEN:
        assert not taken.search(unhooked(text)), text
    if name not in ("text", "concise"):
        assert unhooked(text) == text, "a document is not changed again on its way out"
    if name in ("json", "sarif"):
        assert hook in str(json.loads(text))
    if name == "junit":
        assert hook in ElementTree.fromstring(text).find("testsuite").attrib["name"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "word", ["@ada", "#123", "numpy/numpy#1", "GH-7", "https://evil.example/x", "www.evil.example", "@org/team"]
)
def test_markdown_mentions_nobody_and_links_nothing(word: str) -> None:
    text = renderer("markdown")([told(f"see {word} and")], Style(plan=True))
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    assert word not in text.replace(f"`{word}`", "").replace(prose, "") or word not in prose
    assert word not in prose.replace("\\", "")
    assert f"`{word}`" in text


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_passed_on_names_nobody(name: str) -> None:
    style = Style(redactor=Redactor("/home/ada", "ada", "lab.example.org"), plan=True)
    text = renderer(name)([told("/home/ada/fit on lab.example.org by ada")], style)
    if name in REDACTED:
        assert not re.search(r"\bada\b|lab\.example", text), text
    else:
        assert "/home/ada/fit" in text
    plain = renderer(name)([told("/home/ada/fit")], Style(plan=True))
    assert "/home/ada/fit" in plain, "without a redactor names stay"


def test_junit_says_when_it_was_recorded_and_no_more() -> None:
    evil = '2026-01-01T00:00:00" ><testcase name="all is well"/></testsuite><testsuite name="x'
    root = ElementTree.fromstring(renderer("junit")([told(evil)], Style()))
    (suite,) = root
    assert suite.attrib["timestamp"] == evil
    assert [case.attrib["name"] for case in suite] == ["A001 made-up"]
