"""Builders of patients, sick and healthy, and the check-up they are sent to.

Nothing here is a fixture: a test builds its patient with these functions, so that what is wrong with
it stands in the test. Templates are copied by hard links, which reach into uv's cache: change a file
only through `write` or `remove`, never in place.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TIMEOUT = 3.0  # seconds the doctor is given for the patient
GRACE = 2.0  # seconds it may take beyond that
NOBODY = 65534

# What steers a Python, a BLAS, an OpenMP run-time, the choice of the patient or the look of the output.
STEERING = (
    *("PYTHON", "VIRTUAL_ENV", "CONDA", "MAMBA", "PIXI_", "POETRY_", "PIPX_", "PYENV_", "UV_PYTHON", "UV_PROJECT"),
    *("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "BLIS_", "VECLIB_", "NVPL_", "ARMPL_", "FLEXIBLAS"),
    *("NUMBA_", "NUMEXPR_", "RAYON_", "POLARS_", "DASK_", "PYTEST_XDIST", "LOKY_", "LD_", "DYLD_"),
    *("LC_", "LANG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS", "LINES", "TERM", "GITHUB_"),
)


def clean_environ(**extra: str | None) -> dict[str, str]:
    """This process's environment less all that steers a check-up, plus ``extra`` (``None`` takes a variable out)."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(STEERING)}
    environ["LANG"] = "C.UTF-8"
    environ |= {
        "UV_SYSTEM_CERTS": "1",
        "UV_NATIVE_TLS": "1",
    }  # uv trusts what pip does; by its newer name and its older
    for name, value in extra.items():
        if value is None:
            environ.pop(name, None)
        else:
            environ[name] = value
    return environ


# --- building ---


@dataclass(frozen=True, slots=True)
class Patient:
    """One environment: its ``prefix``, its ``python`` and its site-packages (``site``)."""

    prefix: Path
    python: Path
    site: Path


def patient_at(prefix: Path) -> Patient:
    (site,) = prefix.glob("lib/python*/site-packages")
    return Patient(prefix, prefix / "bin" / "python", site)


def make_venv(python: str, prefix: Path, *requirements: str, environ: Mapping[str, str] | None = None) -> Patient:
    """A venv of ``python`` without pip, its ``requirements`` installed by uv."""
    run([python, "-I", "-m", "venv", "--without-pip", str(prefix)], environ)
    if requirements:
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(prefix / "bin" / "python")]
        run([*uv, *requirements], environ)
    return patient_at(prefix)


def run(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(argv, env=environ or clean_environ(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def start(
    patient: Patient, code: str, *flags: str, timeout: float = 10.0, **extra: str | None
) -> tuple[int | None, str]:
    """Proof of a sickness: status (``None``: still running after ``timeout`` s) and output of ``python -c code``."""
    child = subprocess.Popen(
        [str(patient.python), *flags, "-B", "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environ(**extra),
        cwd=patient.prefix,
        start_new_session=True,
    )
    try:
        said, _ = child.communicate(timeout=timeout)
        return child.returncode, said.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, 9)
        child.communicate()
        return None, ""


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or someone else's file
        shutil.copy2(source, target)


def copy_patient(template: Patient, prefix: Path) -> Patient:
    """A copy by hard links, whose scripts name the copy: an environment that was merely moved would be sick (PY011)."""
    shutil.copytree(template.prefix, prefix, symlinks=True, copy_function=link_or_copy)
    for script in (prefix / "bin").iterdir():
        content = script.read_bytes() if not script.is_symlink() else b""
        if bytes(template.prefix) in content and b"\0" not in content:
            write(script, content.replace(bytes(template.prefix), bytes(prefix)), script.stat().st_mode & 0o777)
    return patient_at(prefix)


def remove(path: Path) -> None:
    """Take a file away; it must be there."""
    path.unlink()


def write(path: Path, content: str | bytes, mode: int | None = None) -> Path:
    """A new file at ``path``, whatever was there; what was hard-linked to it keeps its content."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    if mode is not None:
        path.chmod(mode)
    return path


def add_distribution(
    site: Path,
    name: str,
    version: str = "1.0",
    requires: Iterable[str] = (),
    written: str | None = None,
    modules: Mapping[str, str] | None = None,
) -> Path:
    """A distribution as pip leaves one; ``written`` is the Name in METADATA where it differs. Returns its dist-info."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    header = [f"Metadata-Version: 2.1\nName: {written or name}\nVersion: {version}\n"]
    header += [f"Requires-Dist: {requirement}\n" for requirement in requires]
    write(folder / "METADATA", "".join(header) + "\nMade for a test.\n")
    write(folder / "INSTALLER", "pip\n")
    for module, source in (modules or {}).items():
        write(site / module, source)
    rows = [f"{folder.name}/{item},," for item in ("METADATA", "INSTALLER", "RECORD")]
    write(folder / "RECORD", "\n".join([*rows, *(f"{module},," for module in modules or ())]) + "\n")
    return folder


def add_unrelated_fault(site: Path) -> None:
    """What every patient has besides its own sickness: ``made-up-user`` wants what is not there (PKG001, an error)."""
    add_distribution(site, "made-up-user", requires=["made-up-dependency>=2"])


def make_project(folder: Path) -> Path:
    """A project that names no versions (REP003, an info): the unrelated finding that needs no package.

    Its one dependency does not concern any patient, so that nothing is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "setup.py", "from setuptools import setup\nsetup(name='made-up-project')\n")
    write(folder / "requirements.txt", "made-up-dependency; python_version < '2'\n")
    return folder


def build_library(path: Path, constructor: str) -> Path:
    """A shared object at ``path`` whose ``constructor`` (C statements) runs when it is loaded."""
    from tests.support.compiler import shared_library

    return shared_library(path, code=f"__attribute__((constructor)) static void start(void) {{ {constructor} }}\n")


def relocate(python: str, prefix: Path) -> Path:
    """A copy, by hard links, of the installation that ``python`` belongs to: without its tests and packages."""
    code = "import sys; print(sys.base_prefix, 'python%d.%d' % sys.version_info[:2])"
    base, name = run([python, "-I", "-c", code]).split()
    skip = shutil.ignore_patterns("test", "tests", "idlelib", "site-packages", "__pycache__", "config-*")
    shutil.copytree(f"{base}/lib/{name}", prefix / "lib" / name, symlinks=True, ignore=skip, copy_function=link_or_copy)
    (prefix / "lib" / name / "site-packages").mkdir()
    (prefix / "bin").mkdir()
    link_or_copy(os.path.realpath(f"{base}/bin/{name}"), str(prefix / "bin" / name))
    for library in Path(base, "lib").glob("libpython*.so.*"):
        link_or_copy(str(library), str(prefix / "lib" / library.name))
    return prefix / "bin" / name


# What Debian changed in its standard library: its packages' own folders, ``sitecustomize``, PEP 668's mark.
DEBIANS_OWN = ("sitecustomize.py", "EXTERNALLY-MANAGED")
DEBIANS_CONDITION = b'sys.base_prefix != sys.prefix or hasattr(sys, "real_prefix")'  # in sysconfig.py


def as_released(content: bytes) -> bytes:
    """A program (``site`` is frozen into it) or a source file with the folders of Python's own release."""
    return content.replace(b"dist-packages", b"site-packages").replace(DEBIANS_CONDITION, b"True")


def released(python: str, prefix: Path) -> Path:
    """`relocate`, and without what a distribution changed: like a Python built from python.org's source."""
    copy = relocate(python, prefix)
    stdlib = prefix / "lib" / copy.name
    for name in DEBIANS_OWN:
        (stdlib / name).unlink(missing_ok=True)
    for path in (copy, stdlib / "site.py", stdlib / "sysconfig.py"):
        write(path, as_released(path.read_bytes()), path.stat().st_mode & 0o777)
    places = run(
        [str(copy), "-I", "-c", "import site, sysconfig; print(site.getsitepackages(), sysconfig.get_paths())"]
    )
    assert "dist-packages" not in places, places
    assert f"'{stdlib}/site-packages'" in places, places
    return copy


# --- looking ---


def listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, size and modification time (ns) of everything below ``folder``, itself included; links are not followed."""
    found: dict[str, tuple[int, int, int]] = {}
    heap = [str(folder)]
    while heap:
        path = heap.pop()
        try:
            status = os.lstat(path)
        except OSError:
            continue
        found[path] = (status.st_mode, 0 if os.path.isdir(path) else status.st_size, status.st_mtime_ns)
        if os.path.isdir(path) and not os.path.islink(path):
            try:
                heap += [os.path.join(path, name) for name in os.listdir(path)]
            except PermissionError:
                pass
    return found


def processes_holding(text: str) -> list[str]:
    """The processes, this one aside, whose command line or environment holds ``text``: ``PID command line``."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            command = Path("/proc", entry, "cmdline").read_bytes()
            environ = Path("/proc", entry, "environ").read_bytes()
            dead = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:  # ended meanwhile
            continue
        if os.fsencode(text) in command + environ and not dead:
            found.append(f"{entry} {command.decode('utf-8', 'replace')}".replace("\0", " "))
    return found


# --- the check-up ---


@dataclass(slots=True)
class Checkup:
    """What one ``envdoctor check`` did: its exit ``status``, its output as JSON and as ``text``, its ``seconds``.

    ``changed`` are the paths of the patient, of HOME and of the working directory that are not what they
    were, ``left_running`` the processes that it left behind.
    """

    status: int
    stdout: str
    stderr: str
    text: str
    seconds: float
    changed: list[str] = field(default_factory=list)
    left_running: list[str] = field(default_factory=list)

    @property
    def document(self) -> dict[str, Any]:
        assert self.stdout.startswith("{"), f"no document, status {self.status}: {self.stdout[:500]}{self.stderr}"
        document = json.loads(self.stdout)
        assert isinstance(document, dict)
        return document

    def codes(self) -> set[str]:
        return {finding["code"] for finding in self.document["findings"]}

    def outcome(self, code: str) -> dict[str, Any]:
        """How the check that owns ``code`` ended."""
        (outcome,) = [check for check in self.document["checks"] if code in check["codes"]]
        assert isinstance(outcome, dict)
        return outcome

    def findings(self, code: str) -> list[dict[str, Any]]:
        return [finding for finding in self.document["findings"] if finding["code"] == code]

    def finding(self, code: str) -> dict[str, Any]:
        """The one finding of ``code``."""
        (finding,) = self.findings(code)
        return finding

    def accusations(self) -> str:
        """All that the JSON says of who is to blame: findings' subjects and evidence, reasons for an open verdict."""
        said = []
        for finding in self.document["findings"]:
            said += [finding["subject"], *(row["value"] for row in finding["evidence"])]
        said += [check["reason"] for check in self.document["checks"] if check["status"] in ("unknown", "found")]
        return "\n".join(said)


def checkup(
    patient: Patient | Path,
    *args: str,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: int | None = None,
    doctor: Sequence[str] = (sys.executable, "-m", "envdoctor"),
    watch: Iterable[Path] = (),
) -> Checkup:
    """``envdoctor check`` of ``patient``, from an empty working directory unless ``cwd`` is given.

    ``doctor`` is the command line that starts envdoctor. The patient's tree, HOME, ``cwd`` and the folders in
    ``watch`` are compared before and after.
    """
    with tempfile.TemporaryDirectory(prefix="checkup-") as scratch:
        os.chmod(scratch, 0o755)
        home, empty, text = Path(scratch, "home"), Path(scratch, "cwd"), Path(scratch, "out", "report.txt")
        for folder in (home, empty, text.parent):
            folder.mkdir()
            if user is not None:
                os.chown(folder, user, user)
        surroundings = dict(environ) if environ is not None else clean_environ()
        if environ is None or environ.get("HOME") == os.environ.get("HOME"):
            surroundings["HOME"] = str(home)
        surroundings["ENVDOCTOR_TEST_CHECKUP"] = scratch  # inherited by every process that we cause
        named = patient.python if isinstance(patient, Patient) else patient
        trees = [patient.prefix if isinstance(patient, Patient) else patient, home, cwd or empty, *watch]
        before = [listing(tree) for tree in trees]
        argv = [*doctor, "check", "--python", str(named), "--timeout", f"{TIMEOUT:g}", "--format", "json"]
        began = time.monotonic()
        done = subprocess.run(
            [*argv, "-o", f"text={text}", *args],
            env=surroundings,
            cwd=cwd or empty,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT + 30,
            check=False,
        )
        seconds = time.monotonic() - began
        seen = Checkup(
            status=done.returncode,
            stdout=done.stdout.decode("utf-8", "backslashreplace"),
            stderr=done.stderr.decode("utf-8", "backslashreplace"),
            text=text.read_bytes().decode("utf-8", "backslashreplace") if text.exists() else "",
            seconds=seconds,
        )
        seen.left_running = processes_holding(scratch)
        for tree, was in zip(trees, before, strict=True):
            seen.changed += difference(was, listing(tree))
        return seen


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def assert_survived(seen: Checkup, status: int, culprit: str | None) -> None:
    """What holds of every patient: no traceback, the true status, on time, no trace left.

    ``culprit`` is what both outputs must name, ``None`` where nobody is to blame.
    """
    assert "Traceback" not in seen.stderr, seen.stderr
    assert "Traceback" not in seen.stdout.partition('"facts"')[0], seen.stdout
    assert seen.status == status, f"status {seen.status}\n{seen.stderr}\n{seen.text}"
    assert seen.document["summary"]["exit_code"] == status
    if culprit is not None:
        assert culprit in seen.accusations()
        assert squeezed(culprit) in squeezed(seen.text), seen.text
    assert seen.seconds < TIMEOUT + GRACE
    assert seen.changed == []
    assert seen.left_running == []


def squeezed(text: str) -> str:
    """``text`` without white space: where a report breaks its lines is none of our business."""
    return "".join(text.split())


def assert_unrelated_fault_found(seen: Checkup) -> None:
    """The rest of the check-up was done: the fault of `add_unrelated_fault` was found, and named in both outputs."""
    subjects = [finding["subject"] for finding in seen.findings("PKG001")]
    assert any("made-up-user" in subject for subject in subjects), subjects
    assert "made-up-user" in seen.text
