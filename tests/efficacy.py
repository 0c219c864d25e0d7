"""Do the fixes cure? Real faults in real environments, the JSON's own steps run as they stand, and a second look.

``python -m tests.efficacy`` runs every case and writes ``docs/fix-efficacy.md``.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from tests.support.patients import (
    Patient,
    add_distribution,
    clean_environ,
    copy_patient,
    patient_at,
    relocate,
    run,
    write,
)

DOCUMENT = Path(__file__).parent.parent / "docs" / "fix-efficacy.md"
UV = [sys.executable, "-m", "uv"]
# PyPI by its simple index: its JSON one is not everywhere to be had.
SIMPLE = '[[tool.poetry.source]]\nname = "simple"\nurl = "https://pypi.org/simple/"\npriority = "primary"\n'
REQUESTS = "requests==2.32.3"  # wants idna and certifi>=2017.4.17


@dataclass
class Sick:
    """A patient with one fault: what ``--python`` names, the start-up environment and the working directory."""

    python: Path
    environ: dict[str, str]
    cwd: Path


@dataclass(frozen=True)
class Case:
    """One fault. ``which`` is the fix that is tried (0: the first); ``joined``: the plan's, which settles several."""

    code: str
    fault: str
    made_by: str
    build: Callable[[Path], Sick]
    which: int = 0
    joined: bool = False

    @property
    def name(self) -> str:
        return f"{self.code} {self.fault} ({self.made_by})"


@dataclass
class Outcome:
    """What happened: the finding, the fix, the commands that ran, what was left and what was new afterwards."""

    applicability: str
    title: str
    commands: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    failed: str = ""
    tried: bool = False

    @property
    def cured(self) -> bool:
        return not self.left and not self.new and not self.failed


def check(sick: Sick, *args: str) -> dict[str, Any]:
    argv = [sys.executable, "-I", "-m", "envdoctor", "check", "--python", str(sick.python), "--format", "json", *args]
    done = subprocess.run(argv, env=sick.environ, cwd=sick.cwd, capture_output=True, text=True, check=False)
    document = json.loads(done.stdout or "{}")
    assert isinstance(document, dict) and "findings" in document, done.stderr
    return document


def harmful(document: dict[str, Any]) -> set[str]:
    return {f"{item['code']} {item['subject']}" for item in document["findings"] if item["severity"] != "info"}


def treat(case: Case, sick: Sick) -> Outcome:
    """Run the steps of the fix exactly as the JSON has them, then look again."""
    before = check(sick, "--fix")
    found = [item for item in before["findings"] if item["code"] == case.code]
    assert found, f"{case.name}: not found\n{harmful(before)}"
    fix = (
        next(entry for entry in before["plan"] if case.code in entry["codes"])
        if case.joined
        else found[0]["fixes"][case.which]
    )
    marks = {item["fingerprint"] for item in (found if case.joined else found[:1])}
    outcome = Outcome(fix["applicability"], fix["title"])
    environ = dict(sick.environ)
    outcome.tried = any("edit" not in step for step in fix["steps"])
    for step in fix["steps"]:
        if "argv" in step:
            outcome.commands.append(" ".join(step["argv"]))
            done = subprocess.run(
                step["argv"],
                env=environ,
                cwd=sick.cwd,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                outcome.failed = (done.stderr or done.stdout).strip()[-800:]
                return outcome
        elif "setenv" in step:
            environ.update(step["setenv"])
        elif "unsetenv" in step:
            for name in step["unsetenv"]:
                environ.pop(name, None)
    patient = fix["verify"]["argv"][3]
    after = check(Sick(Path(sick.cwd, patient), environ, sick.cwd))
    outcome.left = [item["title"] for item in after["findings"] if item["fingerprint"] in marks]
    outcome.new = sorted(harmful(after) - harmful(before))
    return outcome


# --- patients ---


@cache
def _tools() -> str:
    """A folder with nothing but uv, for PATH."""
    folder = Path(tempfile.mkdtemp(prefix="tools-"))
    (folder / "uv").symlink_to(find_uv_bin())
    return str(folder)


@cache
def _program(name: str) -> str:
    """The folder of a program from PyPI."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    run([*UV, "venv", "--quiet", "--python", sys.executable, str(folder / "env")])
    run([*UV, "pip", "install", "--quiet", "--python", str(folder / "env"), name])
    (folder / "bin").mkdir()
    (folder / "bin" / name).symlink_to(folder / "env" / "bin" / name)
    return str(folder / "bin")


def surroundings(tmp: Path, *folders: str, **extra: str | None) -> dict[str, str]:
    """A home of its own; uv's cache stays, so that nothing is downloaded twice."""
    (tmp / "home").mkdir(exist_ok=True)
    path = os.pathsep.join([*folders, _tools(), str(Path(sys.executable).resolve().parent), "/usr/bin", "/bin"])
    cache_folder = os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv")
    pip_cache = str(Path.home() / ".cache" / "pip")
    return clean_environ(
        HOME=str(tmp / "home"),
        PATH=path,
        UV_CACHE_DIR=cache_folder,
        PIP_CACHE_DIR=pip_cache,
        UV_LINK_MODE="copy",
        **extra,
    )


@cache
def _template(kind: str, *requirements: str) -> Patient:
    folder = Path(tempfile.mkdtemp(prefix="template-")) / "env"
    if kind == "venv":
        run([sys.executable, "-I", "-m", "venv", str(folder)])
    else:
        run([*UV, "venv", "--quiet", "--python", sys.executable, str(folder)])
    if requirements:
        run([*UV, "pip", "install", "--quiet", "--python", str(folder), *requirements])
    return patient_at(folder)


def sick(tmp: Path, kind: str, *requirements: str, **extra: str | None) -> tuple[Patient, Sick]:
    patient = copy_patient(_template(kind, *requirements), tmp / "env")
    (tmp / "cwd").mkdir()
    return patient, Sick(patient.prefix, surroundings(tmp, **extra), tmp / "cwd")


def without_a_requirement(kind: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        patient, ill = sick(tmp, kind, REQUESTS)
        run([*UV, "pip", "uninstall", "--quiet", "--python", str(patient.prefix), "idna"])
        return ill

    return build


def with_an_old_requirement(kind: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        patient, ill = sick(tmp, kind, REQUESTS)
        run([*UV, "pip", "install", "--quiet", "--python", str(patient.prefix), "--no-deps", "certifi==2016.2.28"])
        return ill

    return build


def without_several(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv", REQUESTS)
    run([*UV, "pip", "uninstall", "--quiet", "--python", str(patient.prefix), "idna", "certifi"])
    add_distribution(patient.site, "made-up-user", requires=["idna>=3", "colorama"])
    return ill


def with_two_demands(tmp: Path) -> Sick:
    """requests 2.25.1 wants idna<3, yarl idna>=2.0, and idna 3.10 is there: the cure has to keep to both."""
    patient, ill = sick(tmp, "uv-venv")
    uv = [*UV, "pip", "install", "--quiet", "--python", str(patient.prefix)]
    run([*uv, "requests==2.25.1"])  # idna<3
    run([*uv, "--no-deps", "idna==3.10", "yarl==1.20.0", "multidict", "propcache"])  # yarl: idna>=2.0
    return ill


def in_a_uv_project(tmp: Path) -> Sick:
    project, environ = tmp / "project", surroundings(tmp)
    project.mkdir()
    version = "{}.{}".format(*sys.version_info[:2])
    write(
        project / "pyproject.toml",
        f'[project]\nname = "made-up"\nversion = "1"\nrequires-python = ">={version}"\ndependencies = ["{REQUESTS}"]\n',
    )
    uv = shutil.which("uv", path=environ["PATH"]) or "uv"
    for argv in (["sync", "--quiet", "--python", sys.executable], ["pip", "uninstall", "--quiet", "idna"]):
        subprocess.run([uv, *argv], cwd=project, env=environ, check=True, capture_output=True)
    return Sick(project / ".venv", environ, project)


def in_a_poetry_project(tmp: Path) -> Sick:
    environ = surroundings(tmp, _program("poetry"), POETRY_VIRTUALENVS_IN_PROJECT="true")
    project = tmp / "project"
    project.mkdir()
    version = "{}.{}".format(*sys.version_info[:2])
    text = f'[project]\nname = "made-up"\nversion = "1"\nrequires-python = ">={version},<4"\n'
    text += f'dependencies = ["{REQUESTS}"]\n'
    write(project / "pyproject.toml", text + "[tool.poetry]\npackage-mode = false\n" + SIMPLE)
    subprocess.run(
        ["poetry", "install", "--quiet", "--no-interaction"], cwd=project, env=environ, check=True, capture_output=True
    )
    run([*UV, "pip", "uninstall", "--quiet", "--python", str(project / ".venv"), "idna"])
    return Sick(project / ".venv", environ, project)


def in_a_pipx_application(tmp: Path) -> Sick:
    home = tmp / "pipx"
    environ = surroundings(tmp, _program("pipx"), PIPX_HOME=str(home), PIPX_BIN_DIR=str(tmp / "bin"))
    subprocess.run(
        ["pipx", "install", "--quiet", "--python", sys.executable, "markdown-it-py"],
        env=environ,
        check=True,
        capture_output=True,
    )
    prefix = home / "venvs" / "markdown-it-py"
    run([*UV, "pip", "uninstall", "--quiet", "--python", str(prefix), "mdurl"])
    (tmp / "cwd").mkdir()
    return Sick(prefix, environ, tmp / "cwd")


def with_a_broken_numpy(kind: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        patient, ill = sick(tmp, kind, "numpy")
        for library in (patient.site / "numpy.libs").glob("libscipy_openblas*"):
            library.unlink()
        return ill

    return build


def with_variables(*requirements: str, **variables: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        return sick(tmp, "uv-venv", *requirements, **variables)[1]

    return build


def whose_base_is_gone(kind: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        python = relocate(sys.executable, tmp / "base")
        maker = (
            [str(python), "-I", "-m", "venv", "--without-pip"]
            if kind == "venv"
            else [*UV, "venv", "--quiet", "--python", str(python)]
        )
        run([*maker, str(tmp / "env")])
        run([*UV, "pip", "install", "--quiet", "--python", str(tmp / "env"), "six"])
        shutil.rmtree(tmp / "base")
        (tmp / "cwd").mkdir()
        return Sick(tmp / "env", surroundings(tmp), tmp / "cwd")

    return build


def that_lost_its_configuration(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "venv", "idna")
    (patient.prefix / "pyvenv.cfg").unlink()
    return ill


def that_was_moved(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "venv")
    patient.prefix.rename(tmp / "elsewhere")
    return Sick(tmp / "elsewhere", ill.environ, ill.cwd)


def that_a_pythonpath_brings_the_wrong_version(tmp: Path) -> Sick:
    add_distribution(tmp / "lib" / "site-packages", "certifi", "2016.2.28")
    return sick(tmp, "uv-venv", REQUESTS, PYTHONPATH=str(tmp / "lib" / "site-packages"))[1]


def that_lacks_what_its_project_lists(tmp: Path) -> Sick:
    _, ill = sick(tmp, "uv-venv")
    write(ill.cwd / "requirements.txt", "idna>=3\n")
    return ill


def that_a_pythonpath_stops(tmp: Path) -> Sick:
    write(tmp / "elsewhere" / "sitecustomize.py", "raise SystemExit(0)\n")
    return sick(tmp, "uv-venv", PYTHONPATH=str(tmp / "elsewhere"))[1]


def that_a_file_here_shadows(tmp: Path) -> Sick:
    ill = sick(tmp, "uv-venv", "numpy")[1]
    write(ill.cwd / "numpy.py", "# mine\n")
    return ill


def with_two_environments_active(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv")
    other = copy_patient(_template("uv-venv"), tmp / "other")
    ill.environ |= {"VIRTUAL_ENV": str(patient.prefix), "PATH": f"{other.prefix}/bin:{ill.environ['PATH']}"}
    return ill


def with_two_versions(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv", "idna==3.10")
    old = patient.site / "idna-3.4.dist-info"
    shutil.copytree(patient.site / "idna-3.10.dist-info", old)
    write(old / "METADATA", "Metadata-Version: 2.1\nName: idna\nVersion: 3.4\n")
    write(old / "RECORD", (old / "RECORD").read_text().replace("idna-3.10.dist-info", old.name))
    return ill


def with_files_gone(kind: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        patient, ill = sick(tmp, kind, "idna==3.10")
        (patient.site / "idna" / "__init__.py").unlink()
        return ill

    return build


def with_leftovers(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "venv", "idna==3.10")
    write(patient.site / "~dna" / "__init__.py", "")
    return ill


def with_metadata_gone(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv", "idna==3.10")
    (patient.site / "idna-3.10.dist-info" / "METADATA").unlink()
    return ill


CASES = [
    Case("PKG001", "a requirement is missing", "venv", without_a_requirement("venv")),
    Case("PKG001", "a requirement is too old", "venv", with_an_old_requirement("venv")),
    Case("PKG001", "a requirement is missing", "uv venv", without_a_requirement("uv-venv")),
    Case("PKG001", "a requirement is too old", "uv venv", with_an_old_requirement("uv-venv")),
    Case("PKG001", "several are missing, one call", "uv venv", without_several, joined=True),
    Case("PKG001", "two demands on one distribution", "uv venv", with_two_demands),
    Case("PKG001", "a requirement is missing", "uv project", in_a_uv_project),
    Case("PKG001", "a requirement is missing", "Poetry project", in_a_poetry_project),
    Case("PKG001", "a requirement is missing", "pipx", in_a_pipx_application),
    Case("PKG002", "two versions of one name", "uv venv", with_two_versions),
    Case("PKG003", "METADATA is gone", "uv venv", with_metadata_gone),
    Case("PKG004", "files are gone", "venv", with_files_gone("venv")),
    Case("PKG004", "files are gone", "uv venv", with_files_gone("uv-venv")),
    Case("PKG005", "an interrupted install", "venv", with_leftovers),
    Case("BLA007", "NumPy's OpenBLAS is gone", "venv", with_a_broken_numpy("venv")),
    Case("BLA007", "NumPy's OpenBLAS is gone", "uv venv", with_a_broken_numpy("uv-venv")),
    Case("BLA004", "kernels of another processor", "uv venv", with_variables("numpy", OPENBLAS_CORETYPE="Nehalem")),
    Case("BLA010", "the OpenMP error is silenced", "uv venv", with_variables("numpy", KMP_DUPLICATE_LIB_OK="TRUE")),
    Case("THR003", "threads are capped", "uv venv", with_variables("numpy", OMP_NUM_THREADS="1")),
    Case("THR004", "a variable of another vendor", "uv venv", with_variables("numpy", MKL_NUM_THREADS="1")),
    Case("THR005", "a variable is no number", "uv venv", with_variables("numpy", OPENBLAS_NUM_THREADS="abc")),
    Case(
        "THR005",
        "a variable is no number, unset",
        "uv venv",
        with_variables("numpy", OPENBLAS_NUM_THREADS="abc"),
        which=1,
    ),
    Case("PY008", "the base is gone", "venv", whose_base_is_gone("venv")),
    Case("PY008", "the base is gone", "uv venv", whose_base_is_gone("uv-venv")),
    Case("PY008", "pyvenv.cfg is gone", "venv", that_lost_its_configuration),
    Case("PY011", "it was moved", "venv", that_was_moved),
    Case("PKG001", "PYTHONPATH brings another version", "uv venv", that_a_pythonpath_brings_the_wrong_version),
    Case("REP002", "the project lists more", "uv venv", that_lacks_what_its_project_lists),
    Case("PY013", "PYTHONPATH stops it", "uv venv", that_a_pythonpath_stops),
    Case("PY014", "a file here hides NumPy", "uv venv", that_a_file_here_shadows),
    Case("PY005", "another Python answers", "uv venv", with_two_environments_active),
]

# Fixes that cannot be run on any machine a test may change, each with the reason.
NOT_RUN = [
    (
        "BLA003",
        "Debian",
        "`apt-get install libopenblas0` changes the whole computer; the recording debian-12 shows the finding",
    ),
    ("CON004", "all", "a fact; there is nothing to do"),
    (
        "CON005, CON006",
        "base",
        "an environment beside base leaves base as it is; taking packages out of it is run above",
    ),
    (
        "CON010, CON014",
        "conda",
        "other versions of conda than the one on PyPI; the command lines are tested word by word",
    ),
    ("CON011", "conda", "the file is mended by hand"),
    ("CON022, CON023", "all", "in words: another person's environment, another person's token"),
    ("CON001 to CON021", "mamba, micromamba", "on no index; the command lines are tested word by word"),
    ("all", "pixi", "pixi is not on PyPI; the command lines are tested word by word"),
    (
        "GPU001 to GPU011",
        "venv, conda",
        "the builds are gigabytes, and most need the GPU; the command lines are tested word by word",
    ),
    (
        "REP001, REP005",
        "all",
        "in a container, such as these tests run in, they do not apply; for conda what they write makes the environment "
        "again (`tests/real/test_conda_rebuild.py`)",
    ),
    ("REP003, REP004", "all", "by hand, or the lock of the tool at hand; the command lines are tested word by word"),
    ("PY001", "uv venv", "uv downloads another Python from GitHub"),
    ("all", "Windows, macOS, Homebrew", "other systems; the command lines are tested word by word"),
]


def document(rows: Sequence[tuple[Case, Outcome]]) -> str:
    lines = [
        "# Do the fixes cure?",
        "",
        "Each row is a real fault in a real environment. The steps of the JSON report were run exactly as they",
        "stand, and the environment was examined again: cured means that the finding is gone and that no new error",
        "or warning has come.",
        "Made by `python -m tests.efficacy`; the same cases are tests (`tests/real/test_fixes.py`).",
        "",
        "| rule | fault | environment | fix | applicability | cured |",
        "|---|---|---|---|---|---|",
    ]
    for case, outcome in rows:
        cured = "by hand" if not outcome.tried else "yes" if outcome.cured else "**no**"
        title = outcome.title.replace("|", "\\|")
        title = re.sub(rf"{re.escape(tempfile.gettempdir())}/efficacy-[^/]+", "…", title)
        lines.append(f"| {case.code} | {case.fault} | {case.made_by} | {title} | {outcome.applicability} | {cured} |")
    lines += ["", "## Not run", "", "| rule | environment | why |", "|---|---|---|"]
    lines += [f"| {code} | {made_by} | {why} |" for code, made_by, why in NOT_RUN]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run all cases, or those whose codes begin with a word given: the other rows of the document stay as they are."""
    from tests.efficacy_conda import run_all

    words = tuple(sys.argv[1:])
    rows = []
    for case in CASES:
        if not words or case.code.startswith(words):
            with tempfile.TemporaryDirectory(prefix="efficacy-") as folder:
                rows.append((case, treat(case, case.build(Path(folder)))))
            print(f"{case.name}: {rows[-1][1]}", flush=True)
    rows += run_all(words)
    DOCUMENT.parent.mkdir(exist_ok=True)
    text = document(rows)
    if words and DOCUMENT.exists():
        text = _joined(DOCUMENT.read_text(encoding="utf-8"), text)
    DOCUMENT.write_text(text, encoding="utf-8")
    return int(not all(outcome.cured or not outcome.tried for _, outcome in rows))


def _joined(old: str, new: str) -> str:
    """The ``new`` document with those rows of the ``old`` one that are of other codes, in the order of the cases."""
    head, mark, rest = new.partition("|---|---|---|---|---|---|\n")
    rows, blank, end = rest.partition("\n\n")
    codes = {line.split(" | ")[0] for line in rows.splitlines()}
    kept = old.partition(mark)[2].partition("\n\n")[0].splitlines()
    kept = [line for line in kept if line.split(" | ")[0] not in codes]
    return head + mark + "\n".join([*kept, *rows.splitlines()]) + blank + end


if __name__ == "__main__":
    sys.exit(main())
