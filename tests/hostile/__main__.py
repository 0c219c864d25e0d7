"""Many more hostile recordings, patients and interruptions than a test run tries: ``python -m tests.hostile [--write]``.

    python -m tests.hostile --mutations 20000 --renders 5000 --patients 1000 --interruptions 200 --at-once 30 --write

Every one is loaded, judged by all rules and written in two formats (mutations) or one (renders); the formats' own readers
read what was written. Every patient is built on disk, is examined by the real command, and is asked whether it can import
NumPy. ``--write`` puts the figures into docs/reliability.md.
"""

import argparse
import datetime
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from tests.hostile.interruptions import at_once, interruptions
from tests.hostile.patients import patients
from tests.hostile.recordings import most_renders, mutations, renders
from tests.support.patients import make_venv

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
PYTHON = next(filter(os.path.exists, ["/usr/bin/python3"]), sys.executable)  # one that every user may start
BEGIN, END = "<!-- figures -->", "<!-- end -->"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=20_000)
    parser.add_argument("--renders", type=int, default=5_000)
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--interruptions", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=30)
    parser.add_argument("--python", default=PYTHON, help="what the patients are made of")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--write", action="store_true", help="write the figures into docs/reliability.md")
    options = parser.parse_args()
    lines = ["| what was tried | how many | fell | seconds |", "|---|---:|---:|---:|"]
    fallen: list[tuple[str, list[str]]] = []
    shown = min(options.renders, most_renders())
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # another user examines some of the patients
        template = make_venv(options.python, Path(folder, "template"), "numpy")
        for title, count, trials in (
            ("mutated recordings", options.mutations, mutations(options.mutations, options.seed)),
            ("renders of hostile recordings", shown, renders(shown, options.seed)),
            ("broken environments", options.patients, patients(options.patients, options.seed, template, Path(folder))),
            ("interruptions", options.interruptions, interruptions(options.interruptions, options.seed, template)),
            ("check-ups at once", options.at_once, at_once(options.at_once, template)),
        ):
            if not count:
                continue
            began = time.monotonic()
            found = list(trials)
            fallen += found
            lines.append(f"| {title} | {count:,} | {len(found)} | {time.monotonic() - began:.0f} |")
            print(lines[-1], flush=True)
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
