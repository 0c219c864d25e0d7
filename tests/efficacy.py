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
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from envdoctor.engine.plugins import built_in
from tests.support.compiler import KERNEL, shared_library
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
    """A patient with one fault: what ``--python`` names, the start-up environment and the working directory.

    ``before`` begins each command line (a namespace, a limit), ``options`` are more words for `check`.
    """

    python: Path
    environ: dict[str, str]
    cwd: Path
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One fault. ``which`` is the fix that is tried (0: the first); ``joined``: the plan's, which settles several.

    ``slow``: not in every run of the tests.
    """

    code: str
    fault: str
    made_by: str
    build: Callable[[Path], Sick]
    which: int = 0
    joined: bool = False
    slow: bool = False

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
    words = ["check", "--python", str(sick.python), "--format", "json", *sick.options, *args]
    argv = [*sick.before, sys.executable, "-I", "-m", "envdoctor", *words]
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
                [*sick.before, *step["argv"]],
                env=environ,
                cwd=sick.cwd,
                input="y\n",  # apt-get asks
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
    patient = fix["verify"]["argv"][3] if fix["verify"] else sick.python
    after = check(Sick(Path(sick.cwd, patient), environ, sick.cwd, sick.before, sick.options))
    outcome.left = [item["title"] for item in after["findings"] if item["fingerprint"] in marks]
    outcome.new = sorted(harmful(after) - harmful(before))
    return outcome


def treated(case: Case, folder: Path) -> Outcome:
    """What the fix of a case does, built in a folder of its own; of a computer of its own nothing is left."""
    ill = case.build(folder)
    try:
        return treat(case, ill)
    finally:
        if ill.before[:2] == ("unshare", "-m"):
            shutil.rmtree(ill.before[-2])


# --- patients ---


@cache
def _tools() -> str:
    """A folder with nothing but uv, for PATH."""
    folder = Path(tempfile.mkdtemp(prefix="tools-"))
    (folder / "uv").symlink_to(find_uv_bin())
    return str(folder)


@cache
def _program(name: str, *more: str) -> str:
    """The folder of a program from PyPI; of ``more`` distributions in the same environment all their programs."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    run([*UV, "venv", "--quiet", "--python", sys.executable, str(folder / "env")])
    run([*UV, "pip", "install", "--quiet", "--python", str(folder / "env"), name, *more])
    if more:
        return str(folder / "env" / "bin")
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


def in_a_uv_project(tmp: Path, requirement: str = REQUESTS, gone: tuple[str, ...] = ("idna",)) -> Sick:
    project, environ = tmp / "project", surroundings(tmp)
    project.mkdir()
    version = "{}.{}".format(*sys.version_info[:2])
    write(
        project / "pyproject.toml",
        f'[project]\nname = "made-up"\nversion = "1"\nrequires-python = ">={version}"\ndependencies = ["{requirement}"]\n',
    )
    uv = shutil.which("uv", path=environ["PATH"]) or "uv"
    for argv in (
        ["sync", "--quiet", "--python", sys.executable],
        *(["pip", "uninstall", "--quiet", it] for it in gone),
    ):
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


def with_mkl_beside(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv", "numpy")
    add_distribution(patient.site, "mkl", "2025.0.0")
    return ill


def with_a_lower_precision(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv", ONEDNN_DEFAULT_FPMATH_MODE="bf16")
    add_distribution(patient.site, "onednn", "2025.0.0")
    return ill


def that_a_pythonpath_shadows(tmp: Path) -> Sick:
    add_distribution(tmp / "lib" / "site-packages", "idna", "3.4")
    return sick(tmp, "uv-venv", "idna==3.10", PYTHONPATH=str(tmp / "lib" / "site-packages"))[1]


def built_for_numpy_1(tmp: Path) -> Sick:
    return sick(tmp, "uv-venv", "numpy>=2", "bottleneck==1.3.7")[1]


def with_two_of_one_module(tmp: Path) -> Sick:
    """PyPI's jwt and PyJWT both bring the package jwt."""
    return sick(tmp, "uv-venv", "jwt", "PyJWT")[1]


def built_for_another_python(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv", "numpy")
    older = ["--python-version", "3.10", "--no-deps", "bottleneck"]
    run([*UV, "pip", "install", "--quiet", "--python", str(patient.prefix), *older])
    return ill


def without_its_folder(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv", "idna")
    shutil.rmtree(patient.site)
    return ill


def whose_pip_is_anothers(tmp: Path) -> Sick:
    """A venv without pip is active, and a pip stands behind it on PATH."""
    other = copy_patient(_template("venv"), tmp / "other")
    run([sys.executable, "-I", "-m", "venv", "--without-pip", str(tmp / "env")])
    (tmp / "cwd").mkdir()
    environ = surroundings(tmp, str(tmp / "env" / "bin"), str(other.prefix / "bin"), VIRTUAL_ENV=str(tmp / "env"))
    return Sick(tmp / "env", environ, tmp / "cwd")


def with_an_environment_that_is_gone(tmp: Path) -> Sick:
    return sick(tmp, "uv-venv", VIRTUAL_ENV=str(tmp / "gone"))[1]


def with_a_variable(name: str, gone: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        return sick(tmp, "uv-venv", "numpy", **{name: str(tmp / gone)})[1]

    return build


def with_pythons_home_set(tmp: Path) -> Sick:
    return sick(tmp, "uv-venv", PYTHONHOME=sys.base_prefix)[1]


def with_the_users_packages(tmp: Path) -> Sick:
    run([sys.executable, "-I", "-m", "venv", "--system-site-packages", str(tmp / "env")])
    patient = patient_at(tmp / "env")
    add_distribution(patient.site, "idna", "3.10")
    add_distribution(
        tmp / "home" / ".local" / "lib" / "python{}.{}".format(*sys.version_info[:2]) / "site-packages", "idna", "3.4"
    )
    (tmp / "cwd").mkdir()
    return Sick(patient.prefix, surroundings(tmp), tmp / "cwd")


def beside_a_job(tmp: Path) -> Sick:
    return sick(tmp, "uv-venv", "numpy", SLURM_JOB_ID="1", SLURM_CPUS_PER_TASK="1")[1]


def with_a_faulty_product(fault: str) -> Callable[[Path], Sick]:
    """A kernel in front of NumPy's own that fails unless it has one thread."""

    def build(tmp: Path) -> Sick:
        patient, ill = sick(tmp, "uv-venv", "numpy")
        one = 'if (!getenv("OPENBLAS_NUM_THREADS") || *getenv("OPENBLAS_NUM_THREADS") != 49) '
        made = shared_library(tmp / "kernel.so", code=KERNEL.replace("FAULT", one + fault))
        (real,) = (path for path in (patient.site / "numpy.libs").iterdir() if "openblas64_" in path.name)
        environ = ill.environ | {"LD_PRELOAD": str(made), "REAL_BLAS": str(real)}
        return Sick(ill.python, environ, ill.cwd, (), ("--deep",))

    return build


def in_pytests_workers(tmp: Path) -> Sick:
    return sick(tmp, "uv-venv", "numpy", PYTEST_XDIST_WORKER="gw0", PYTEST_XDIST_WORKER_COUNT="4")[1]


def kernel(folder: Path, name: str, python: Path) -> None:
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = json.dumps({"argv": argv, "display_name": name, "language": "python"})
    write(folder / "share" / "jupyter" / "kernels" / name / "kernel.json", text)


def with_a_kernel_of_nowhere(jupyter: bool) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        folders = (_program("jupyter-core", "jupyter-client"),) if jupyter else ()
        ill = sick(tmp, "uv-venv")[1]
        kernel(tmp / "home" / ".local", "gone", tmp / "gone" / "bin" / "python")
        return Sick(ill.python, surroundings(tmp, *folders), ill.cwd)

    return build


def with_anothers_kernel(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv")
    other = copy_patient(_template("uv-venv"), tmp / "other")
    kernel(patient.prefix, "python3", other.python)
    return ill


def with_anothers_jupyter(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv")
    folders = (str(patient.prefix / "bin"), _program("jupyter-core", "jupyter-client"))
    return Sick(patient.prefix, surroundings(tmp, *folders, VIRTUAL_ENV=str(patient.prefix)), ill.cwd)


def without_ipykernel(tmp: Path) -> Sick:
    patient, ill = sick(tmp, "uv-venv")
    kernel(tmp / "home" / ".local", "mine", patient.python)
    return ill


def without_an_editor(tmp: Path) -> Sick:
    ill = sick(tmp, "uv-venv")[1]
    return Sick(ill.python, ill.environ, ill.cwd, (), ("--level", "beginner"))


def without_a_lock(kind: str) -> Callable[[Path], Sick]:
    def build(tmp: Path) -> Sick:
        if kind != "uv project":
            ill = sick(tmp, kind, "idna")[1]
            write(ill.cwd / "requirements.txt", "idna\n")
            return ill
        ill = in_a_uv_project(tmp, "idna>=3", gone=())
        (ill.cwd / "uv.lock").unlink()
        return ill

    return build


SYSTEM = Path("/usr/bin/python3")
# $1: a folder that keeps what changes; $2: whose contents are the same inside; then the command.
ELSEWHERE = """
set -e
mkdir -p "$1/root" "$1/up" "$1/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
for folder in /proc /sys /dev "$2"; do mkdir -p "$1/root$folder"; mount --rbind "$folder" "$1/root$folder"; done
rm -f "$1/root/.dockerenv"
root=$1/root cwd=$PWD
shift 2
exec /usr/sbin/chroot "$root" sh -c 'cd "$0" && exec "$@"' "$cwd" "$@"
"""


def on_a_computer_of_its_own(tmp: Path) -> tuple[str, ...]:
    """What begins a command line that may change the whole system: the changes are in memory's folder alone.

    A container's mark is taken away there. The overlay keeps what is changed off the disk that it lies over.
    """
    kept = Path(tempfile.mkdtemp(prefix="computer-", dir="/dev/shm"))
    return ("unshare", "-m", "sh", "-c", ELSEWHERE, "elsewhere", str(kept), str(tmp))


def beside_the_systems_packages(tmp: Path) -> Sick:
    home, cwd = tmp / "home", tmp / "cwd"
    cwd.mkdir()
    before = on_a_computer_of_its_own(tmp)
    environ = surroundings(tmp) | {"PATH": "/usr/bin:/bin"}
    pip = [str(SYSTEM), "-m", "pip", "install", "--quiet", "--user", "--break-system-packages", "iniconfig"]
    subprocess.run([*before, *pip], env=environ, cwd=cwd, check=True, capture_output=True)
    assert list(home.glob(".local/lib/python3*/site-packages/iniconfig"))
    return Sick(SYSTEM, environ, cwd, before)


def in_the_systems_python(tmp: Path) -> Sick:
    project = tmp / "project"
    write(project / "requirements.txt", "idna==3.10\n")
    environ = surroundings(tmp) | {"PATH": "/usr/bin:/bin"}
    return Sick(SYSTEM, environ, project, on_a_computer_of_its_own(tmp), ("--project", str(project)))


def with_the_reference_blas(tmp: Path) -> Sick:
    before, environ = on_a_computer_of_its_own(tmp), surroundings(tmp) | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    (tmp / "cwd").mkdir()
    environ["DEBIAN_FRONTEND"] = "noninteractive"
    apt = ["apt-get", "install", "--yes", "--no-install-recommends", "python3-numpy", "libblas3", "liblapack3"]
    for argv in (["apt-get", "update"], apt, ["apt-get", "purge", "--yes", "libopenblas*", "libatlas*", "libblis*"]):
        subprocess.run([*before, *argv], env=environ, cwd=tmp / "cwd", check=argv is not apt, capture_output=True)
    return Sick(SYSTEM, environ, tmp / "cwd", before)


CASES = [
    Case("PKG001", "a requirement is missing", "venv", without_a_requirement("venv"), slow=True),
    Case("PKG001", "a requirement is too old", "venv", with_an_old_requirement("venv"), slow=True),
    Case("PKG001", "a requirement is missing", "uv venv", without_a_requirement("uv-venv")),
    Case("PKG001", "a requirement is too old", "uv venv", with_an_old_requirement("uv-venv")),
    Case("PKG001", "several are missing, one call", "uv venv", without_several, joined=True),
    Case("PKG001", "two demands on one distribution", "uv venv", with_two_demands),
    Case("PKG001", "a requirement is missing", "uv project", in_a_uv_project),
    Case("PKG001", "a requirement is missing", "Poetry project", in_a_poetry_project, slow=True),
    Case("PKG001", "a requirement is missing", "pipx", in_a_pipx_application),
    Case("PKG002", "two versions of one name", "uv venv", with_two_versions),
    Case("PKG003", "METADATA is gone", "uv venv", with_metadata_gone),
    Case("PKG004", "files are gone", "venv", with_files_gone("venv"), slow=True),
    Case("PKG004", "files are gone", "uv venv", with_files_gone("uv-venv")),
    Case("PKG005", "an interrupted install", "venv", with_leftovers),
    Case("BLA007", "NumPy's OpenBLAS is gone", "venv", with_a_broken_numpy("venv"), slow=True),
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
    Case("PY008", "the base is gone", "venv", whose_base_is_gone("venv"), slow=True),
    Case("PY008", "the base is gone", "uv venv", whose_base_is_gone("uv-venv")),
    Case("PY008", "pyvenv.cfg is gone", "venv", that_lost_its_configuration),
    Case("PY011", "it was moved", "venv", that_was_moved),
    Case("PKG001", "PYTHONPATH brings another version", "uv venv", that_a_pythonpath_brings_the_wrong_version),
    Case("REP002", "the project lists more", "uv venv", that_lacks_what_its_project_lists),
    Case("PY013", "PYTHONPATH stops it", "uv venv", that_a_pythonpath_stops),
    Case("PY014", "a file here hides NumPy", "uv venv", that_a_file_here_shadows),
    Case("PY005", "another Python answers", "uv venv", with_two_environments_active),
    *(
        Case(code, fault, made_by, build, which, slow=True)
        for code, fault, made_by, build, which in (
            ("BLA003", "the reference BLAS", "Debian", with_the_reference_blas, 0),
            ("BLA012", "a product crashes with threads", "uv venv", with_a_faulty_product("raise(SIGSEGV);"), 0),
            ("BLA013", "a product is wrong with threads", "uv venv", with_a_faulty_product("c[7] += 1;"), 0),
            ("BLA005", "MKL lies beside NumPy's wheel", "uv venv", with_mkl_beside, 0),
            ("BLA015", "a variable lowers the precision", "uv venv", with_a_lower_precision, 0),
            ("THR008", "OpenMP pins", "uv venv", with_variables("scikit-learn", OMP_PROC_BIND="true"), 0),
            ("PKG006", "PYTHONPATH hides a distribution", "uv venv", that_a_pythonpath_shadows, 0),
            ("PKG007", "built for NumPy 1", "uv venv", built_for_numpy_1, 0),
            ("PKG007", "built for NumPy 1, back to it", "uv venv", built_for_numpy_1, 1),
            ("PKG008", "two bring one module", "uv venv", with_two_of_one_module, 0),
            ("PKG009", "built for Python 3.10", "uv venv", built_for_another_python, 0),
            ("PKG012", "site-packages is gone", "uv venv", without_its_folder, 0),
            ("PY003", "pip's beside the system's", "Debian", beside_the_systems_packages, 0),
            ("PY004", "pip is another Python's", "venv", whose_pip_is_anothers, 0),
            ("PY005", "the active environment is gone", "uv venv", with_an_environment_that_is_gone, 0),
            ("PY006", "PYTHONPATH names a folder that is gone", "uv venv", with_a_variable("PYTHONPATH", "gone"), 0),
            ("PY006", "PYTHONHOME is set", "uv venv", with_pythons_home_set, 0),
            ("PY007", "the user's packages are let in", "venv", with_the_users_packages, 0),
            ("PY018", "a backend that is not there", "uv venv", with_variables("matplotlib", MPLBACKEND="widget"), 0),
            ("PY016", "SSL_CERT_FILE names nothing", "uv venv", with_a_variable("SSL_CERT_FILE", "gone.pem"), 0),
            ("REP004", "no lock", "uv project", without_a_lock("uv project"), 0),
            ("REP004", "no lock", "uv venv", without_a_lock("uv-venv"), 0),
            ("REP004", "no lock", "venv", without_a_lock("venv"), 0),
            ("REP005", "a project in the system's Python", "Debian", in_the_systems_python, 0),
            ("THR001", "more threads than CPUs", "uv venv", beside_a_job, 0),
            ("THR002", "each worker of a test run starts all threads", "uv venv", in_pytests_workers, 0),
            ("TOL001", "a kernel of nowhere", "uv venv", with_a_kernel_of_nowhere(False), 0),
            ("TOL001", "a kernel of nowhere, jupyter is at hand", "uv venv", with_a_kernel_of_nowhere(True), 0),
            ("TOL002", "a kernel of another Python", "uv venv", with_anothers_kernel, 0),
            ("TOL003", "jupyter is another environment's", "uv venv", with_anothers_jupyter, 0),
            ("TOL004", "no editor", "uv venv", without_an_editor, 0),
            ("TOL005", "a kernel without ipykernel", "uv venv", without_ipykernel, 0),
        )
    ),
]

# What is not run, each with the reason. Ranges are written in words: `GPU001 to GPU011`.
WORDS = "in words: a person has to decide or to do it"
COMMANDS = "the command lines are tested word by word"
NOT_RUN = [
    ("BLA001, BLA006, BLA008, CON004, PY009, THR006", "all", "worth knowing; there is nothing to do"),
    ("BLA002", "all", "in words; with --measure a setting that was timed on the machine itself"),
    ("BLA009, BLA011, BLA014, CON011, CON022, CON023", "all", WORDS),
    ("BLA016", "all", "kernels that this processor lacks; another release and another setting are run above"),
    (
        "CON005, CON006",
        "base",
        "an environment beside base leaves base as it is; taking packages out of it is run above",
    ),
    ("CON010, CON014", "conda", f"other versions of conda than the one on PyPI; {COMMANDS}"),
    ("CON001 to CON021", "mamba, micromamba", f"on no index; {COMMANDS}"),
    ("FLT001 to FLT013", "all", "in words, or a setting of machines in a cluster"),
    ("GPU001 to GPU006, GPU009 to GPU011, GPU015", "all", f"builds of gigabytes, most need the GPU; {COMMANDS}"),
    ("GPU007, GPU008, GPU013, GPU014, GPU016", "all", WORDS),
    ("GPU012", "all", "it needs a GPU; unsetting a variable is run above (BLA010, PY006)"),
    ("PKG010, PKG011, PKG013, PY010, PY012, PY017, PY019, PY021, PY022, REP003", "all", WORDS),
    ("PY001, PY002", "all", "it needs a Python whose end has come, and a later one from GitHub"),
    ("PY020", "all", "unsetting a variable is run above (PY006); all else is in words"),
    ("PY015", "pyenv", "it builds Python again"),
    (
        "THR007",
        "all",
        "no program starts where a limit is so tight; setting the variable is run above (THR001, THR002)",
    ),
    ("all", "pixi", f"pixi is not on PyPI; {COMMANDS}"),
    ("all", "Windows, macOS, Homebrew", f"other systems; {COMMANDS}"),
]


def codes(text: str) -> set[str]:
    """The rules that a line of `NOT_RUN` names."""
    found = set(re.findall(r"[A-Z]{2,3}\d{3}", text))
    for family, first, last in re.findall(r"([A-Z]{2,3})(\d{3}) to [A-Z]{2,3}(\d{3})", text):
        found |= {f"{family}{number:03}" for number in range(int(first), int(last) + 1)}
    return found


def share(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """What came of the ``rows`` (rule, applicability, cured), and how many of all rules have one."""
    ran = [row for row in rows if row[2] != "by hand"]
    safe = [row for row in ran if row[1] == "safe"]
    rules = {rule.code for registered in built_in(fleets=True).checks for rule in registered.check.rules}
    with_one = {row[0] for row in ran}
    return [
        f"Of {len(rules)} rules, {len(with_one)} have a fix that was run here ({len(with_one) / len(rules):.0%}); why the "
        "others have none stands below.",
        f"{len(ran)} fixes were run, {sum(row[2] == 'yes' for row in ran)} cured; "
        f"of {len(safe)} that are marked safe, {sum(row[2] == 'yes' for row in safe)}.",
    ]


def rows_of(text: str) -> list[list[str]]:
    """The cells of the document's table of fixes."""
    table = text.partition("|---|---|---|---|---|---|\n")[2].partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()]


def document(rows: Sequence[tuple[Case, Outcome]]) -> str:
    lines = [
        "# Do the fixes cure?",
        "",
        "Each row is a real fault in a real environment. The steps of the JSON report were run exactly as they",
        "stand, and the environment was examined again: cured means that the finding is gone and that no new error",
        "or warning has come.",
        "Made by `python -m tests.efficacy`; the same cases are tests (`tests/real/test_fixes.py`,",
        "`tests/real/test_conda_fixes.py`). Last made on DATE.",
        "",
        "SHARE",
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
                rows.append((case, treated(case, Path(folder))))
            print(f"{case.name}: {rows[-1][1]}", flush=True)
    rows += run_all(words)
    DOCUMENT.parent.mkdir(exist_ok=True)
    text = document(rows)
    if words and DOCUMENT.exists():
        text = _joined(DOCUMENT.read_text(encoding="utf-8"), text)
    figures = share([(cells[0], cells[4], cells[5]) for cells in rows_of(text)])
    text = text.replace("SHARE", "\n".join(figures)).replace("DATE", f"{date.today()}")
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
