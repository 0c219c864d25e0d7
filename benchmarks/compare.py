"""envdoctor beside its peers, in one run: `python benchmarks/compare.py --help`."""

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environments import Environment, Installer, pad
from timing import Command, Row, Sink, measure

SMALL = ("numpy", "scipy")
PEERS = (*SMALL, "scikit-learn", "pandas", "matplotlib", "pip", "uv", "env-doctor", "threadpoolctl")
SIZES = (25, 250, 2500)
OFTEN = 3
"""Rounds of the small table, by which the narrow promises are judged, for one of the others."""

YARDSTICK = 'python -c "import numpy"'
AS_JSON = "envdoctor check --format json"
AS_TEXT = "envdoctor check"


@dataclass(frozen=True, slots=True)
class Promise:
    """How many times the yardstick a command may take: as promised, and at the very most."""

    promised: float
    hard: float

    def verdict(self, ratio: float | None) -> str:
        if ratio is None:
            return "MISS: not measured"
        if ratio <= self.promised:
            return f"pass (promised <= {self.promised:g} x)"
        if ratio <= self.hard:
            return f"miss (promised <= {self.promised:g} x), inside the hard limit of {self.hard:g} x"
        return f"MISS (hard limit {self.hard:g} x)"


PROMISES = {AS_JSON: Promise(1.2, 1.3), AS_TEXT: Promise(1.5, 1.6)}
GROWN_PROMISE = Promise(4.0, 4.0)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows measured together in one environment; the promises are on labels."""

    title: str
    rows: list[Row]
    promises: dict[str, Promise]
    versions: dict[str, str]

    @property
    def yardstick(self) -> Row:
        return next(row for row in self.rows if row.command.label == YARDSTICK)

    @property
    def broken(self) -> bool:
        """Whether the hard limit of a promise is missed; what failed has missed it."""
        ratios = {row.command.label: row.ratio_to(self.yardstick) for row in self.rows}
        return any((ratio := ratios[label]) is None or ratio > it.hard for label, it in self.promises.items())

    def lines(self) -> Iterator[str]:
        width = max(len(row.command.label) for row in self.rows)
        yield f"{self.title:<{width}}  {'median':>8} {'min':>8}   {'x numpy':>7}"
        for row in self.rows:
            label = f"{row.command.label:<{width}}"
            ratio = row.ratio_to(self.yardstick)
            verdict = self.promises[row.command.label].verdict(ratio) if row.command.label in self.promises else ""
            if row.failure:
                yield f"{label}  {row.failure}  {verdict}".rstrip()
            else:
                times = f"{row.median * 1000:>8.1f} {min(row.seconds) * 1000:>8.1f}"
                yield f"{label}  {times}   {'-' if ratio is None else f'{ratio:.2f}':>7}  {verdict}".rstrip()
        if not self.yardstick.failure:
            taken = self.yardstick.seconds
            yield f"(ms; import numpy itself ranged over {min(taken) * 1000:.1f} to {max(taken) * 1000:.1f})"

    def document(self) -> dict[str, Any]:
        rows = [
            {"label": row.command.label, "argv": row.command.argv, "failure": row.failure, "seconds": row.seconds}
            for row in self.rows
        ]
        return {"title": self.title, "distributions": self.versions, "broken": self.broken, "rows": rows}


def python_rows(at: Environment) -> list[Command]:
    return [
        Command("python -c pass", (at.python, "-c", "pass"), at.environ()),
        Command(YARDSTICK, (at.python, "-c", "import numpy"), at.environ()),
    ]


def doctor_rows(at: Environment, sink: Sink) -> list[Command]:
    check = (at.script("envdoctor"), "check")
    return [
        Command(AS_JSON, (*check, "--format", "json"), at.environ(), (0, 1), document=True),
        Command(AS_TEXT, check, at.environ(TERM="xterm-256color"), (0, 1), sink),
    ]


def peer_rows(at: Environment, scratch: Path) -> list[Command]:
    """The peers; `env-doctor check` downloads a table and writes to the home, and is spared both."""
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    alone = at.environ(HOME=str(scratch), USERPROFILE=str(scratch), **nowhere)
    pools = ("-m", "threadpoolctl", "-i", "numpy", "scipy.linalg")
    return [
        Command("threadpoolctl -i numpy scipy.linalg", (at.python, *pools), at.environ()),
        Command("numpy.show_runtime()", (at.python, "-c", "import numpy; numpy.show_runtime()"), at.environ()),
        Command("sklearn.show_versions()", (at.python, "-c", "import sklearn; sklearn.show_versions()"), at.environ()),
        *checker_rows(at),
        Command("env-doctor check", (at.script("env-doctor"), "check"), alone, (0, 1)),
    ]


def checker_rows(at: Environment) -> list[Command]:
    return [
        Command("pip check", (at.python, "-m", "pip", "check"), at.environ(), (0, 1)),
        Command("uv pip check", (at.script("uv"), "pip", "check"), at.environ(), (0, 1)),
    ]


def grown_rows(at: Environment) -> list[Command]:
    argv = (at.python, "-m", "envdoctor", "check", "--format", "json")
    return [python_rows(at)[1], Command(AS_JSON, argv, at.environ(), (0, 1), document=True), *checker_rows(at)]


def compare(arguments: argparse.Namespace, work: Path) -> Iterator[Table]:
    """Build and measure, one table after another; the grown environments are measured in turns with each other."""
    rounds: int = arguments.rounds
    sink: Sink = "terminal" if arguments.tty else "pipe"
    empty, scratch, wheels = (work / name for name in ("empty", "scratch", "wheels"))
    for directory in (empty, scratch, wheels):
        directory.mkdir(parents=True)
    installer = Installer.find()
    say(f"building envdoctor from {arguments.envdoctor}, and the small environment")
    doctor = installer.requirement(arguments.envdoctor, wheels)
    small = installer.create(work / "small", [*SMALL, doctor])
    rows = measure([*python_rows(small), *doctor_rows(small, sink)], rounds * OFTEN, empty)
    yield Table(f"Small: {' and '.join(SMALL)}", rows, PROMISES, small.versions())

    if not arguments.quick:
        say("building the environment of the peers")
        full = installer.create(work / "peers", [*PEERS, doctor])
        rows = measure([*python_rows(full), *doctor_rows(full, sink), *peer_rows(full, scratch)], rounds, empty)
        yield Table("Peers: the scientific stack", rows, {}, full.versions())

    say(f"building environments of {', '.join(map(str, SIZES))} distributions")
    base = small.copy_to(work / "grown")
    installer.install(base, ["pip", "uv"])
    sized = [base.copy_to(work / f"grown-{size}") for size in SIZES]
    for size, environment in zip(SIZES, sized, strict=True):
        pad(environment, size)
    batches = [grown_rows(environment)[: 2 if arguments.quick else None] for environment in sized]
    taken = iter(measure([command for batch in batches for command in batch], rounds, empty))
    for environment, batch in zip(sized, batches, strict=True):
        versions = environment.versions()
        promises = {AS_JSON: GROWN_PROMISE} if environment is sized[-1] else {}
        yield Table(f"Grown: {len(versions)} distributions", [next(taken) for _ in batch], promises, versions)


def machine() -> dict[str, Any]:
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "usable": len(affinity(0)) if affinity else None,
        "load_average": os.getloadavg() if hasattr(os, "getloadavg") else None,
    }


def say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def workplace(keep: Path | None) -> Iterator[Path]:
    """Where the environments go: `keep`, which stays, or a temporary directory."""
    if keep:
        yield keep
    else:
        with tempfile.TemporaryDirectory(prefix="envdoctor-bench-") as name:
            yield Path(name).resolve()


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    checkout = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description="Time envdoctor beside its peers, in one run.")
    parser.add_argument("--rounds", type=int, default=15, help="thrice that for the first table (default: %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="build in DIR, new or empty, and leave it there")
    parser.add_argument("--envdoctor", type=Path, default=checkout, metavar="CHECKOUT", help="default: this one")
    parser.add_argument("--quick", action="store_true", help="the promises only: no peers, at most 5 rounds")
    parser.add_argument("--tty", action="store_true", help="give the text form a pseudo-terminal, not a pipe (POSIX)")
    parser.add_argument("--assert", action="store_true", dest="strict", help="status 1 if a hard limit is missed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw timings, in seconds")
    arguments = parser.parse_args(argv)
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    if arguments.quick:
        arguments.rounds = min(arguments.rounds, 5)
    if arguments.tty and os.name == "nt":
        parser.error("--tty needs a POSIX system")
    arguments.envdoctor = arguments.envdoctor.resolve()
    if arguments.keep:
        arguments.keep = arguments.keep.resolve()
        if arguments.keep.is_relative_to(arguments.envdoctor) or arguments.keep.is_relative_to(checkout):
            parser.error("--keep must lie outside the checkout")
        if arguments.keep.exists() and any(arguments.keep.iterdir()):
            parser.error(f"--keep: {arguments.keep} is not empty")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse(argv)
    before = machine()
    load = " ".join(f"{value:.2f}" for value in before["load_average"] or ()) or "unknown"
    print(f"{before['python']}, {before['platform']}")
    print(f"{before['cores']} cores, {before['usable'] or 'unknown'} usable, load average before the run {load}")
    rounds = f"{arguments.rounds} rounds ({arguments.rounds * OFTEN} of the first table), in turns"
    print(f"{rounds}, text form to {'a terminal' if arguments.tty else 'a pipe'}")
    tables = []
    with workplace(arguments.keep) as work:
        for table in compare(arguments, work):
            tables.append(table)
            print("", *table.lines(), sep="\n", flush=True)
            shown = [f"{name} {table.versions[name]}" for name in ("envdoctor", *PEERS) if name in table.versions]
            print(f"({', '.join(shown)})")
    if arguments.json:
        document = {"machine": before, "load_average_after": machine()["load_average"], "rounds": arguments.rounds}
        arguments.json.write_text(json.dumps({**document, "tables": [table.document() for table in tables]}, indent=1))
    broken = [table.title for table in tables if table.broken]
    print(f"\nHard limits missed: {'; '.join(broken)}" if broken else "\nAll hard limits are kept.")
    return 1 if arguments.strict and broken else 0


if __name__ == "__main__":
    sys.exit(main())
