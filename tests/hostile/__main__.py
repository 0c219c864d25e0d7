"""Many more mutated and hostile recordings than a test run tries: ``python -m tests.hostile [--write]``.

    python -m tests.hostile --mutations 20000 --renders 5000 --write

Every one is loaded, judged by all rules and written in two formats (mutations) or one (renders); the formats' own readers
read what was written. ``--write`` puts the figures into docs/reliability.md.
"""

import argparse
import datetime
import platform
import sys
import time
from pathlib import Path

from tests.hostile.recordings import most_renders, mutations, renders

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures -->", "<!-- end -->"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=20_000)
    parser.add_argument("--renders", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--write", action="store_true", help="write the figures into docs/reliability.md")
    options = parser.parse_args()
    lines = ["| what was tried | how many | fell | seconds |", "|---|---:|---:|---:|"]
    fallen: list[tuple[str, list[str]]] = []
    shown = min(options.renders, most_renders())
    for title, count, trials in (
        ("mutated recordings", options.mutations, mutations(options.mutations, options.seed)),
        ("renders of hostile recordings", shown, renders(shown, options.seed)),
    ):
        began = time.monotonic()
        found = list(trials)
        fallen += found
        lines.append(f"| {title} | {count:,} | {len(found)} | {time.monotonic() - began:.0f} |")
    print("\n".join(lines))
    for what, wrong in fallen[:50]:
        print(f"{what}: {'; '.join(wrong)}"[:400])
    if options.write:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        said = f"Seed {options.seed}, Python {platform.python_version()}, {today}."
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        table = "\n".join([BEGIN, "", *lines, "", said, "", ""])
        PAGE.write_text(before + table + END + rest.partition(END)[2], encoding="utf-8")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
