"""Tables of knowledge: the JSON that is read is the TOML that is written, and every row has its source."""

import datetime
import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

import envdoctor
from envdoctor.data import __main__ as compiler
from envdoctor.data import listed, table
from envdoctor.ecosystem.pythons import PythonRelease, python_releases
from envdoctor.guide import cited, statements

PACKAGE = Path(envdoctor.__file__).parent
TABLES = sorted(PACKAGE.glob("**/*.toml"))

# The statements of numpy.org's guide of 2020, which others cite by these ids: none may go, none changes its meaning.
IDS = """
rec-0 rec-1 rec-2 rec-3 rec-4 rec-5 rec-6 rec-7 rec-8 rec-9 rec-10 rec-11 rec-12
pkg-1 pkg-2 pkg-3 pkg-4 pkg-5 pkg-6 pkg-8 pkg-7
repro-1 repro-2 repro-3 repro-4
blas-1 blas-2 blas-3 blas-4 blas-5 blas-6 blas-7 blas-8 blas-9
"""


def name(path: Path) -> str:
    return path.stem if path.parent.name == "data" else f"{path.parent.name}/{path.stem}"


def rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables within lists, and those that stand alone."""
    values = [item for value in document.values() for item in (value if isinstance(value, list) else [value])]
    return [value for value in values if isinstance(value, dict)]


def test_there_are_tables() -> None:
    assert {name(path) for path in TABLES} >= {"python_versions", "guide/statements"}


@pytest.mark.parametrize("path", TABLES, ids=name)
def test_what_is_read_is_what_is_written(path: Path) -> None:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    assert json.loads(path.with_suffix(".json").read_text(encoding="ascii")) == json.loads(
        json.dumps(written, default=str)
    )
    assert path.with_suffix(".json").read_text(encoding="ascii") == compiler.compiled(path)


def test_no_json_lacks_its_toml() -> None:
    assert {path.with_suffix(".toml") for path in PACKAGE.glob("**/*.json")} == set(TABLES)


@pytest.mark.parametrize("path", TABLES, ids=name)
def test_a_table_has_a_date_and_every_row_a_source(path: Path) -> None:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    assert isinstance(written["as_of"], datetime.date)
    assert rows(written)
    for row in rows(written):
        # A step of a route has its source in the statement of the guide that it carries out.
        sources = [row[key] for key in ("source", "url") if key in row] + [it["url"] for it in row.get("sources", ())]
        cites = [step["statement"] for step in row.get("step", ()) if "statement" in step]
        assert sources or cites or name(path) == "guide/routes", row
        assert all("https://" in source for source in sources), row
        assert set(cites) <= statements().keys(), row


def test_a_stale_table_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "made_up.toml").write_text('as_of = 2026-01-01\nword = "é"\n', encoding="utf-8")
    monkeypatch.setattr(compiler, "PACKAGE", tmp_path)
    assert compiler.main(check=True) == 1
    assert not (tmp_path / "data" / "made_up.json").exists()
    assert compiler.main(check=False) == 0
    assert compiler.main(check=True) == 0
    written = (tmp_path / "data" / "made_up.json").read_text(encoding="ascii")
    assert json.loads(written) == {"as_of": "2026-01-01", "word": "é"}
    assert capsys.readouterr().out == "stale: data/made_up.json\nmade: data/made_up.json\n"


# --- Pythons ---


def test_versions_of_python_are_dated_in_order() -> None:
    versions = python_releases()
    assert len({row.minor for row in versions}) == len(versions)
    for row in versions:
        released, end = map(datetime.date.fromisoformat, (row.released, row.end_of_life))
        assert released < end
    order = [tuple(map(int, row.minor.split("."))) for row in versions if row.minor != "2.7"]
    assert order == sorted(order)


def test_a_row_has_the_types_that_its_reader_names() -> None:
    class Wrong(Struct):
        minor: int

    class More(Struct):
        minor: str
        nickname: str

    for row in (Wrong, More):
        with pytest.raises(msgspec.ValidationError):
            table("python_versions", "python", row)
    assert table("python_versions", "python", PythonRelease)[0].minor == "2.7"
    assert "numpy" in listed("conda", "scientific")


# --- the guide ---


def test_every_statement_of_the_guide_is_there() -> None:
    assert sorted(statements()) == sorted(IDS.split())


@pytest.mark.parametrize("id_", IDS.split())
def test_a_statement_says_whom_it_is_for_and_how_it_stands(id_: str) -> None:
    statement = statements()[id_]
    assert statement.says.strip()
    assert statement.section.strip()
    assert set(statement.systems) <= {"linux", "macos", "windows"}
    assert statement.systems
    assert set(statement.levels) <= {"beginner", "advanced"}
    assert statement.levels
    assert set(statement.prefer) <= {"conda", "pip", "system"}
    assert statement.prefer
    assert statement.gpu in ("any", "yes", "no")
    assert statement.status in ("holds", "stronger", "nuance", "outdated", "wrong", "unproven")
    for source in statement.sources:
        assert source.title.strip()
        assert source.url.startswith("https://")
        datetime.date.fromisoformat(source.seen)


@pytest.mark.parametrize("id_", IDS.split())
def test_what_no_longer_holds_is_never_given_bare(id_: str) -> None:
    statement = statements()[id_]
    if statement.status in ("stronger", "nuance", "outdated", "wrong", "unproven"):
        assert statement.since.strip()
        assert len(statement.sources) > 1 or statement.status == "unproven", (
            "the guide itself does not say what has changed since"
        )


def test_the_cited_come_in_the_guides_order() -> None:
    assert [statement.id for statement in cited(["blas-2", "rec-1", "blas-2"])] == ["rec-1", "blas-2"]
    assert cited([]) == ()


def test_citing_what_the_guide_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="no such statement in the guide: blas-99"):
        cited(["blas-1", "blas-99"])
