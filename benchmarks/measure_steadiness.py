"""Measures one environment again and again: is the verdict the same, or honestly inconclusive?

``python benchmarks/measure_steadiness.py --python PREFIX --runs 20`` writes a table in Markdown to standard output: as the machine is, and
beside a process that never sleeps. Of every run it tells the verdict and what `envdoctor measure` advises; the load is the machine's own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter

BUSY = "while True: pass"


def measured(prefix: str) -> tuple[str, str, float]:
    """The verdict, the advice (variables, or a dash) and the seconds of one measurement."""
    argv = [sys.executable, "-m", "envdoctor", "measure", "--python", prefix, "--format", "json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)["measure"]
    if "verdict" not in told:
        return f"none: {told['missing']}", "–", 0.0
    advice = " ".join(f"{name}={value}" for name, value in told["recommended"].items())
    return told["verdict"], advice or "–", told["seconds"]


def series(name: str, prefix: str, runs: int) -> str:
    """One row of the table."""
    seen = [measured(prefix) for _ in range(runs)]
    verdicts = Counter(verdict for verdict, _, _ in seen)
    advice = Counter(words for _, words, _ in seen)
    seconds = sorted(taken for _, _, taken in seen)
    counts = [", ".join(f"{word} {count}" for word, count in of.most_common()) for of in (verdicts, advice)]
    load = os.getloadavg()[0]
    return (
        f"| {name} | {runs} | {counts[0]} | {counts[1]} | {seconds[runs // 2]:.1f} ({seconds[-1]:.1f}) | {load:.1f} |"
    )


def main() -> None:
    """Two series, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="an environment with NumPy and SciPy")
    parser.add_argument("--runs", type=int, default=20)
    given = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {len(os.sched_getaffinity(0))} CPUs\n")
    print("| beside | runs | verdict | advice | seconds, median (most) | load at the end |")
    print("|---|---|---|---|---|---|", flush=True)
    print(series("what else runs", given.python, given.runs), flush=True)
    busy = subprocess.Popen([sys.executable, "-I", "-S", "-c", BUSY])
    try:
        print(series("one busy process more", given.python, given.runs), flush=True)
    finally:
        busy.kill()
        busy.wait()


if __name__ == "__main__":
    main()
