"""``--deep`` on real environments: altered code, and the BLAS that NumPy uses as the dynamic loader tells it."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.patients import Patient, checkup, clean_environ, copy_patient, remove, run, write

pytestmark = pytest.mark.real
linux = pytest.mark.skipif(sys.platform != "linux", reason="what NumPy uses is told on Linux")
RULES = ("--select", "PKG004,PKG007,PKG009")


def test_an_altered_module_is_found_by_deep_and_not_without(numpy_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(numpy_template, tmp_path / "patient")
    file = patient.site / "numpy" / "linalg" / "__init__.py"
    text = file.read_text(encoding="utf-8")
    assert "functions" in text
    write(file, text.replace("functions", "functionz", 1))  # of the same size: only its hash tells
    assert (seen := checkup(patient, *RULES)).codes() == set()
    assert seen.status == 0
    remove(patient.site / "scipy" / "linalg" / "_basic.py")
    seen = checkup(patient, *RULES, "--deep")
    titles = {finding["subject"]: finding["title"] for finding in seen.findings("PKG004")}
    assert "not as installed: numpy/linalg/__init__.py" in titles["numpy"]
    assert "gone: scipy/linalg/_basic.py" in titles["scipy"]
    assert (seen.status, seen.changed, seen.left_running) == (1, [], [])


def test_healthy_wheels_pass_deep_extension_by_extension(numpy_template: Patient) -> None:
    seen = checkup(numpy_template.python, *RULES, "--deep")
    assert (seen.status, seen.codes()) == (0, set())
    assert {check["status"] for check in seen.document["checks"]} == {"passed"}
    site = numpy_template.site
    on_disk = [path for path in site.glob("scipy/**/*.cpython-*.so") if "test" not in str(path.relative_to(site))]
    told = [item["path"] for item in seen.document["facts"]["packages"]["extensions"] if "/scipy/" in item["path"]]
    assert len(told) == len(on_disk) > 50
    libraries = seen.document["facts"]["blas"]
    assert "openblas" in libraries["numpy_uses"]
    assert [(trial["library"], trial["wrong"]) for trial in libraries["truth"]["trials"]] == [
        ("numpy", []),
        ("scipy", []),
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_can_not_be_read_is_inconclusive_by_deep(numpy_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(numpy_template, tmp_path / "patient")
    file = patient.site / "scipy" / "linalg" / "_basic.py"
    write(file, file.read_text(encoding="utf-8"), 0)
    assert checkup(patient, "--fail-on", "never").status == 0
    seen = checkup(patient, "--fail-on", "never", "--deep")
    assert (seen.status, seen.outcome("PKG004")["status"]) == (3, "unknown")
    assert "scipy/linalg/_basic.py" in seen.outcome("PKG004")["reason"]


def used(python: str | Path, **environ: str) -> Any:
    argv = [sys.executable, "-m", "envdoctor", "info", "--deep", "--python", str(python), "--format", "json"]
    return json.loads(run(argv, clean_environ(**environ)))["facts"]["blas"]["numpy_uses"]


def bound(python: str | Path) -> str:
    """The file that glibc's loader says it binds NumPy's ``cblas_dgemm`` to."""
    code = "import numpy; numpy.ones((2, 2)).dot(numpy.ones((2, 2)))"
    argv = [str(python), "-B", "-c", code]
    done = subprocess.run(
        argv,
        env=clean_environ(LD_DEBUG="bindings"),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=True,
    )
    pattern = r"binding file \S+/_multiarray_umath\S+ \[\d+\] to (\S+) \[\d+\]: normal symbol `(?:scipy_)?cblas_dgemm"
    found = re.search(pattern, done.stderr)
    assert found is not None, "this loader does not tell its bindings"
    return os.path.realpath(found[1])


@linux
def test_the_blas_of_a_wheel_is_the_one_beside_it(numpy_template: Patient) -> None:
    told = used(numpy_template.python)
    assert os.path.dirname(told) == os.path.realpath(numpy_template.site / "numpy.libs")
    assert told == bound(numpy_template.python)


@linux
def test_the_blas_of_debians_numpy_is_the_one_that_the_loader_binds(debian_numpy: str) -> None:
    told = used(debian_numpy)
    assert "libblas" in told or "openblas" in told
    assert told == bound(debian_numpy)


@linux
def test_a_blas_put_in_front_is_the_one_that_numpy_uses(debian_numpy: str, debian_libraries: Path) -> None:
    folder = debian_libraries / "openblas-pthread"
    assert os.path.dirname(used(debian_numpy, LD_LIBRARY_PATH=f"{folder}:{debian_libraries}")) == str(folder)


def test_a_snapshot_keeps_what_deep_has_read(numpy_template: Patient, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "envdoctor"]
    run(
        [*argv, "snapshot", "--deep", "--python", str(numpy_template.python), "-o", str(tmp_path / "x")],
        clean_environ(),
    )
    recorded = json.loads((tmp_path / "x").read_text(encoding="ascii"))["facts"]
    assert recorded["packages"]["altered_files"] == {}
    assert "only --deep" not in str(recorded["blas"]["numpy_uses"])


def test_progress_is_told_on_a_terminal_only_and_taken_away(bare_template: Patient) -> None:
    argv = [sys.executable, "-m", "envdoctor", "check", "--deep", "--python", str(bare_template.python)]
    quiet = subprocess.run(argv, capture_output=True, env=clean_environ(), check=False)
    assert quiet.stderr == b""
    ours, theirs = pty.openpty()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=theirs, env=clean_environ(), check=False)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode("utf-8")
    os.close(ours)
    assert "importing NumPy" in shown
    assert re.search(r"\r *\r$", shown)
