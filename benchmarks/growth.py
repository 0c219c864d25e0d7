"""How the cost of a check-up grows with what there is to read: it has to be linear, and the slope is the price of a piece.

    python benchmarks/growth.py                 # a table a kind
    python benchmarks/growth.py --assert        # status 1 where a piece costs much more at the end than in the middle
    python benchmarks/growth.py --write         # docs/growth.md and its picture as well

What is measured is processor time of envdoctor and its children (user and system), the least of a few runs: it does not
depend on what else the machine does. Every kind has its own made-up environment in a temporary directory.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from environments import Environment, Installer, pad

LIMIT = 1.6
"""The most that a piece may cost between the last two sizes, as a multiple of what it costs over all of them."""
CHECKOUT = Path(__file__).resolve().parents[1]
Point = tuple[int, float]


class Patient:
    """An environment that grows: `argv` and `environ` examine it in `folder`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "work"
        self.home = root / "home"
        self.prefix = root / "patient"
        for path in (self.folder, self.home):
            path.mkdir(parents=True)
        Installer.find().create(self.prefix, ["numpy"])  # which the made-up distributions require
        self.path = [str(self.prefix / "bin"), "/usr/bin", "/bin"]

    def command(self) -> tuple[list[str], dict[str, str]]:
        argv = [
            sys.executable,
            "-m",
            "envdoctor",
            "check",
            "--python",
            str(self.prefix),
            "--format",
            "json",
            "--fail-on",
            "never",
        ]
        environ = {"HOME": str(self.home), "PATH": os.pathsep.join(self.path), "LANG": "C.UTF-8"}
        return argv, environ

    def cost(self, rounds: int) -> float:
        """Seconds of processor time, the least of ``rounds`` after one that fills the caches."""
        argv, environ = self.command()
        return min(spent(argv, environ, self.folder) for _ in range(rounds + 1))


def spent(argv: list[str], environ: dict[str, str], cwd: Path) -> float:
    """Seconds of processor time of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, env=environ, cwd=cwd, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{done.stderr[-2000:]}\ngrowth.py: {' '.join(argv)} ended with status {done.returncode}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def distributions(patient: Patient, size: int) -> None:
    pad(Environment(patient.prefix), size)


def conda_records(patient: Patient, size: int) -> None:
    """Records with 100 paths each, which exist."""
    meta = patient.prefix / "conda-meta"
    meta.mkdir(exist_ok=True)
    (meta / "history").touch()
    for number in range(len(list(meta.glob("*.json"))), size):
        name = "python" if number == 0 else f"package-{number:04}"
        folder = patient.prefix / "share" / name
        folder.mkdir(parents=True)
        paths = []
        for index in range(100):
            file = folder / f"file{index:03}"
            file.touch()
            digest = hashlib.sha256(f"{number}/{index}".encode()).hexdigest()
            paths.append(
                {"_path": f"share/{name}/{file.name}", "path_type": "hardlink", "sha256": digest, "size_in_bytes": 0}
            )
        document = {
            "name": name, "version": "1.0", "build": "h0_0", "build_number": 0, "subdir": "linux-64", "depends": [],
            "channel": "https://conda.anaconda.org/conda-forge/linux-64", "files": [item["_path"] for item in paths],
            "url": f"https://conda.anaconda.org/conda-forge/linux-64/{name}-1.0-h0_0.conda",
            "paths_data": {"paths_version": 1, "paths": paths},
        }  # fmt: skip
        (meta / f"{name}-1.0-h0_0.json").write_text(json.dumps(document))


def path_entries(patient: Patient, size: int) -> None:
    """Folders on PATH with 20 programs each."""
    for number in range(len(patient.path) - 3, size):
        folder = patient.home / f"bin{number}"
        folder.mkdir()
        for index in range(20):
            (folder / f"program{number}-{index}").touch(0o755)
        patient.path.insert(1, str(folder))


def jupyter_kernels(patient: Patient, size: int) -> None:
    """Kernels of this Python in the user's folder."""
    for number in range(size):
        folder = patient.home / ".local/share/jupyter/kernels" / f"kernel{number}"
        folder.mkdir(parents=True, exist_ok=True)
        argv = [str(patient.prefix / "bin/python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (folder / "kernel.json").write_text(
            json.dumps({"argv": argv, "display_name": f"K {number}", "language": "python"})
        )


def locked_packages(patient: Patient, size: int) -> None:
    """A uv.lock beside its pyproject.toml, four files a package."""
    (patient.folder / "pyproject.toml").write_text(
        '[project]\nname = "work"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["package-0"]\n'
    )
    lines = ['version = 1\nrevision = 3\nrequires-python = ">=3.11"\n']
    lines.append(
        '[[package]]\nname = "work"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "package-0" }]\n'
    )
    for number in range(size):
        url = f"https://files.pythonhosted.org/packages/package_{number}-1.0"
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        wheels = "".join(
            f'    {{ url = "{url}-cp311-cp311-{tag}.whl", hash = "sha256:{digest}", size = 1000 }},\n'
            for tag in ("manylinux_2_28_x86_64", "macosx_14_0_arm64", "win_amd64")
        )
        lines.append(
            f'[[package]]\nname = "package-{number}"\nversion = "1.0"\nsource = {{ registry = "https://pypi.org/simple" }}\n'
            f'sdist = {{ url = "{url}.tar.gz", hash = "sha256:{digest}", size = 1000 }}\nwheels = [\n{wheels}]\n'
        )
    (patient.folder / "uv.lock").write_text("\n".join(lines))


KINDS: dict[str, tuple[str, Callable[[Patient, int], None], tuple[int, ...]]] = {
    "distributions": ("installed distributions", distributions, (25, 500, 1000, 2500, 5000)),
    "conda-records": ("conda's records, 100 files each", conda_records, (100, 250, 500, 1000, 2000)),
    "path-entries": ("folders on PATH", path_entries, (10, 100, 250, 500, 1000)),
    "jupyter-kernels": ("Jupyter kernels", jupyter_kernels, (10, 100, 250, 500, 1000)),
    "locked-packages": ("packages in uv.lock", locked_packages, (100, 500, 1000, 2500, 5000)),
}


def grow(name: str, rounds: int) -> list[Point]:
    """The cost at each size of one kind."""
    root = Path(tempfile.mkdtemp(prefix="growth-"))
    try:
        patient = Patient(root)
        _, add, sizes = KINDS[name]
        points = []
        for size in sizes:
            add(patient, size)
            points.append((size, patient.cost(rounds)))
        return points
    finally:
        shutil.rmtree(root)


def slope(points: list[Point]) -> float:
    """Seconds a piece: the straight line with the least squares through the points."""
    across = sum(size for size, _ in points) / len(points)
    up = sum(seconds for _, seconds in points) / len(points)
    over = sum((size - across) ** 2 for size, _ in points)
    return sum((size - across) * (seconds - up) for size, seconds in points) / over


def bend(points: list[Point]) -> float:
    """What a piece costs between the last two sizes, as a multiple of what it costs from the first to the last."""
    (first, least), (before, lower), (last, upper) = points[0], points[-2], points[-1]
    whole = (upper - least) / (last - first)
    return (upper - lower) / (last - before) / whole if whole > 0 else 0.0


def rows(found: dict[str, list[Point]]) -> list[str]:
    lines = [
        "| what grows | sizes | milliseconds of processor time | µs a piece | last pieces beside all |",
        "|---|---|---|---:|---:|",
    ]
    for name, points in found.items():
        sizes = " · ".join(f"{size:,}" for size, _ in points)
        times = " · ".join(f"{1000 * seconds:.0f}" for _, seconds in points)
        lines.append(f"| {KINDS[name][0]} | {sizes} | {times} | {1e6 * slope(points):.0f} | {bend(points):.2f} × |")
    return lines


def picture(found: dict[str, list[Point]]) -> str:
    """A small plot a kind, as one SVG."""
    width, height, left, gap = 210, 150, 46, 24
    parts = []
    for number, (name, points) in enumerate(found.items()):
        x0, y0 = (number % 3) * (width + gap) + left, (number // 3) * (height + 70) + 30
        most, top = points[-1][0], max(seconds for _, seconds in points) * 1.1
        dots = [(x0 + size / most * (width - left), y0 + height - seconds / top * height) for size, seconds in points]
        parts.append(f'<text x="{x0}" y="{y0 - 10}" font-weight="bold">{KINDS[name][0]}</text>')
        parts.append(f'<path d="M{x0} {y0}V{y0 + height}H{x0 + width - left}" fill="none" stroke="#888"/>')
        parts.append(f'<text x="{x0 - 4}" y="{y0 + 8}" text-anchor="end">{1000 * top:.0f} ms</text>')
        parts.append(f'<text x="{x0 - 4}" y="{y0 + height}" text-anchor="end">0</text>')
        parts.append(f'<text x="{x0 + width - left}" y="{y0 + height + 16}" text-anchor="end">{most:,}</text>')
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="#4a90d9" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#4a90d9"/>' for x, y in dots]
    whole = (3 * (width + gap) + left, ((len(found) + 2) // 3) * (height + 70))
    title = "Processor time of a check-up against what there is to read"
    space = "http://www.w3.org/2000/svg"
    head = f'<svg xmlns="{space}" viewBox="0 0 {whole[0]} {whole[1]}" role="img" aria-label="{title}">'
    style = "<style>text{font:11px sans-serif;fill:#888}</style>"
    return "\n".join([head, style, *parts, "</svg>\n"])


def page(found: dict[str, list[Point]], today: str) -> str:
    return "\n".join(
        [
            "# How the cost grows",
            "",
            "What a check-up costs when there is more to read: processor time of envdoctor and its children,",
            "the least of a few runs, in environments that were made up for it. The slope of the line is the price of a piece.",
            "The last column compares the price of the last pieces with the price of all: 1 is a straight line.",
            "",
            f"`python benchmarks/growth.py --write` made this page on {today}, with Python {platform.python_version()}",
            f"on {os.cpu_count()} processors.",
            "",
            *rows(found),
            "",
            "```{image} _static/growth.svg",
            ":alt: Processor time of a check-up against what there is to read, a plot a kind",
            "```",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assert", dest="strict", action="store_true", help=f"status 1 above {LIMIT} ×")
    parser.add_argument("--write", action="store_true", help="write docs/growth.md and its picture")
    parser.add_argument("--only", choices=KINDS, action="append", help="this kind alone")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found = {name: grow(name, options.rounds) for name in options.only or KINDS}
    print("\n".join(rows(found)))
    if options.write:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        (CHECKOUT / "docs/growth.md").write_text(page(found, today))
        (CHECKOUT / "docs/_static/growth.svg").write_text(picture(found))
    return 1 if options.strict and any(bend(points) > LIMIT for points in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
