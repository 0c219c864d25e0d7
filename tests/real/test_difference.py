"""`envdoctor diff` of two real environments: every difference that was made, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patients import clean_environ, make_venv, run, write

pytestmark = pytest.mark.real
# The editable project's folder is among them, or not: setuptools has more than one way.
OUTSIDE = "import sys; print(', '.join(x for x in sys.path if x.startswith(sys.argv[1]) and sys.prefix + '/' not in x))"
DOCTOR = [sys.executable, "-m", "envdoctor"]


def diff(one: Path, other: Path, cwd: Path, *options: str, **environ: str) -> str:
    argv = [*DOCTOR, "diff", str(one), str(other), *options]
    done = subprocess.run(argv, cwd=cwd, env=clean_environ(**environ), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_two_environments_differ_by_what_was_made_different(other_python: str, tmp_path: Path) -> None:
    shared = ("packaging==24.2", "sniffio==1.3.1")
    one = make_venv(other_python, tmp_path / "one", *shared, "idna==3.7", "six==1.16.0")
    other = make_venv(other_python, tmp_path / "elsewhere" / "other", *shared, "idna==3.10", "iniconfig==2.0.0")
    project = tmp_path / "fit"
    write(project / "pyproject.toml", '[project]\nname = "fit"\nversion = "1.0"\n')
    write(project / "fit.py", "")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(other.python)]
    run([*uv, "--editable", str(project)])
    write(other.site / "more.pth", str(tmp_path / "more") + "\n")
    (tmp_path / "more").mkdir()
    document = json.loads(diff(one.prefix, other.prefix, tmp_path, "--format", "json"))
    assert document["schema_version"] == "1.0"
    told = [(row["kind"], row["section"], row["what"], row["before"], row["after"]) for row in document["changes"]]
    folders = run([str(other.python), "-I", "-c", OUTSIDE, str(tmp_path)]).strip()
    assert str(tmp_path / "more") in folders
    assert told == [
        ("added", "python", "further folders on sys.path", None, folders),
        ("added", "packages", "fit", None, "1.0 (editable)"),
        ("changed", "packages", "idna", "3.7", "3.10"),
        ("added", "packages", "iniconfig", None, "2.0.0"),
        ("removed", "packages", "six", "1.16.0", None),
    ]
    titles, changes = diff(one.prefix, other.prefix, tmp_path).split("python\n", 1)
    assert titles.splitlines()[0].startswith(f"- A  {one.prefix}: CPython ")
    assert titles.splitlines()[-1] == "5 differences: python 1, packages 4"
    assert changes == (
        f"  + further folders on sys.path {folders}\n"
        "packages\n  + fit 1.0 (editable)\n  ~ idna 3.7 → 3.10\n  + iniconfig 2.0.0\n  - six 1.16.0\n"
    )


def test_two_environments_made_alike_do_not_differ(other_python: str, tmp_path: Path) -> None:
    one, other = (make_venv(other_python, tmp_path / name / "venv", "six==1.16.0") for name in ("a", "b"))
    assert diff(one.prefix, other.prefix, tmp_path) == "no difference\n"
    assert json.loads(diff(one.prefix, other.prefix, tmp_path, "--format", "json"))["changes"] == []


def test_another_blas_other_threads_and_system_packages_are_told(debian_numpy: str, tmp_path: Path) -> None:
    """Debian's NumPy on ``libblas.so.3``, seen through the venv, beside PyPI's with an OpenBLAS of its own."""
    run([debian_numpy, "-m", "venv", "--without-pip", "--system-site-packages", str(tmp_path / "one")])
    other = make_venv(debian_numpy, tmp_path / "other", "numpy")
    recording = tmp_path / "other.json"
    snapshot = [*DOCTOR, "snapshot", "--python", str(other.prefix), "-o", str(recording)]
    home = str(tmp_path)  # whoever runs this may have a user site, which the first of the two would see
    environ = clean_environ(OPENBLAS_NUM_THREADS="1", HOME=home)
    subprocess.run(snapshot, cwd=tmp_path, env=environ, check=True)
    document = json.loads(diff(tmp_path / "one", recording, tmp_path, "--format", "json", HOME=home))
    told = {(row["section"], row["what"]): (row["before"], row["after"]) for row in document["changes"]}
    assert told.pop(("python", "system packages visible")) == ("true", "false")
    assert told.pop(("environment", "OPENBLAS_NUM_THREADS")) == (None, "1")
    version = run([debian_numpy, "-c", "import numpy; print(numpy.__version__)"]).strip()
    new = run([str(other.python), "-c", "import numpy; print(numpy.__version__)"]).strip()
    assert told.pop(("packages", "numpy")) == (version, new)
    before, after = told.pop(("blas", "numpy"))
    assert before is not None and after is not None
    assert not before.startswith("openblas ") or before != after
    assert after.startswith("openblas ")
    # Debian's BLAS may be the reference one, or an OpenBLAS with kernels and threads.
    left = {key: values for key, values in told.items() if key[0] not in ("blas", "threads")}
    assert {section for section, _ in left} <= {"packages"}
    assert [after for _, after in left.values() if after is not None] == []  # what else Debian has


def test_a_recording_of_an_environment_does_not_differ_from_it(other_python: str, tmp_path: Path) -> None:
    """Though it is rid of the names of HOME and user, and the environment lies below HOME."""
    home = tmp_path / "ada"
    patient = make_venv(other_python, home / "work" / "venv", "six==1.16.0")
    write(patient.site / "more.pth", str(home / "more") + "\n")
    (home / "more").mkdir()
    surroundings = {"HOME": str(home), "USER": "ada", "PATH": f"{home}/bin:/usr/bin:/bin"}
    recording, report = tmp_path / "recording.json", tmp_path / "report.json"
    for path, command in ((recording, ["snapshot", "-o", str(recording)]), (report, ["check", "-o", f"json={report}"])):
        argv = [*DOCTOR, command[0], "--python", str(patient.prefix), *command[1:]]
        subprocess.run(argv, cwd=tmp_path, env=clean_environ(**surroundings), check=True, capture_output=True)
        assert (str(home) in path.read_text(encoding="ascii")) is (path == report)
        assert diff(patient.prefix, path, tmp_path, **surroundings) == "no difference\n"
    assert diff(recording, report, tmp_path, **surroundings) == "no difference\n"
