"""A new format is a file and a line in the table; what it is given is harmless already."""

import re
from pathlib import Path

import pytest

import envdoctor
from envdoctor.engine.findings import Evidence
from envdoctor.engine.remedies import SetEnv
from envdoctor.privacy.text import Clean, Kind, clean
from envdoctor.report.escapes import as_it_is
from envdoctor.report.formats import FORMATS, Format, Style, renderer
from envdoctor.report.view import FindingView, PatientView, View, grouped
from tests.support.build import finding, report

EVIL = "a \x1b[2J*b*\n# c\u202e https://ada:pass@example.org/ \ud800"
TINY = "tests.report.formats.tiny"


def stars_away(text: str, kind: Kind) -> str:
    return text if kind == "code" else text.replace("*", r"\*").replace("#", r"\#")


def test_one_line_in_the_table_and_one_file_are_a_new_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "tiny", Format(TINY, stars_away))
    one = report(finding("PKG001", SetEnv({"A": "*"}), title="A # too many", why="It *matters*."))
    assert renderer("tiny")([one], Style()) == "* A \\# too many (It \\*matters\\*.)\n  $ export A='*'"


def test_a_format_that_makes_nothing_harmless_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "tiny", Format(TINY, stars_away))
    text = renderer("tiny")([report(finding(title=EVIL, why=EVIL))], Style())
    shown = r"a \x1b[2J\*b\*\x0a\# c\u202e https://<redacted>@example.org/ \ud800"
    assert text == f"* {shown} ({shown})"


def strings(value: object, seen: set[int]) -> list[str]:
    """Every string that a format can reach by public names."""
    if isinstance(value, str):
        return [value]
    if id(value) in seen or value is None or isinstance(value, (int, float)) or callable(value):
        return []
    seen.add(id(value))
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in strings(item, seen)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in strings(item, seen)]
    names = [name for name in dir(value) if not name.startswith("_")]
    return [text for name in names for text in strings(getattr(value, name), seen)]


def test_no_string_of_the_view_steers_anything_or_holds_a_password() -> None:
    hostile = finding(
        "PKG001",
        SetEnv({"A": EVIL}),
        subject=EVIL,
        title=EVIL,
        why=EVIL,
        nothing_to_do=EVIL,
        evidence=(Evidence(EVIL, EVIL),),
    )
    view = View([report(hostile)], Style(plan=True), as_it_is)
    found = strings(view, set()) + [text for group in grouped(view.patients[0].open) for text in strings(group, set())]
    assert len(found) > 100
    for text in found:
        assert not set(text) & set("\x1b\u202e\ud800"), text
        assert "ada:pass@" not in text


def test_the_views_strings_are_of_a_type_that_one_function_makes() -> None:
    view = View([report(finding())], Style(), as_it_is)
    (patient,) = view.patients
    (item,) = patient.open
    assert isinstance(patient, PatientView)
    assert isinstance(item, FindingView)
    for text in (patient.title, patient.verdict.words, item.title, item.why, item.subject, item.evidence[0].lines[0]):
        assert type(text) is Clean
    made = {
        str(path.relative_to(Path(envdoctor.__file__).parent)): len(re.findall(r"\bClean\(", path.read_text("utf-8")))
        for path in Path(envdoctor.__file__).parent.rglob("*.py")
    }
    assert {path: count for path, count in made.items() if count} == {"privacy/text.py": 3}  # the class, and `clean`


def test_what_is_clean_stays_as_it_is() -> None:
    text = clean("a\x1bb")
    assert text == r"a\x1bb"
    assert clean(text) is text
