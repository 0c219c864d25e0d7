"""A check-up of a conda prefix as large as Anaconda's, beside a Python that merely reads the same bytes.

The prefix is made up: 450 records, 60 MB of JSON, 250,000 paths that exist; first all packages are for one platform,
then all but Python are for any (``noarch``), whose records have the packages' own paths, as conda writes them.
Yardstick: ``python -c`` that reads every
record and calls ``lstat`` on every path. Both are started in turn; the figures are medians of whole processes.

    python benchmarks/conda_prefix.py [--assert]
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECORDS, PATHS, MEGABYTES = 450, 250_000, 60
LIMIT, MEMORY = 2.0, 200
READ = """
import os, sys
prefix = sys.argv[1]
for name in os.listdir(prefix + "/conda-meta"):
    with open(f"{prefix}/conda-meta/{name}", "rb") as file:
        file.read()
with open(sys.argv[2]) as file:
    for line in file:
        os.lstat(line[:-1])
"""


def build(prefix: Path, python: str, noarch: bool) -> Path:
    """The prefix, with a Python of its own that is a link's target; returns the list of its paths."""
    meta = prefix / "conda-meta"
    meta.mkdir(parents=True)
    (prefix / "condabin").mkdir()
    site = prefix / "lib" / "python3.12" / "site-packages"
    listing = []
    each = PATHS // RECORDS
    for number in range(RECORDS):
        name = "python" if number == 0 else f"package-{number:03}"
        folder = site / f"package_{number:03}"
        folder.mkdir(parents=True)
        entries, files = [], []
        for index in range(each):
            kind = (".py", ".pyc", ".so", ".json")[index % 4]
            file = folder / f"mod{index:04}{kind}"
            file.touch()
            digest = hashlib.sha256(f"{number}/{index}".encode()).hexdigest()
            files.append(str(file.relative_to(prefix)))
            path = f"site-packages/{file.relative_to(site)}" if noarch and number else files[-1]
            entries.append({"_path": path, "path_type": "hardlink", "sha256": digest, "size_in_bytes": 0})
            listing.append(str(file))
        document = {
            "name": name, "version": "1.0", "build": "h0_0", "build_number": 0, "subdir": "linux-64",
            "depends": ["python"], "size": 1_000_000, "requested_spec": "None",
            "channel": "https://repo.anaconda.com/pkgs/main/linux-64",
            "url": f"https://repo.anaconda.com/pkgs/main/linux-64/{name}-1.0-h0_0.conda",
            "files": files, "paths_data": {"paths_version": 1, "paths": entries},
        }  # fmt: skip
        if noarch and number:
            document |= {"noarch": "python", "subdir": "noarch"}
        data = json.dumps(document).encode()
        wanted = MEGABYTES * 1_000_000 // RECORDS
        document["license_text"] = "x" * max(0, wanted - len(data) - 25)
        (meta / f"{name}-1.0-h0_0.json").write_text(json.dumps(document))
    (meta / "history").write_text("")
    (prefix / "bin").mkdir()
    for name in ("python", "python3"):
        (prefix / "bin" / name).symlink_to(python)
    paths = prefix / "paths.txt"
    paths.write_text("\n".join(listing) + "\n")
    return paths


def seconds(argv: list[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(argv, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assert", dest="strict", action="store_true", help=f"status 1 above {LIMIT} × or {MEMORY} MB")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    worst = max((measured(noarch, options.rounds) for noarch in (False, True)), key=lambda pair: pair[0])
    return 1 if options.strict and (worst[0] > LIMIT or worst[1] > MEMORY) else 0


def measured(noarch: bool, count: int) -> tuple[float, float]:
    """The check-up's time as a multiple of the reading's, and its memory in MB."""
    folder = tempfile.mkdtemp(prefix="conda-prefix-")
    try:
        prefix = Path(folder, "anaconda")
        paths = build(prefix, os.path.realpath(sys.executable), noarch)
        size = sum(path.stat().st_size for path in prefix.glob("conda-meta/*.json"))
        reading = [sys.executable, "-c", READ, str(prefix), str(paths)]
        checking = [
            sys.executable,
            "-m",
            "envdoctor",
            "check",
            "--python",
            str(prefix),
            "--format",
            "json",
            "--fail-on",
            "never",
        ]
        seconds(reading), seconds(checking)  # the first of each fills the caches
        rounds = [(seconds(reading), seconds(checking)) for _ in range(count)]
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    finally:
        shutil.rmtree(folder)
    floor, whole = (statistics.median(column) for column in zip(*rounds, strict=True))
    factor = whole / floor
    print(f"{RECORDS} records{' (noarch)' * noarch}, {size / 1e6:.0f} MB, {PATHS} paths")
    print("| what | seconds | of the reading | most memory |\n|---|---:|---:|---:|")
    print(f"| reading alone | {floor:.3f} | 1.00 × | |")
    print(f"| envdoctor check | {whole:.3f} | {factor:.2f} × | {memory:.0f} MB |")
    return factor, memory


if __name__ == "__main__":
    sys.exit(main())
