"""What is due to be looked at again: by a row's own day, its sources' days, else the table's."""

import datetime

import pytest

from envdoctor.data import __main__ as tables

DAY = datetime.date(2026, 11, 27)


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({}, "2026-01-01"),
        ({"checked": datetime.date(2026, 5, 1)}, "2026-05-01"),
        ({"seen": datetime.date(2026, 6, 1)}, "2026-06-01"),
        ({"sources": [{"seen": datetime.date(2026, 2, 1)}, {"seen": datetime.date(2026, 3, 1)}]}, "2026-03-01"),
    ],
)
def test_a_row_has_a_day(row: dict[str, object], day: str) -> None:
    assert tables.checked(row, datetime.date(2026, 1, 1)).isoformat() == day


def test_what_is_older_is_listed_by_its_name_and_only_two_years_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.stale(180, DAY + datetime.timedelta(days=10)) == 0
    assert "all was looked at" in capsys.readouterr().out
    assert tables.stale(180, DAY + datetime.timedelta(days=200)) == 0
    said = capsys.readouterr().out
    assert "guide/routes: " in said and "days: " in said
    assert tables.stale(180, DAY + datetime.timedelta(days=740)) == 1


def test_every_route_and_every_statement_has_a_day_of_its_own() -> None:
    import tomllib

    for name in ("routes", "statements"):
        document = tomllib.loads((tables.PACKAGE / "guide" / f"{name}.toml").read_text(encoding="utf-8"))
        for row in document.get("route", []) + document.get("statement", []):
            assert "checked" in row or all("seen" in source for source in row["sources"]), row["id"]
