"""What it costs to read large projects: processor time, and as a multiple of reading the same files and splitting their lines.

python benchmarks/projects.py            # a table
python benchmarks/projects.py --assert   # status 1 where one takes more than 150 ms
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.support.large_projects import LARGE, put

from envdoctor.probe.project.whole import find
from envdoctor.probe.world import World

PROMISED = 0.150  # seconds
ROUNDS = 9


def least(work: Callable[[], object]) -> float:
    """The least processor time of some rounds, in seconds."""
    spent = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return min(spent)


def lines(files: list[Path]) -> int:
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assert", dest="strict", action="store_true")
    strict = parser.parse_args().strict
    missed = False
    print("| project | bytes | read in ms | × reading and splitting |\n|---|---|---|---|")
    for name, make in LARGE.items():
        with tempfile.TemporaryDirectory() as folder:
            files = make()
            put(Path(folder), files)
            written = [Path(folder, file) for file in files]
            plain = least(partial(lines, written))
            world = World(home="/nowhere", cwd=folder, environ={})
            here = least(partial(find, world, folder))
        missed |= here > PROMISED
        print(f"| {name} | {sum(map(len, files.values())):,} | {here * 1000:.0f} | {here / plain:.1f} |")
    return int(strict and missed)


if __name__ == "__main__":
    sys.exit(main())
