"""Does the forecast of imports agree with importing? Every top-level module of environments, each in a fresh process.

    python benchmarks/forecast.py PREFIX …          prints a table, and each module on which the two disagree
    python benchmarks/forecast.py PREFIX … --write  … and writes docs/import-forecast.md

A false alarm is a module that the forecast accuses and that can be imported; a miss is one that it lets pass and that
fails for a compiled file. Modules that fail for another reason (a display, an optional package) are counted apart.
"""

import argparse
import os
import time
from pathlib import Path

from envdoctor.facts import Packages
from envdoctor.probe.choose import executable_of
from envdoctor.probe.imports import forecast, trial
from envdoctor.probe.packages import whole
from envdoctor.probe.world import this_world

DOCUMENT = Path(__file__).parent.parent / "docs" / "import-forecast.md"
COMPILED = (".so", "shared object", "GLIBC", "CXXABI", "Python ended by", "undefined symbol")


def site_packages(prefix: str) -> str:
    return str(next(Path(prefix).glob("lib/python3*/site-packages")))


def modules(packages: Packages, site: str) -> list[str]:
    """The top-level packages that lie in a site-packages folder."""
    names = sorted(item.name for item in Path(site).iterdir() if (item / "__init__.py").is_file())
    return [name for name in names if name.isidentifier() and not name.startswith("_")]


def row(prefix: str) -> tuple[list[str], list[str]]:
    world, site, doubts = this_world(), site_packages(prefix), list[forecast.Suspect]()
    seconds = 0.0

    def doubt(records: list, entries: list[str]) -> None:  # type: ignore[type-arg]
        nonlocal seconds
        began = time.process_time()
        doubts.extend(forecast.suspects(world, records, entries, every=True))
        seconds = time.process_time() - began

    packages = whole.read(world, [site], doubts=doubt)
    argv = [executable_of(prefix) or "", "-B"]
    failures = trial.confirm(doubts, argv, dict(os.environ), time.monotonic() + 300).failures
    accused = {failure.module for failure in failures}
    tops = modules(packages, site)
    ended = {name: trial.attempt([name], argv, dict(os.environ), time.monotonic() + 60) for name in tops}
    broken = {name: error for name, error in ended.items() if error}
    compiled = {name for name, error in broken.items() if any(word in error for word in COMPILED)}
    told = {module.partition(".")[0] for module in accused}
    false = sorted(module for module in accused if "." not in module and module not in broken)
    missed = sorted(compiled - told)
    notes = [f"false alarm: {name}" for name in false] + [f"missed: {name}: {broken[name]}" for name in missed]
    notes += [f"accused: {it.module}: {it.message}" for it in failures]
    notes += [f"fails for another reason: {name}: {error}" for name, error in broken.items() if name not in compiled]
    cells = [len(tops), len({it.file for it in doubts}), len(failures), len(broken), len(false), len(missed)]
    return [Path(prefix).name, *map(str, cells), f"{seconds * 1e3:.0f} ms"], notes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prefixes", nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    head = "| environment | modules imported | files in doubt | accused | failed imports | false alarms | misses | reading |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    notes: list[str] = []
    for prefix in options.prefixes:
        cells, said = row(prefix)
        lines.append(f"| {' | '.join(cells)} |")
        notes += [f"{cells[0]}: {note}" for note in said]
    print("\n".join([*lines, "", *notes]))
    if options.write:
        intro = (
            "# Does the forecast of imports agree with importing?\n\n"
            "Every top-level module of real environments was imported in a fresh process and compared with what PKG011 says.\n"
            "A file in doubt is one for which nothing that a reading of files can see brings what it needs; its package is then imported.\n"
            f"`python benchmarks/forecast.py PREFIX … --write` writes this page; measured on {time.strftime('%Y-%m-%d')}.\n\n"
        )
        DOCUMENT.write_text(intro + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
