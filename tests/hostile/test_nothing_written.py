"""No command writes anything of a patient, of HOME or of the working directory, but the file that was asked for."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

import envdoctor
from tests.support.patients import Patient, clean_environ, difference, listing, write

pytestmark = [pytest.mark.real, pytest.mark.posix]

CHANGES = (
    "open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,"
)
CHANGES += "truncate,chmod,fchmodat,chown,fchownat,lchown,utimensat,mknod,mknodat,setxattr"
CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

# Each in its words; PATIENT, RECORDING and OUT stand for paths.
COMMANDS = [
    "check --python PATIENT -o json=OUT/report.json",
    "snapshot --python PATIENT -o OUT/snapshot.json",
]
MORE = [
    "why --python PATIENT nothing",
    "info --python PATIENT",
    "diff RECORDING PATIENT",
    "fleet RECORDING RECORDING",
    "check --python PATIENT --deep --measure --timeout 60",
    "check --python PATIENT --fix",
    "check --python PATIENT --fix-script OUT/fix.sh",
    "check --python PATIENT --write-baseline OUT/baseline.json",
    "check --facts RECORDING --format html",
    "paste --python PATIENT",
    "guide",
    "guide --python PATIENT",
    "list",
    "explain BLA003",
    "schema",
    "why --facts RECORDING nothing",
    "--help",
    "--version",
    "info --python PATIENT --format json",
    "info --python PATIENT --all",
    "snapshot --python PATIENT",
    "paste --python PATIENT --all --yes",
    "paste nothing --python PATIENT",
    "measure --python PATIENT",
    "run -- true",
    "run -- PATIENT -B -c import(nothing)",
    "fleet --format html RECORDING RECORDING",
    "fleet RECORDING --format json --one-job",
    "collector",
    "collector -o OUT/collector.py",
    "new-check mine --folder OUT/mine",
    "check --python PATIENT --strict --select PKG --format junit",
    "check --python PATIENT --project . --format github -o sarif=OUT/report.sarif",
    "check --python nowhere",
    "check --facts nowhere.json",
    "why nowhere.txt --python PATIENT",
    "diff RECORDING RECORDING --format json",
    "explain nothing",
]


@cache
def tracer() -> list[str]:
    """What traces a command's changes of files into the file that is named next; empty where that can't be had."""
    words = ["strace", "-f", "-qq", "-s", "4096", "-e", f"trace={CHANGES}", "-o"]
    if shutil.which("strace") is None:
        return []
    tried = subprocess.run([*words, os.devnull, "true"], capture_output=True, check=False)
    return words if tried.returncode == 0 else []


def written(trace: str, cwd: Path) -> Iterator[str]:
    """The paths that a trace shows to have been opened for writing, made, moved or taken away."""
    for line in trace.splitlines():
        call = CALL.match(line)
        if call is None or call[3].startswith("-"):
            continue
        if call[1].startswith("open") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", call[2]):
            continue
        for path in QUOTED.findall(call[2]):
            yield os.path.normpath(os.path.join(cwd, path))


@pytest.fixture(scope="module")
def scene() -> Iterator[Path]:
    """A folder with a home and a project in it, both with files of their own."""
    with tempfile.TemporaryDirectory(prefix="scene-") as folder:
        root = Path(folder)
        for name in ("home/.config/pip/pip.conf", "home/.condarc", "home/.jupyter/x.json", "project/setup.cfg"):
            write(root / name, "")
        write(root / "project/pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy"]\n')
        (root / "out").mkdir()
        yield root


def changed(words: str, patient: Patient, scene: Path) -> list[str]:
    """The paths that a command has changed or opened for writing, less what it was asked to write and its scratch."""
    recording = next((Path(__file__).parents[1] / "recordings").glob("*.json"))
    names = {"PATIENT": str(patient.python), "RECORDING": str(recording), "OUT": str(scene / "out")}
    argv = [re.sub("PATIENT|RECORDING|OUT", lambda found: names[found[0]], word) for word in words.split()]
    trees = [patient.prefix, scene / "home", scene / "project"]
    before = [listing(tree) for tree in trees]
    with tempfile.TemporaryDirectory(prefix="scratch-") as scratch:
        trace = Path(scratch, "trace")
        run([*argv], [*tracer(), str(trace)] if tracer() else [], scene, scratch)
        own = (scratch, str(scene / "out"), "/dev/", "/proc/self/", "/memfd:")
        said = trace.read_text(encoding="utf-8", errors="replace") if trace.exists() else ""
        touched = [path for path in written(said, scene / "project") if not path.startswith(own)]
    ours = (str(Path(envdoctor.__file__).parents[1]), str(Path(envdoctor.__file__).parents[2] / "checks"), sys.prefix)
    touched = [path for path in touched if not (path.startswith(ours) and "__pycache__" in path)]  # of envdoctor itself
    for tree, was in zip(trees, before, strict=True):
        touched += difference(was, listing(tree))
    return sorted(set(touched))


def run(argv: Sequence[str], traced: Sequence[str], scene: Path, scratch: str) -> None:
    done = subprocess.run(
        [*traced, sys.executable, "-m", "envdoctor", *argv],
        env=clean_environ(HOME=str(scene / "home"), TMPDIR=scratch),
        cwd=scene / "project",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1, 2, 3), f"status {done.returncode}: {done.stderr}"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", COMMANDS)  # 0.7 s each
def test_a_command_writes_what_it_was_asked_for_and_nothing_else(
    words: str, numpy_template: Patient, scene: Path
) -> None:
    assert changed(words, numpy_template, scene) == []


@pytest.mark.slow
@pytest.mark.parametrize("words", MORE)
def test_no_other_command_writes_anything_either(words: str, numpy_template: Patient, scene: Path) -> None:
    assert changed(words, numpy_template, scene) == []


TRACE = """\
71 openat(AT_FDCWD, "/usr/lib/locale/C.utf8", O_RDONLY|O_CLOEXEC) = 3
71 openat(AT_FDCWD, "made", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 3
72 openat(AT_FDCWD, "/x/refused", O_WRONLY|O_CREAT, 0666) = -1 EACCES (Permission denied)
72 rename("made", "/x/moved") = 0
71 mkdir("folder", 0777)              = 0
71 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=72} ---
71 +++ exited with 0 +++
"""


def test_a_trace_shows_what_is_written() -> None:
    assert list(written(TRACE, Path("/cwd"))) == ["/cwd/made", "/cwd/made", "/x/moved", "/cwd/folder"]
