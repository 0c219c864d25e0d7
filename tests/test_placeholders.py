"""What is printed can be pasted: no placeholder reaches a user, in any tool, from any recording."""

import re
import time
from pathlib import Path

import pytest

from envdoctor.checkup import Options, diagnose
from envdoctor.cli.pages import page, show
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import built_in, collect
from envdoctor.engine.selection import Selection
from envdoctor.facts import Link
from envdoctor.facts.recording import load
from envdoctor.fixes.steps import Run
from envdoctor.report.formats import Style, renderer
from envdoctor.report.report import Report, Settings
from envdoctor.testing import changed

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))
PLACEHOLDER = re.compile(r"<[A-Za-z_ -]+>|\{[A-Za-z_]*\}|\bYOUR_|\bTODO\b|\bXXX\b|/path/to")
KINDS = ("", "venv", "uv-venv", "conda-env", "miniforge", "pixi", "pipx", "uv-tool", "poetry", "debian")
CODES = [rule.code for loaded in built_in(fleets=True).checks for rule in loaded.check.rules]


def diagnosed(path: Path, kind: str, level: str) -> Report:
    facts = load(path.read_bytes(), path.name)
    if kind:
        facts = changed(facts, patient=changed(facts.patient, origin=[Link(kind=kind, prefix=facts.patient.prefix)]))
    return diagnose(facts, Options(collect(), Selection(), Config(), Settings(level=level)), time.perf_counter())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_no_fix_holds_a_placeholder(path: Path, kind: str) -> None:
    report = diagnosed(path, kind, "advanced")
    for fix in [fix for item in report.advice for fix in item.fixes] + [entry.fix for entry in report.plan]:
        said = [fix.title, fix.undo, *(word for step in fix.steps if isinstance(step, Run) for word in step.argv)]
        assert [word for word in said if PLACEHOLDER.search(word.replace("<redacted>", "").replace("<user>", ""))] == []
        assert fix.title and fix.applicability in ("safe", "unsafe", "manual")
        assert fix.reason or fix.applicability != "unsafe"


@pytest.mark.parametrize("level", ["beginner", "advanced"])
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_every_command_stands_whole_in_eighty_columns_of_ascii(path: Path, level: str) -> None:
    report = diagnosed(path, "", level)
    text = renderer("text")([report], Style(width=80, ascii=True, plan=True))
    assert text.isascii()
    for entry in report.plan:
        for step in entry.fix.steps:
            if isinstance(step, Run) and all(word.isascii() and word.isalnum() for word in step.argv):
                assert " ".join(step.argv) in text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "style", [Style(), Style(color=True, width=60), Style(ascii=True)], ids=["plain", "color", "ascii"]
)
def test_every_rules_page_is_shown(code: str, style: Style) -> None:
    text = show(page(built_in(fleets=True), code), style)
    assert code in text
    heads = ("What", "Why it matters", "Fix", "When to ignore it", "Sources")
    places = [re.search(rf"(?m)^\W*{head}\W*$", re.sub("\x1b\\[[0-9;]*m", "", text)) for head in heads]
    assert all(places), [head for head, place in zip(heads, places, strict=True) if place is None]
    starts = [place.start() for place in places if place]
    assert starts == sorted(starts)
