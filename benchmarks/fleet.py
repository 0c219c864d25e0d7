"""How long `envdoctor fleet` takes for 1,000 recordings of 60 kB, and how its time and memory grow.

python benchmarks/fleet.py --assert     # under 5 s, linear, and memory that does not grow with the machines
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
LIMIT = 5.0  # seconds for 1,000
ODD = {13: ('"2.4.1"', '"1.26.4"'), 400: ('"Haswell"', '"SkylakeX"'), 777: ('"3.12.1"', '"3.11.9"')}
BYTES = 60_000
# The peak of a child's memory, in MB, said by the child of this text when it has ended.
PEAK = (
    "import resource, subprocess, sys\ncode = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
    "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
)


def made(folder: Path, count: int, every_other: bool = False) -> Path:
    """``count`` recordings of one job; three are odd, or, with ``every_other``, each is of a kind of its own."""
    from envdoctor.facts import Machine
    from envdoctor.facts.document import dump, record
    from envdoctor.testing import blas, distribution, facts, openblas, packages

    folder.mkdir()
    size = 0
    more = 0
    while size < BYTES:
        more += 10
        others = [
            distribution(f"package{number}", f"1.{number}", requires=["numpy>=1.2", "scipy>1"])
            for number in range(more)
        ]
        machine = Machine(label="@label@", rank=0, local_rank=0, ranks=count, job="Slurm 7")
        whole = packages(distribution("numpy", "2.4.1"), *others)
        text = dump(record(facts(packages=whole, blas=blas(openblas()), machine=machine), "1.0"))
        size = len(text)
    for number in range(count):
        one = text.replace("@label@", f"m{number}").replace('"rank": 0', f'"rank": {number}')
        before, after = ODD.get(number, ("", "")) if not every_other else ('"1.5"', f'"1.5.{number}"')
        (folder / f"node{number:04}.json").write_text(one.replace(before, after) if before else one, encoding="ascii")
    return folder


def timed(folder: Path) -> tuple[float, int]:
    """Seconds, and MB at the peak, of one run; it has to name the three odd ones where there are some."""
    command = [sys.executable, "-m", "envdoctor", "fleet", str(folder)]
    began = time.perf_counter()
    out = subprocess.run([sys.executable, "-c", PEAK, *command], capture_output=True, text=True, check=True).stdout
    seconds = time.perf_counter() - began
    status, peak = map(int, out.split())
    if status not in (0, 1):
        raise SystemExit(f"envdoctor fleet: status {status}")
    return seconds, peak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assert", dest="judge", action="store_true", help="status 1 if a limit is missed")
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    asked = parser.parse_args()
    sys.path.insert(0, str(HERE.parent / "src"))
    root = Path(tempfile.mkdtemp(prefix="fleet-"))
    try:
        rows = {}
        for name, count, kinds in (("250", 250, False), ("1,000", 1000, False), ("50 kinds", 50, True)):
            folder = made(root / name.replace(" ", "-"), count, kinds)
            rows[name] = min(timed(folder) for _ in range(3))
            print(f"{name:>10} recordings: {rows[name][0]:.2f} s, {rows[name][1]} MB", flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(rows), encoding="ascii")
    finally:
        shutil.rmtree(root)
    (quarter, small), (whole, large) = rows["250"], rows["1,000"]
    missed = [
        *([f"1,000 recordings took {whole:.2f} s, more than {LIMIT}"] if whole > LIMIT else []),
        *([f"not linear: {quarter:.2f} s for a quarter, {whole:.2f} s for all"] if whole > 4.6 * quarter else []),
        *([f"memory grows with the machines: {small} MB and {large} MB"] if large > small + 60 else []),
    ]
    print("\n".join(missed) or f"kept, on {os.cpu_count()} CPUs")
    return 1 if missed and asked.judge else 0


if __name__ == "__main__":
    raise SystemExit(main())
