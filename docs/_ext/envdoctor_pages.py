"""Pages that are written from the code and its data: a rule each, a symptom each, the commands, the schemas.

They lie in ``rules``, ``symptoms`` and ``reference/generated`` below the documentation's folder and are not kept.
"""

import contextlib
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

from envdoctor.cli import app as cli
from envdoctor.cli.head_start import HeadStart
from envdoctor.cli.pages import listing, page
from envdoctor.engine.plugins import CheckSet, built_in
from envdoctor.facts import schema as schemas
from envdoctor.probe.choose import Surroundings
from envdoctor.report.formats.explanation import BLAMELESS
from envdoctor.report.why.symptoms import Symptom, symptoms

RECORDINGS = Path(__file__).parent.parent.parent / "tests" / "recordings"
TOPICS = {
    "loaders": "Libraries that do not load",
    "gpu": "GPUs: CUDA, ROCm, PyTorch, TensorFlow, JAX",
    "blas": "Linear algebra, threads, crashes",
    "arrays": "NumPy, SciPy, pandas, Matplotlib",
    "files": "Files, MPI, clusters, libraries of the system",
    "conda": "conda, mamba, pixi",
    "jupyter": "Jupyter, Dask, notebooks",
    "python": "Python itself",
    "installers": "pip, uv, Poetry, compiling",
}
FAMILIES = {
    "BLA": "Linear algebra",
    "CON": "conda",
    "GPU": "GPUs",
    "PKG": "Packages",
    "PY": "Python",
    "REP": "Reproducibility",
    "THR": "Threads",
    "TOL": "Tools: Jupyter, editors",
}
SYSTEMS = {
    "any": "Everywhere",
    "linux": "Linux",
    "macos": "macOS",
    "windows": "Windows",
    "conda": "In a conda environment",
    "debian": "Debian, Ubuntu",
    "fedora": "Fedora, RHEL",
    "arch": "Arch",
    "alpine": "Alpine",
    "suse": "SUSE",
}
MANAGERS = {
    "apt-get": ("Debian, Ubuntu", "sudo apt-get install {}"),
    "dnf": ("Fedora, RHEL", "sudo dnf install {}"),
    "apk": ("Alpine", "sudo apk add {}"),
    "pacman": ("Arch", "sudo pacman -S {}"),
    "zypper": ("openSUSE", "sudo zypper install {}"),
    "brew": ("macOS, with Homebrew", "brew install {}"),
}
FILTER = '<input class="filter" type="search" placeholder="Type words of your error" aria-label="Filter" data-rows="{}">\n'


def setup(app: Any) -> dict[str, Any]:
    app.connect("builder-inited", lambda app: write_all(Path(app.srcdir)))
    app.add_js_file("filter.js")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_all(folder: Path) -> None:
    """All generated pages; a page whose text is as it was stays untouched, so that it is not read again."""
    pages = {**rules(built_in(fleets=True)), **symptom_pages(), **reference(), "_generated_example.md": example()}
    for kind in ("rules", "symptoms", "reference/generated"):
        for old in (folder / kind).glob("*.md"):
            if f"{kind}/{old.name}" not in pages:
                old.unlink()
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&!])", r"\\\1", text)


def linked(text: str) -> str:
    """Markdown whose bare addresses are links."""
    return re.sub(r"(?<![(<\"`\w])(https?://[^\s<>()`]+[^\s<>()`.,;:])", r"<\1>", text)


def fence(text: str, language: str = "text") -> str:
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}\n"


# --- rules ---


def said(*words: str) -> str:
    """What the command line prints, as on a terminal of 100 columns without colour."""
    around = Surroundings()
    around.home, around.environ = "/home/ada", {"COLUMNS": "100", "LANG": "C.UTF-8", "HOME": "/home/ada"}
    out, aside = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(aside):
        cli.run([*words], HeadStart([], around))
        out.flush()
    return re.sub(r"(?m) · \d+\.\d+ s(?= · |$)", "", out.buffer.getvalue().decode())  # the seconds differ


def examples() -> dict[str, tuple[str, str]]:
    """For each rule that fires in a recorded environment: the recording's name and the report, of that rule alone."""
    found: dict[str, tuple[str, str]] = {}
    for recording in sorted(RECORDINGS.glob("*.json")):
        document = json.loads(said("check", "--facts", str(recording), "--format", "json", "--fail-on", "never"))
        for finding in document["findings"]:
            code = finding["code"]
            if code not in found and finding["severity"] != "info":
                text = said("check", "--facts", str(recording), "--select", code, "--color", "never")
                found[code] = (recording.stem.replace("-", " "), text)
    return found


def example() -> str:
    """The report of one recorded environment."""
    words = ("check", "--facts", str(RECORDINGS / "conda-base-in-trouble.json"), "--select", "CON007", "--color", "never")
    return fence(said(*words))


def rules(check_set: CheckSet) -> dict[str, str]:
    rows = listing(check_set)
    shown = examples()
    seen = {row["code"]: row for row in rows}
    explains: dict[str, list[Symptom]] = {}
    for symptom in symptoms():
        for code in symptom.codes:
            explains.setdefault(code, []).append(symptom)
    pages = {}
    for code in seen:
        text = page(check_set, code).rpartition("\n\nThe rule: ")[0]
        if code in shown:
            name, report = shown[code]
            text += f"\n\n## Example\n\nA recorded environment ({name}):\n\n{fence(report)}"
        particular = [symptom for symptom in explains.get(code, ()) if not symptom.general][:12]
        if particular:
            text += "\n\n## Errors that it can explain\n\n"
            text += "".join(f"- [{escaped(short(row.title))}](../symptoms/{row.name}.md)\n" for row in particular)
        text = re.sub(r"\]\((?:\.\./)+docs/", "](../", text)
        pages[f"rules/{code}.md"] = linked(text) + "\n"
    table = ["| code | rule | severity | guide |", "|---|---|---|---|"]
    table += [
        f"| [{row['code']}]({row['code']}.md) | {row['name']} | {row['severity']} | {row['guide'] or '–'} |" for row in rows
    ]
    families = "".join(f"- **{prefix}** {words}\n" for prefix, words in FAMILIES.items())
    pages["rules/index.md"] = (
        f"# Rules\n\n{len(rows)} faults that envdoctor looks for. `envdoctor explain CODE` shows the same pages in a terminal.\n\n{families}\n"
        f"{FILTER.format('table tbody tr').replace('of your error', 'such as conda, error, threads')}\n" + "\n".join(table) + "\n\n" + toctree(seen)
    )
    return pages


def toctree(names: Any) -> str:
    return "```{toctree}\n:hidden:\n:maxdepth: 1\n\n" + "\n".join(names) + "\n```\n"


# --- symptoms ---


def short(title: str) -> str:
    return title if len(title) <= 110 else f"{title[:109].rstrip()}…"


def symptom_pages() -> dict[str, str]:
    pages = {}
    index = [f"# Symptoms\n\n{len(symptoms())} errors as people meet them, what they mean and what to do. `envdoctor why` looks at your environment as well:\n"]
    index += ['```sh\nenvdoctor why "ImportError: libGL.so.1: cannot open shared object file"\n```\n', FILTER.format("article section li")]
    for topic, words in TOPICS.items():
        rows = [row for row in symptoms() if row.topic == topic]
        index.append(f"## {words}\n")
        index.append("\n".join(f"- [{escaped(short(row.title))}]({row.name}.md)" for row in rows) + "\n")
        pages |= {f"symptoms/{row.name}.md": symptom_page(row) for row in rows}
    pages["symptoms/index.md"] = "\n".join(index) + "\n" + toctree(row.name for row in symptoms())
    return pages


def symptom_page(row: Symptom) -> str:
    parts = [f"# {escaped(short(row.title))}\n", fence(row.example), f"## What it means\n\n{row.means}\n"]
    if row.kind in BLAMELESS:
        parts.append(f"{BLAMELESS[row.kind]}\n")
    parts.append("## What to do\n")
    todo = []
    if row.install:
        todo.append("Install it: `python -m pip install " + " ".join(row.install) + "`")
    for manager, packages in row.system.items():
        system, command = MANAGERS[manager]
        todo.append(f"{system}: `{command.format(' '.join(packages))}`")
    todo += [f"{SYSTEMS[key]}: {words}" for key, words in row.cure.items()]
    if not todo:
        todo.append("Look up which package brings the module that the line names; a module's name is not always the package's. `envdoctor why` knows hundreds of them.")
    parts.append("\n".join(f"- {words}" for words in todo) + "\n")
    if row.codes:
        parts.append("## What envdoctor looks for\n\n`envdoctor why` examines your environment for the causes that it can prove:\n")
        known = {item["code"]: item["name"] for item in listing(built_in(fleets=True))}
        parts.append("\n".join(f"- [{code} {known[code]}](../rules/{code}.md)" for code in row.codes) + "\n")
    parts.append(f"## Source\n\n<{row.source}>\n")
    return "\n".join(parts)


# --- reference ---


def reference() -> dict[str, str]:
    commands = re.findall(r"^  ([a-z][a-z-]+)  ", said("--help").partition("Commands:")[2], re.MULTILINE)
    text = ["# Commands\n", fence(said("--help"))]
    text += [f"## envdoctor {name}\n\n{fence(said(name, '--help'))}" for name in commands]
    parts = [("The report", schemas.report()), ("An explanation (why)", schemas.why()), ("Many machines (fleet)", schemas.fleet())]
    schema = ["# JSON Schema\n\nWhat `envdoctor schema` prints.\n"]
    schema += [f"## {title}\n\n{fence(json.dumps(document, indent=1), 'json')}" for title, document in parts]
    return {"reference/generated/commands.md": "\n".join(text), "reference/generated/schema.md": "\n".join(schema)}


def forget(folder: Path) -> None:
    """Take the generated pages away."""
    for kind in ("rules", "symptoms", "reference/generated"):
        shutil.rmtree(folder / kind, ignore_errors=True)
