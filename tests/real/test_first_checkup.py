"""A whole check-up of real, healthy environments, compared with what their own interpreters say."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patients import Patient, checkup, clean_environ, make_venv, run

pytestmark = pytest.mark.real
ROOT = Path(__file__).parent.parent.parent
DOCTOR = [sys.executable, "-m", "envdoctor"]
TRUTH = """
import json, numpy, scipy.linalg, sys
sys.path.append(sys.argv[1])
import threadpoolctl
print(json.dumps(threadpoolctl.threadpool_info()))
"""


def threadpoolctl_folder() -> str:
    import threadpoolctl

    return str(Path(threadpoolctl.__file__).parent)


def test_both_copies_of_openblas_are_told_as_threadpoolctl_tells_them(numpy_template: Patient) -> None:
    seen = checkup(numpy_template)
    assert seen.status == 0
    code = run([str(numpy_template.python), "-c", TRUTH, threadpoolctl_folder()])
    truth = {pool["filepath"]: pool for pool in json.loads(code) if pool["user_api"] == "blas"}
    libraries = seen.document["facts"]["blas"]["libraries"]
    assert len(libraries) == len(truth) == 2
    for library in libraries:
        pool = truth[library["path"]]
        assert library["vendor"] == "openblas"
        assert library["loaded"] is True
        assert library["bytes"] == Path(library["path"]).stat().st_size
        for ours, theirs in (
            ("version", "version"),
            ("threads", "num_threads"),
            ("threading_layer", "threading_layer"),
        ):
            assert library[ours] == pool[theirs], (ours, library, pool)
        assert library["architecture"] == pool["architecture"]
    assert sorted(library["used_by"] for library in libraries) == [["numpy"], ["scipy"]]
    (finding,) = seen.findings("BLA001")
    assert finding["severity"] == "info"
    assert finding["nothing_to_do"]


def test_numpy_is_not_imported_to_get_there(numpy_patient: Patient) -> None:
    """Its ``__init__`` ends the process; the libraries are told all the same."""
    package = numpy_patient.site / "numpy" / "__init__.py"
    package.unlink()
    package.write_text("import os\nos._exit(9)\n", encoding="utf-8")
    seen = checkup(numpy_patient)
    assert [library["loaded"] for library in seen.document["facts"]["blas"]["libraries"]] == [True, True]


def test_a_variable_of_the_user_shows_in_the_threads(numpy_template: Patient) -> None:
    seen = checkup(numpy_template, environ=clean_environ(OPENBLAS_NUM_THREADS="1"))
    assert [library["threads"] for library in seen.document["facts"]["blas"]["libraries"]] == [1, 1]


def test_a_recording_judged_by_another_python_brings_the_same_findings(
    numpy_patient: Patient, other_python: str, tmp_path: Path
) -> None:
    """The patient is gone by then, and envdoctor runs in another version."""
    here = checkup(numpy_patient, cwd=tmp_path)
    recording = tmp_path / "recording.json"
    snapshot = [*DOCTOR, "snapshot", "--python", str(numpy_patient.prefix)]
    subprocess.run([*snapshot, "-o", str(recording)], cwd=tmp_path, env=clean_environ(), check=True)
    shutil.rmtree(numpy_patient.prefix)
    if tuple(map(int, run([other_python, "-V"]).split()[1].split(".")[:2])) < (3, 11):
        pytest.skip(f"{other_python} is too old for envdoctor itself")
    elsewhere = make_venv(other_python, tmp_path / "elsewhere", str(ROOT))
    doctor = [str(elsewhere.python), "-m", "envdoctor"]
    text = run([*doctor, "check", "--facts", str(recording), "--format", "json", "--fail-on", "never"])
    there = json.loads(text)
    keys = ("code", "severity", "fingerprint", "title")
    assert [[finding[key] for key in keys] for finding in there["findings"]] == [
        [finding[key] for key in keys] for finding in here.document["findings"]
    ]
    assert {check["name"]: check["status"] for check in there["checks"]} == {
        check["name"]: check["status"] for check in here.document["checks"]
    }


def test_debians_python_is_healthy() -> None:
    if not Path("/usr/bin/python3").exists() or not Path("/var/lib/dpkg/status").exists():
        pytest.skip("no Debian here")
    seen = checkup(Path("/usr/bin/python3"))
    assert seen.document["patient"]["version"] == run(["/usr/bin/python3", "-V"]).split()[1]
    assert seen.document["summary"]["counts"]["error"] == 0


def test_pypy_is_examined_like_any_other() -> None:
    pypy = shutil.which("pypy3")
    if pypy is None:
        pytest.skip("no pypy3 here (Debian: pypy3)")
    seen = checkup(Path(pypy))
    assert seen.document["patient"]["implementation"] == "pypy"
    assert seen.document["facts"]["interpreter"]["markers"]["platform_python_implementation"] == "PyPy"
    assert seen.document["facts"]["start"]["mode"] == "normal"


def test_the_module_examines_the_python_that_runs_it() -> None:
    text = run([*DOCTOR, "check", "--format", "json", "--fail-on", "never"], clean_environ(VIRTUAL_ENV="/nowhere"))
    document = json.loads(text)
    assert document["patient"]["executable"] == sys.executable
    assert document["patient"]["chosen"] == "the Python that runs envdoctor"
