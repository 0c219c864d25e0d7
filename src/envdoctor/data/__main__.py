"""Make the JSON tables from the TOML ones; ``--check`` only says which are out of date (status 1).

``--stale DAYS`` lists what was looked at longer ago than that; status 1 where something is older than two years.
"""

import datetime
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOO_OLD = 730  # days

PACKAGE = Path(__file__).resolve().parent.parent


def compiled(source: Path) -> str:
    """The JSON of a TOML table."""
    document = tomllib.loads(source.read_text(encoding="utf-8"))
    return json.dumps(document, default=str, indent=0, ensure_ascii=True) + "\n"


def main(check: bool) -> int:
    behind = [
        source
        for source in sorted(PACKAGE.glob("**/*.toml"))
        if not (target := source.with_suffix(".json")).exists()
        or target.read_text(encoding="ascii") != compiled(source)
    ]
    for source in behind:
        print(f"{'stale' if check else 'made'}: {source.with_suffix('.json').relative_to(PACKAGE)}")
        if not check:
            source.with_suffix(".json").write_text(compiled(source), encoding="ascii")
    return 1 if check and behind else 0


def checked(row: dict[str, Any], as_of: datetime.date) -> datetime.date:
    """When a row was last looked at: its own date, the newest of its sources, else the table's."""
    days = [row[name] for name in ("checked", "seen") if name in row]
    days += [source["seen"] for source in row.get("sources", ()) if "seen" in source]
    return max(days, default=as_of)


def rows(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of a table, with a name for it: its section, and what tells it from others."""
    for section, value in document.items():
        for number, row in enumerate(value if isinstance(value, list) else [value], 1):
            if isinstance(row, dict):
                words = [str(row[key]) for key in ("id", "name", "package", "major", "branch") if key in row]
                yield f"{section} {' '.join(words) or number}", row


def ages(source: Path, today: datetime.date) -> list[tuple[int, str]]:
    """Days since each row of a table was looked at, and the row's name; rows of one day by their number."""
    document = tomllib.loads(source.read_text(encoding="utf-8"))
    table = source.relative_to(PACKAGE).with_suffix("").as_posix()
    days: dict[datetime.date, list[str]] = {}
    for name, row in rows(document):
        days.setdefault(checked(row, document["as_of"]), []).append(name)
    return [
        (
            (today - day).days,
            f"{table}: {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}",
        )
        for day, names in days.items()
    ]


def stale(limit: int, today: datetime.date) -> int:
    """Print what is due to be looked at again, the oldest first."""
    every = [item for source in sorted(PACKAGE.glob("**/*.toml")) for item in ages(source, today)]
    due = sorted((item for item in every if item[0] > limit), reverse=True)
    for days, name in due:
        print(f"{days} days: {name}")
    if not due:
        print(f"all was looked at within {limit} days")
    return int(any(days > TOO_OLD for days, _ in due))


if __name__ == "__main__":
    if "--stale" in sys.argv[1:]:
        days = int(sys.argv[sys.argv.index("--stale") + 1])
        sys.exit(stale(days, datetime.datetime.now(tz=datetime.UTC).date()))
    sys.exit(main("--check" in sys.argv[1:]))
