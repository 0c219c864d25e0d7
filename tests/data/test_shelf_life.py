"""Tables age: two months before one is due to be looked at again, a test warns. None fails because time has passed."""

import datetime
import tomllib
import warnings
from pathlib import Path

import pytest

import envdoctor
from envdoctor.ecosystem.pythons import python_releases

PACKAGE = Path(envdoctor.__file__).parent
NOTICE = datetime.timedelta(days=60)
YEAR, HALF = datetime.timedelta(days=365), datetime.timedelta(days=182)
QUICK = ("gpu_builds", "gpu")  # what is on indexes, and which drivers it needs: new builds come every quarter


class TableAges(UserWarning):
    pass


def dues() -> dict[str, datetime.date]:
    """When each table is due to be looked at again; that of Pythons when the next one after its last is released."""
    found = {}
    for path in sorted(PACKAGE.glob("*/*.toml")):
        as_of = tomllib.loads(path.read_text(encoding="utf-8"))["as_of"]
        found[path.stem] = as_of + (HALF if path.stem in QUICK else YEAR)
    newest = max(datetime.date.fromisoformat(release.released) for release in python_releases())
    found["python_versions"] = min(found["python_versions"], newest + YEAR)  # PEP 602: one every October
    return found


def ageing(dues: dict[str, datetime.date], today: datetime.date) -> list[str]:
    """The tables that are due within the time of notice, or have been."""
    return [f"{name} is to be looked at again by {due}" for name, due in dues.items() if today >= due - NOTICE]


@pytest.mark.filterwarnings("always::tests.data.test_shelf_life.TableAges")
def test_tables_that_are_due_are_named_in_a_warning() -> None:
    for sentence in ageing(dues(), datetime.datetime.now(tz=datetime.UTC).date()):
        warnings.warn(sentence, TableAges, stacklevel=1)


@pytest.mark.parametrize(("day", "told"), [("2027-01-01", []), ("2027-01-02", ["a"]), ("2028-01-01", ["a"])])
def test_the_warning_comes_two_months_before(day: str, told: list[str]) -> None:
    due = {"a": datetime.date(2027, 3, 3), "b": datetime.date(2029, 1, 1)}
    sentences = [f"{name} is to be looked at again by {due[name]}" for name in told]
    assert ageing(due, datetime.date.fromisoformat(day)) == sentences


def test_every_table_is_due_some_day() -> None:
    found = dues()
    assert set(found) == {path.stem for path in PACKAGE.glob("*/*.toml")}
    assert all(due > datetime.date(2026, 11, 27) for due in found.values())
