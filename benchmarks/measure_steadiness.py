"""How steady `envdoctor measure` is: the same verdict every time, idle and beside a busy process, and a setting that is
among the best for a user's own program.

    python benchmarks/measure_steadiness.py --python PREFIX [--runs 20]

PREFIX has NumPy and SciPy from PyPI. About 10 minutes on an idle machine of 2 or more CPUs. Status 1 where a promise is broken:

- idle, all runs give the same verdict;
- beside busy processes, that verdict or an honest "inconclusive";
- the setting of each idle run, on products and solves that alternate, takes at most 15 % longer (or its own uncertainty)
  than the best setting tried, in 19 of 20 runs.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ALLOWED = 0.15
PROGRAM = """
import time, numpy as np, scipy.linalg.blas as blas, scipy.linalg as linalg
a = np.random.default_rng(0).random((200, 200)) + 200 * np.eye(200); b = np.ones(200)
f = np.asfortranarray(a); end = time.perf_counter() + 0.3; n = 0; began = time.perf_counter()
while time.perf_counter() < end:
    a @ a; blas.dgemm(1.0, f, f); a @ a; linalg.solve(a, b); n += 1
print((time.perf_counter() - began) / n)
"""


def measure(python: str) -> dict[str, Any]:
    argv = [sys.executable, "-m", "envdoctor", "measure", "--python", python, "--format", "json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return dict(json.loads(done.stdout)["measure"])


def turn(python: str, setting: dict[str, str]) -> float:
    """Seconds of a turn of the user's program."""
    program = python if os.path.isfile(python) else os.path.join(python, "bin", "python")
    environ = {**os.environ, **setting}
    times = [
        float(subprocess.run([program, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    return sorted(times)[1]


def within(python: str, seen: dict[str, Any]) -> bool:
    """Whether what was recommended is among the best of all that was tried, on the user's program."""
    if seen["setting"] and not seen["sure"]:
        print("    nothing is advised: not sure", flush=True)
        return True
    tried = {row["setting"] for row in seen["rows"]}
    settings = {name: dict(word.split("=", 1) for word in name.split() if "=" in word) for name in tried}
    took = {name: turn(python, setting) for name, setting in settings.items()}
    chosen = turn(python, seen["recommended"])
    ratio = chosen / min(took.values())
    print(f"    {seen['recommended'] or 'as it is'}: {ratio:.2f} times the best of {len(took)} settings", flush=True)
    return bool(ratio <= 1 + max(ALLOWED, seen["uncertainty"]))


def row(name: str, prefix: str, runs: int) -> str:
    """One row of the table: what the runs said, and how loaded the machine was."""
    seen = [measure(prefix) for _ in range(runs)]
    verdicts = Counter(told["verdict"] for told in seen)
    advice = Counter(" ".join(f"{key}={value}" for key, value in told["recommended"].items()) or "–" for told in seen)
    seconds = sorted(told["seconds"] for told in seen)
    counts = [", ".join(f"{word} {count}" for word, count in of.most_common()) for of in (verdicts, advice)]
    load = os.getloadavg()[0]
    return (
        f"| {name} | {runs} | {counts[0]} | {counts[1]} | {seconds[runs // 2]:.1f} ({seconds[-1]:.1f}) | {load:.1f} |"
    )


def table(prefix: str, runs: int) -> None:
    """The table of benchmarks/README.md, in Markdown."""
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} CPUs\n")
    print("| beside | runs | verdict | advice | seconds, median (most) | load at the end |")
    print("|---|---|---|---|---|---|", flush=True)
    print(row("what else runs", prefix, runs), flush=True)
    with busy():
        print(row("one busy process more", prefix, runs), flush=True)


@contextmanager
def busy() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--table", action="store_true", help="what the runs say, as a table, and nothing else")
    options = parser.parse_args()
    if options.table:
        table(options.python, options.runs)
        return 0
    idle: Counter[str] = Counter()
    good = 0
    for _ in range(options.runs):
        seen = measure(options.python)
        idle[seen["verdict"]] += 1
        print(f"idle: {seen['verdict']} ({seen['why']}), {seen['seconds']} s", flush=True)
        good += within(options.python, seen)
    print(f"idle: {dict(idle)}; {good} of {options.runs} settings among the best")
    (verdict, times), *_ = idle.most_common(1)
    beside: Counter[str] = Counter()
    with busy():
        for _ in range(options.runs):
            beside[measure(options.python)["verdict"]] += 1
    print(f"beside a busy process: {dict(beside)}")
    wrong = sum(count for name, count in beside.items() if name not in (verdict, "inconclusive"))
    return int(times < options.runs or wrong > 0 or good < options.runs * 0.95)


if __name__ == "__main__":
    sys.exit(main())
