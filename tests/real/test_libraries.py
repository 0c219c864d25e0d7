"""Packages beside NumPy and SciPy that bring BLAS or OpenMP: what is told of them against what they themselves say."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envdoctor.probe.interrogation import threadpoolctl_folder
from tests.support.patients import (
    Patient,
    build_library,
    checkup,
    clean_environ,
    make_venv,
    patient_at,
    remove,
    run,
    write,
)

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform != "linux", reason="ELF libraries")]

IMPORT = r"""
import json, sys
for name in sys.argv[2:]:
    __import__(name)
sys.path.append(sys.argv[1])
import threadpoolctl
print(json.dumps([[row["filepath"], row["num_threads"]] for row in threadpoolctl.threadpool_info()
                  if row["user_api"] == "openmp"]))
"""


def told(patient: Patient, **environ: str) -> dict[str, Any]:
    """The section on BLAS that ``envdoctor info`` tells."""
    argv = [sys.executable, "-m", "envdoctor", "info", "--python", str(patient.python), "--format", "json"]
    document = json.loads(run(argv, clean_environ(**environ)))
    section = document["facts"]["blas"]
    assert isinstance(section, dict)
    return section


@pytest.fixture(scope="module")
def many(plain_python: str, tmp_path_factory: pytest.TempPathFactory) -> Patient:
    """scikit-learn, OpenCV, numexpr, faiss and cvxopt."""
    wanted = ("scikit-learn", "opencv-python-headless", "numexpr", "faiss-cpu", "cvxopt")
    return make_venv(plain_python, tmp_path_factory.mktemp("many") / "venv", *wanted)


@pytest.mark.parametrize("variables", [{}, {"OMP_NUM_THREADS": "1"}])
def test_scikit_learns_openmp_is_told_as_the_import_shows_it(many: Patient, variables: dict[str, str]) -> None:
    loaded = [item for item in told(many, **variables)["openmp"] if item["loaded"]]
    argv = [str(many.python), "-B", "-c", IMPORT, threadpoolctl_folder(), "sklearn.ensemble"]
    shown = json.loads(run(argv, clean_environ(**variables)))
    assert [[item["path"], item["threads"]] for item in loaded] == shown
    (runtime,) = loaded
    assert runtime["runtime"] == "libgomp"
    assert "sklearn" in runtime["used_by"]
    assert "/scikit_learn.libs/" in runtime["path"]


def test_more_openmp_threads_than_processors_are_found_by_the_runtimes_own_number(many: Patient) -> None:
    wanted = 4 * len(os.sched_getaffinity(0))
    environ = {"OMP_NUM_THREADS": str(wanted)}
    seen = checkup(many, "--select", "THR001", environ=clean_environ(**environ))
    finding = seen.finding("THR001")
    # faiss's OpenBLAS takes its threads from OpenMP; those of NumPy and SciPy take no more than there are processors.
    (line,) = [row for row in finding["evidence"] if row["value"] == f"{wanted} threads"]
    assert "/faiss_cpu.libs/libopenblas" in line["label"]
    step = finding["fixes"][0]["steps"][0]
    assert list(step["setenv"]) == ["OMP_NUM_THREADS"]
    cured = checkup(many, "--select", "THR001", environ=clean_environ(**environ) | step["setenv"])
    assert cured.document["findings"] == []


def test_every_package_with_a_blas_is_told_with_its_library(many: Patient) -> None:
    section = told(many)
    assert section["errors"] == []
    assert set(section["examined"]) == {"numpy", "scipy", "sklearn", "numexpr", "faiss", "cvxopt"}
    openblas = [item for item in section["libraries"] if item["vendor"] == "openblas"]
    loaded = {user: item["loaded"] for item in openblas for user in item["used_by"]}
    assert {name: loaded[name] for name in ("numpy", "scipy", "cv2")} == {"numpy": True, "scipy": True, "cv2": False}
    for item in openblas:
        assert item["bytes"] == os.stat(item["path"]).st_size


def test_opencvs_copy_of_openblas_counts_and_costs_no_warning(many: Patient) -> None:
    seen = checkup(many, "--select", "BLA,THR", environ=clean_environ())
    evidence = seen.finding("BLA001")["evidence"]
    assert [row["value"].split(",")[0] for row in evidence if row["label"] == "cv2"] == [
        str(path) for path in many.site.glob("opencv_python_headless.libs/libopenblas*")
    ]
    assert {finding["severity"] for finding in seen.document["findings"]} == {"info"}


@pytest.fixture(scope="module")
def torch(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    """PyTorch for the CPU, from a wheel on this machine: PyPI's build for Linux has gigabytes of CUDA beside it."""
    folders = [Path(folder) for folder in os.environ.get("PIP_FIND_LINKS", "").split() if os.path.isdir(folder)]
    tag = "cp{}{}".format(*sys.version_info[:2])
    wheels = [path for folder in folders for path in folder.glob(f"torch-*+cpu-{tag}-{tag}-*x86_64.whl")]
    if not wheels:
        pytest.skip(f"no wheel of PyTorch for the CPU ({tag}) in a folder that PIP_FIND_LINKS names")
    prefix = tmp_path_factory.mktemp("torch") / "venv"
    run([sys.executable, "-I", "-m", "venv", "--without-pip", str(prefix)])
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run([*uv, "--python", str(prefix / "bin" / "python"), str(wheels[0])])
    return patient_at(prefix)


def test_pytorchs_blas_and_openmp_are_told_and_it_is_never_loaded(torch: Patient, tmp_path: Path) -> None:
    (mkl,) = told(torch)["libraries"]
    assert (mkl["vendor"], mkl["used_by"], mkl["loaded"]) == ("mkl", ["torch"], False)
    assert mkl["path"] == str(torch.site / "torch/lib/libtorch_cpu.so")
    (runtime,) = told(torch)["openmp"]
    assert (runtime["runtime"], runtime["used_by"], runtime["loaded"]) == ("libgomp", ["torch"], False)
    assert runtime["path"] == str(torch.site / "torch/lib/libgomp.so.1")
    # From here on, whoever imports PyTorch or maps a library of its leaves a file.
    imported, mapped = tmp_path / "imported", tmp_path / "mapped"
    write(torch.site / "torch/__init__.py", f"open({str(imported)!r}, 'w').close()\n")
    for library in (torch.site / "torch/lib/libtorch_cpu.so", torch.site / "torch/lib/libgomp.so.1"):
        remove(library)
        build_library(library, f'fclose(fopen("{mapped}", "w"));')
    seen = checkup(torch, "--select", "BLA,THR,GPU", environ=clean_environ())
    assert {finding["code"] for finding in seen.document["findings"]} <= {"GPU001"}
    assert not imported.exists() and not mapped.exists()
    run([str(torch.python), "-c", f"import torch, ctypes; ctypes.CDLL({str(library)!r})"])
    assert imported.exists() and mapped.exists()


def test_copies_from_before_the_spinning_do_not_compete(tmp_path_factory: pytest.TempPathFactory) -> None:
    """NumPy 1.26.4 brings OpenBLAS 0.3.23, SciPy 1.11.4 0.3.21: both before 0.3.27."""
    prefix = tmp_path_factory.mktemp("old") / "venv"
    uv = [sys.executable, "-m", "uv"]
    environ = clean_environ(UV_PYTHON_DOWNLOADS="never")
    made = subprocess.run(
        [*uv, "venv", "--quiet", "--python", ">=3.9,<3.13", str(prefix)],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no Python from 3.9 to 3.12 here, which SciPy 1.11.4 is for: {made.stderr.strip()[:200]}")
    run([*uv, "pip", "install", "--quiet", "--python", str(prefix), "numpy==1.26.4", "scipy==1.11.4"], environ)
    old = patient_at(prefix)
    libraries = told(old)["libraries"]
    assert [item["version"][:6] for item in libraries] == ["0.3.23", "0.3.21"]
    assert all(item["loaded"] for item in libraries)
    seen = checkup(old, "--select", "BLA,THR", environ=clean_environ())
    assert [finding["code"] for finding in seen.document["findings"]] == ["BLA001"]
