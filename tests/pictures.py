"""Pictures of real reports for the documentation: ``python -m tests.pictures`` makes the patients, examines them and draws.

Terminals become SVG (by rich, which no check-up imports), the HTML report PNG (by a headless Chromium, where there is one).
Look at each before it is kept. ``--screens FOLDER`` draws every patient at every size of screen, and every page, into a folder
of your own instead.
"""

import argparse
import html
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.support.patients import Patient, clean_environ, copy_patient, make_venv, run, write

KEPT = Path(__file__).parent.parent / "docs" / "_static" / "pictures"
RECORDINGS = Path(__file__).parent / "recordings"
LARGEST = 40_000  # bytes of a terminal
SCREENS = ((80, 24), (80, 40), (120, 40))
PAGES = (("1280", 1280, "light"), ("400", 400, "light"), ("dark", 1280, "dark"))
KEPT_PAGES = (("missing-library", "1280"), ("measured-pools", "dark"), ("drift", "400"))
PACKAGES = ("numpy", "scipy")

# rich's own frame, less the font that it would fetch from a network.
TERMINAL = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<style>.{unique_id}-matrix {{ font: {char_height}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
 line-height: {line_height}px; font-variant-east-asian: full-width; }} {styles}</style>
<title>@</title>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}</defs>
<rect fill="#1b1f24" width="100%" height="100%" rx="8"/>
<g fill="#59616b"><circle cx="22" cy="22" r="7"/><circle cx="44" cy="22" r="7"/><circle cx="66" cy="22" r="7"/></g>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


@dataclass(frozen=True, slots=True)
class Sick:
    """What a picture shows: the words of the check-up in a project's folder."""

    folder: Path
    words: tuple[str, ...] = ()


def healthy(patient: Patient, folder: Path) -> Sick:
    return Sick(folder)


def missing_library(patient: Patient, folder: Path) -> Sick:
    """NumPy's own OpenBLAS, taken away."""
    for library in (patient.site / "numpy.libs").glob("libscipy_openblas*"):
        library.unlink()
    return Sick(folder)


def drift(patient: Patient, folder: Path) -> Sick:
    """The project names versions which the environment has not."""
    write(folder / "requirements.txt", "numpy==1.26.4\nscipy\npandas>=2\n")
    return Sick(folder)


def hang(patient: Patient, folder: Path) -> Sick:
    """A start-up file that never returns."""
    write(patient.site / "sitecustomize.py", "import time\n\ntime.sleep(3600)\n")
    return Sick(folder)


def moved_environment(patient: Patient, folder: Path) -> Sick:
    """A project's folder that was given another name."""
    new = folder.with_name("fit-2027")
    folder.rename(new)
    return Sick(new)


def two_patients(patient: Patient, folder: Path) -> Sick:
    """The project's own environment and another project's."""
    other = copy_patient(patient, folder.parent / "plots" / ".venv")
    missing_library(other, folder)
    return Sick(folder, ("--python", ".venv", "--python", "../plots"))


def bloated_base(patient: Patient, folder: Path) -> Sick:
    recording = shutil.copy(RECORDINGS / "conda-base-in-trouble.json", folder / "base.json")
    return Sick(folder, ("--facts", Path(recording).name, "--select", "CON005,CON006"))


def measured_pools(patient: Patient, folder: Path) -> Sick:
    return Sick(folder, ("--measure", "--select", "BLA"))


SHOWN: dict[str, Callable[[Patient, Path], Sick]] = {
    make.__name__.replace("_", "-"): make
    for make in (
        healthy,
        missing_library,
        drift,
        hang,
        moved_environment,
        two_patients,
        bloated_base,
        measured_pools,
    )
}


def examined(sick: Sick, home: Path, *words: str, width: int = 80, environ: dict[str, str] | None = None) -> str:
    """What ``envdoctor check`` writes on a terminal of this width."""
    surroundings = clean_environ(
        HOME=str(home),
        COLUMNS=str(width),
        TERM="xterm-256color",
        PATH=os.pathsep.join(("/usr/bin", "/bin")),
        **(environ or {}),
    )
    argv = [str(Path(sys.executable).with_name("envdoctor")), "check", *sick.words, *words]
    ended = subprocess.run(
        argv, env=surroundings, cwd=sick.folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode in (0, 1, 3), ended.stderr
    return ended.stdout.replace(f"{Path.home()}/", "/home/ada/")  # where this machine keeps its Pythons


def terminal(name: str, said: str, command: str, width: int = 80, height: int | None = None) -> str:
    """The text as a terminal shows it, as SVG: the last ``height`` lines, or all of them."""
    rows = [Text.assemble(("$ ", "green"), (command, "bold"))]
    rows += [row for line in said.splitlines() for row in folded(Text.from_ansi(line), width)]
    if height is not None:
        rows = [*rows, Text("$ ", "green")][-height:]
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for row in rows:
        console.print(row, no_wrap=True, overflow="ignore", crop=False, highlight=False)
    drawn = console.export_svg(code_format=TERMINAL, unique_id=f"t-{name}")
    drawn = drawn.replace("<title>@</title>", f"<title>{html.escape(command)}</title>")
    return re.sub(r"[ \t]+\n", "\n", drawn)


def folded(line: Text, width: int) -> Iterator[Text]:
    """A long line breaks where the screen ends, as a terminal breaks it."""
    yield from line.divide(range(width, len(line), width)) if len(line) > width else [line]


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


FRAME = """<!DOCTYPE html><meta charset="utf-8"><style>:root {{ color-scheme: {scheme} }} body {{ margin: 0 }}
 iframe {{ border: 0; display: block; width: {width}px;
 height: {height}px; color-scheme: {scheme} }}</style><iframe srcdoc="{page}"></iframe>
<script>onload = () => {{ document.title = document.querySelector("iframe").contentDocument.documentElement.scrollHeight; }}</script>
"""


def photographed(browser: str, page: str, target: Path, width: int, scheme: str) -> None:
    """The whole page as PNG, in a frame of this width that prefers this scheme of colours."""
    with tempfile.TemporaryDirectory() as scratch:
        argv = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={scratch}/profile",
        ]
        frame = Path(scratch, "frame.html")
        size = {"width": width, "scheme": scheme, "page": html.escape(page)}
        frame.write_text(FRAME.format(height=100, **size), encoding="utf-8")
        shown = subprocess.run(
            [*argv, "--dump-dom", frame.as_uri()], capture_output=True, text=True, timeout=120, check=True
        )
        title = re.search(r"<title>(\d+)</title>", shown.stdout)
        assert title is not None, shown.stdout[-500:] + shown.stderr[-500:]
        height = int(title[1])
        frame.write_text(FRAME.format(height=height, **size), encoding="utf-8")
        window = f"--window-size={width},{height}"
        subprocess.run(
            [*argv, window, f"--screenshot={target}", frame.as_uri()], capture_output=True, timeout=120, check=True
        )


def patients(names: list[str], scratch: Path) -> Iterator[tuple[str, Sick, Path]]:
    """Each patient, made: its name, how it is examined and the home that it lies in."""
    template = make_venv(sys.executable, scratch / "template", *PACKAGES)
    for name in names:
        home = scratch / name / "ada"
        folder = home / "fit"
        yield name, SHOWN[name](copy_patient(template, folder / ".venv"), folder), home


def command_of(sick: Sick) -> str:
    return " ".join(("envdoctor check", *sick.words))


def keep(name: str, sick: Sick, home: Path, folder: Path, browser: str | None) -> None:
    """What the documentation shows of one patient."""
    page = home / "report.html"
    said = examined(sick, home, "--color", "always", "-o", f"html={page}")
    drawn = terminal(name, said, command_of(sick))
    assert len(drawn.encode()) <= LARGEST, f"{name}: {len(drawn.encode())} bytes"
    write(folder / f"{name}.svg", drawn)
    for of, kind in KEPT_PAGES if browser else ():
        if of == name:
            (width, scheme) = next((width, scheme) for called, width, scheme in PAGES if called == kind)
            photographed(browser or "", page.read_text("utf-8"), folder / f"{name}-{kind}.png", width, scheme)


def screens(name: str, sick: Sick, home: Path, folder: Path, browser: str | None) -> None:
    """Every screen and every page of one patient."""
    for width, height in SCREENS:
        said = examined(sick, home, "--color", "always", width=width)
        write(folder / f"{name}-{width}x{height}.svg", terminal(name, said, command_of(sick), width, height))
    plain = examined(sick, home, environ={"NO_COLOR": "1"})
    write(folder / f"{name}-no-color.svg", terminal(name, plain, command_of(sick)))
    ascii_only = examined(
        sick, home, environ={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    )
    write(folder / f"{name}-ascii.svg", terminal(name, ascii_only, command_of(sick)))
    if browser:
        page = examined(sick, home, "--format", "html")
        write(folder / f"{name}.html", page)
        for kind, width, scheme in PAGES:
            photographed(browser, page, folder / f"{name}-{kind}.png", width, scheme)
        for drawing in folder.glob(f"{name}-*.svg"):
            text = drawing.read_text("utf-8")
            width = int(float(text.partition('viewBox="0 0 ')[2].split()[0]))
            photographed(browser, text, drawing.with_suffix(".png"), width, "light")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=SHOWN, action="append", help="this patient alone")
    parser.add_argument("--screens", type=Path, metavar="FOLDER", help="all sizes, into a folder of your own")
    options = parser.parse_args()
    folder = options.screens or KEPT
    folder.mkdir(parents=True, exist_ok=True)
    browser = chromium()
    if browser is None:
        print("No Chromium: the pages are left as they are.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="pictures-") as scratch:
        for name, sick, home in patients(options.only or list(SHOWN), Path(scratch)):
            (screens if options.screens else keep)(name, sick, home, folder.resolve(), browser)
            print(name)
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    run([sys.executable, "--version"])
    sys.exit(main())
