"""BLAS as facts, in real environments: what envdoctor says against what the libraries say after an import."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from envdoctor.probe.interrogation import threadpoolctl_folder
from tests.support.debian import ALTERNATIVES, path_for
from tests.support.patients import Patient, add_distribution, checkup, clean_environ, remove, run

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform != "linux", reason="ELF libraries")]

# Imports what there is, multiplies, and has threadpoolctl say what is loaded.
IMPORT = r"""
import json, sys
import numpy
try:
    import scipy.linalg
except ImportError:
    pass
numpy.ones((300, 300)) @ numpy.ones((300, 300))
sys.path.append(sys.argv[1])
import threadpoolctl
print(json.dumps([row for row in threadpoolctl.threadpool_info() if row["user_api"] == "blas"]))
"""


def told(python: str | Path, **environ: str) -> list[dict[str, Any]]:
    """The loaded libraries that ``envdoctor info`` tells."""
    argv = [sys.executable, "-m", "envdoctor", "info", "--python", str(python), "--format", "json"]
    document = json.loads(run(argv, clean_environ(**environ)))
    return [library for library in document["facts"]["blas"]["libraries"] if library["loaded"]]


def imported(python: str | Path, **environ: str) -> list[dict[str, Any]]:
    """What threadpoolctl says after the import."""
    argv = [str(python), "-B", "-c", IMPORT, threadpoolctl_folder()]
    rows: list[dict[str, Any]] = json.loads(run(argv, clean_environ(**environ)))
    return rows


def rows(libraries: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    names = {"filepath": "path", "internal_api": "vendor", "num_threads": "threads"}
    renamed = [{names.get(key, key): value for key, value in library.items()} for library in libraries]
    keys = ("vendor", "version", "threads", "threading_layer", "architecture")
    return {(os.path.realpath(row["path"]), *(row.get(key) for key in keys)) for row in renamed}


@pytest.mark.parametrize("variables", [{}, {"OPENBLAS_NUM_THREADS": "1"}, {"OMP_NUM_THREADS": "1"}])
def test_wheels_are_told_as_the_import_shows_them(numpy_template: Patient, variables: dict[str, str]) -> None:
    libraries = told(numpy_template.python, **variables)
    assert rows(libraries) == rows(imported(numpy_template.python, **variables))
    assert [library["used_by"] for library in libraries] == [["numpy"], ["scipy"]]
    assert [library["integers"] for library in libraries] == ["ilp64", "lp64"]
    assert [library["maximum"] for library in libraries] == [64, 64]


@pytest.mark.parametrize("alternative", [name for name in ALTERNATIVES if name.startswith("openblas")])
def test_debians_openblas_is_told_as_the_import_shows_it(
    debian_numpy: str, debian_libraries: Path, alternative: str
) -> None:
    environ = {"LD_LIBRARY_PATH": path_for(debian_libraries, alternative)}
    libraries = told(debian_numpy, **environ)
    assert rows(libraries) == rows(imported(debian_numpy, **environ))
    (library,) = libraries
    assert library["used_by"][0] == "numpy"
    assert f"/{alternative}/" in library["path"]


@pytest.mark.parametrize(
    ("alternative", "vendor", "version", "layer"),
    [
        ("blas", "netlib", "3.", None),
        ("atlas", "atlas", "3.10.3", "disabled"),
        ("blis-pthread", "blis", "0.9.0", "pthreads"),
        ("blis-openmp", "blis", "0.9.0", "openmp"),
        ("blis-serial", "blis", "0.9.0", "disabled"),
    ],
)
def test_what_threadpoolctl_does_not_know_is_told_nevertheless(
    debian_numpy: str, debian_libraries: Path, alternative: str, vendor: str, version: str, layer: str | None
) -> None:
    environ = {"LD_LIBRARY_PATH": path_for(debian_libraries, alternative)}
    assert imported(debian_numpy, **environ) == []
    (library,) = told(debian_numpy, **environ)
    assert (library["vendor"], library["threading_layer"]) == (vendor, layer)
    assert library["threads"] == {"missing": "the library does not say it"}
    assert library["version"].startswith(version)
    assert library["used_by"][0] == "numpy"
    assert f"/{alternative}/" in library["path"]


def test_blis_takes_the_threads_it_is_told(debian_numpy: str, debian_libraries: Path) -> None:
    """It never tells them: the header shows what is expected of it."""
    variables = {"LD_LIBRARY_PATH": path_for(debian_libraries, "blis-pthread"), "BLIS_NUM_THREADS": "3"}
    seen = checkup(Path(debian_numpy), environ=clean_environ(**variables))
    assert re.search(r"^ +BLAS +BLIS\b[^·\n]* · 3 threads", seen.text, re.MULTILINE), seen.text[:500]


def codes(python: str | Path, *select: str, **environ: str) -> dict[str, str]:
    """Codes and severities of the findings."""
    prefix = Path(python)
    seen = checkup(prefix, "--select", ",".join(select), environ=clean_environ(**environ))
    return {finding["code"]: finding["severity"] for finding in seen.document["findings"]}


@pytest.mark.parametrize("alternative", ["blas", "atlas"])
def test_the_reference_blas_and_atlas_are_slow(debian_numpy: str, debian_libraries: Path, alternative: str) -> None:
    found = codes(debian_numpy, "BLA", "THR", LD_LIBRARY_PATH=path_for(debian_libraries, alternative))
    assert found == {"BLA003": "warning"}


@pytest.mark.parametrize("alternative", [name for name in ALTERNATIVES if name.startswith(("openblas", "blis"))])
def test_a_healthy_alternative_costs_no_warning(debian_numpy: str, debian_libraries: Path, alternative: str) -> None:
    assert codes(debian_numpy, "BLA", "THR", LD_LIBRARY_PATH=path_for(debian_libraries, alternative)) == {}


def test_numpy_and_scipy_wheels_cost_no_warning_without_a_measurement(numpy_template: Patient) -> None:
    found = codes(numpy_template.python, "BLA", "THR")
    assert set(found.values()) <= {"info"}
    assert "BLA001" in found


@pytest.mark.skipif(
    sys.platform == "linux" and len(os.sched_getaffinity(0)) < 2, reason="two processors are needed for two threads"
)
@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, {"BLA002": "info"}),
        ({"OPENBLAS_THREAD_TIMEOUT": "18"}, {}),
        ({"OPENBLAS_NUM_THREADS": "1"}, {}),
        ({"OMP_NUM_THREADS": "1"}, {}),
    ],
)
def test_pools_that_go_to_sleep_or_have_one_thread_do_not_compete(
    numpy_template: Patient, variables: dict[str, str], found: dict[str, str]
) -> None:
    assert codes(numpy_template.python, "BLA002", **variables) == found


def test_numpy_on_mkl_is_told_and_its_library_asked(debian_numpy: str, mkl_libraries: Path, tmp_path: Path) -> None:
    (library,) = mkl_libraries.glob("libmkl_rt.so.*")
    for name in ("libblas.so.3", "liblapack.so.3"):  # as Debian's alternatives do it
        (tmp_path / name).symlink_to(library)
    environ = {"LD_LIBRARY_PATH": f"{tmp_path}:{mkl_libraries}"}
    (mkl,) = told(debian_numpy, **environ)
    (shown,) = imported(debian_numpy, **environ)
    assert (mkl["vendor"], mkl["threads"], mkl["threading_layer"]) == ("mkl", shown["num_threads"], "intel")
    assert shown["version"].startswith(mkl["version"])
    assert mkl["used_by"][0] == "numpy"
    assert codes(debian_numpy, "BLA", "THR", **environ) == {"BLA006": "info"}


def test_mkl_that_cannot_find_its_layers_leaves_the_rest_known(
    debian_numpy: str, mkl_libraries: Path, tmp_path: Path
) -> None:
    (library,) = mkl_libraries.glob("libmkl_rt.so.*")
    for name in ("libblas.so.3", "liblapack.so.3"):
        (tmp_path / name).symlink_to(library)
    (mkl,) = told(debian_numpy, LD_LIBRARY_PATH=str(tmp_path), MKL_THREADING_LAYER="TBB")
    assert mkl["vendor"] == "mkl"
    assert "status" in mkl["threads"]["missing"]


def test_mkl_beside_a_wheel_is_told_to_be_unused(numpy_patient: Patient) -> None:
    add_distribution(numpy_patient.site, "mkl", "2026.2.0")
    assert codes(numpy_patient.python, "BLA005") == {"BLA005": "info"}


def test_a_deleted_library_is_an_error_in_the_loaders_own_words(numpy_patient: Patient) -> None:
    (library,) = numpy_patient.site.glob("numpy.libs/libscipy_openblas*")
    remove(library)
    seen = checkup(numpy_patient, "--select", "BLA,THR")
    finding = seen.finding("BLA007")
    assert library.name in finding["subject"]
    assert library.name in finding["evidence"][0]["value"]


def test_an_identical_copy_is_told_by_its_content(numpy_patient: Patient) -> None:
    (library,) = numpy_patient.site.glob("numpy.libs/libscipy_openblas*")
    folder = numpy_patient.site / "another.libs"
    folder.mkdir()
    (folder / library.name).write_bytes(library.read_bytes())
    seen = checkup(numpy_patient, "--select", "BLA001")
    values = [row["value"] for row in seen.finding("BLA001")["evidence"]]
    assert len(values) == 3
    assert sum("of the same content as another" in value for value in values) == 2
