"""The model of thread counts against what every library answers, for real: builds × variables × affinity."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from envdoctor.ecosystem.threads import expected
from envdoctor.probe.machine.cpu import read
from envdoctor.probe.world import this_world
from tests.support.patients import Patient, clean_environ, run

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform != "linux", reason="affinity masks, ELF libraries")]

# Loads one library, has it multiply two matrices, and prints what it then says of itself.
ASK = r"""
import ctypes, json, os, sys
kind, path, mask = sys.argv[1], sys.argv[2], sys.argv[3]
if mask == "one":
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
def function(*names):
    return next(getattr(library, name) for name in names if hasattr(library, name))
names = [p + "openblas_%s" + s for p in ("scipy_", "") for s in ("64_", "")]
size = 300
matrices = [(ctypes.c_double * (size * size))() for _ in range(3)]
if kind != "blis":
    gemm = function("scipy_cblas_dgemm64_", "scipy_cblas_dgemm", "cblas_dgemm64_", "cblas_dgemm")
    integer = ctypes.c_int64 if "64_" in gemm.__name__ else ctypes.c_int
    n, one = integer(size), ctypes.c_double(1)
    gemm(101, 111, 111, n, n, n, one, matrices[0], n, matrices[1], n, one, matrices[2], n)
if kind == "mkl":
    said = library.MKL_Domain_Get_Max_Threads(1), None, None
elif kind == "blis":
    said = max(1, library.bli_thread_get_num_threads()), None, None
else:
    config = function(*[name % "get_config" for name in names])
    config.restype = ctypes.c_char_p
    words = config().decode().split()
    most = [int(word[12:]) for word in words if word.startswith("MAX_THREADS=")]
    threads = function(*[name % "get_num_threads" for name in names])()
    if kind == "openmp":  # says an old number until a product on several threads; its team stays, and can be counted
        threads = len(os.listdir("/proc/self/task"))
    said = threads, words[1], most[0] if most else None
print(json.dumps(said))
"""

OPENBLAS: list[dict[str, str]] = [
    {},
    *(
        {name: value}
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        for value in ("1", "2", "7", "abc", "", "0", "-3")
    ),
    *({name: value} for name in ("OPENBLAS_DEFAULT_NUM_THREADS", "GOTO_NUM_THREADS") for value in ("1", "7")),
    {"OPENBLAS_NUM_THREADS": "1x"},
    {"OMP_NUM_THREADS": "1,2"},
    {"OMP_NUM_THREADS": " 1"},
    {"MKL_NUM_THREADS": "1"},
    {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2"},
    {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "1"},
    {"OPENBLAS_DEFAULT_NUM_THREADS": "2", "GOTO_NUM_THREADS": "1"},
    {"OPENBLAS_DEFAULT_NUM_THREADS": "1", "OMP_NUM_THREADS": "2"},
    {"GOTO_NUM_THREADS": "2", "OMP_NUM_THREADS": "1"},
    {"OPENBLAS_NUM_THREADS": "abc", "OMP_NUM_THREADS": "1"},
]
BLIS: list[dict[str, str]] = [
    {},
    *(
        {name: value}
        for name in ("BLIS_NUM_THREADS", "OMP_NUM_THREADS")
        for value in ("1", "3", "abc", "", "0", "-2", "3x", "4,1")
    ),
    {"BLIS_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"},
    {"BLIS_NUM_THREADS": "abc", "OMP_NUM_THREADS": "5"},
    {"OPENBLAS_NUM_THREADS": "3"},
    *(
        {name: value}
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        for value in ("4294967297", "+1", "-4294967295")
    ),
]
MKL: list[dict[str, str]] = [
    {},
    *(
        {name: value}
        for name in ("MKL_NUM_THREADS", "OMP_NUM_THREADS")
        for value in ("1", "2", "7", "abc", "", "0", "-2", "2x", " 2")
    ),
    {"OMP_NUM_THREADS": "1,2"},
    {"MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "2"},
    {"MKL_NUM_THREADS": "2", "OMP_NUM_THREADS": "1"},
    {"MKL_NUM_THREADS": "0", "OMP_NUM_THREADS": "1"},
    {"MKL_NUM_THREADS": "7", "MKL_DYNAMIC": "FALSE"},
    {"MKL_DOMAIN_NUM_THREADS": "MKL_DOMAIN_BLAS=1", "MKL_NUM_THREADS": "2"},
    {"MKL_DOMAIN_NUM_THREADS": "MKL_DOMAIN_ALL=1"},
]


def ask(kind: str, library: Path, variables: Mapping[str, str], mask: str, folders: str) -> list[Any]:
    """What the library says: threads, version, the build's maximum."""
    environ = clean_environ(LD_LIBRARY_PATH=folders) | dict(variables)
    said: list[Any] = json.loads(run([sys.executable, "-I", "-c", ASK, kind, str(library), mask], environ))
    return said


def differences(
    kind: str, vendor: str, layer: str, library: Path, folders: str, cases: list[dict[str, str]]
) -> list[tuple[object, ...]]:
    """The cases in which the model and the library disagree."""
    cpu = read(this_world())
    cores = cpu.physical if isinstance(cpu.physical, int) else None
    wrong: list[tuple[object, ...]] = []
    for mask in ("one", "all"):
        affinity = 1 if mask == "one" else cpu.affinity
        for variables in cases:
            said, version, maximum = ask(kind, library, variables, mask, folders)
            told = expected(vendor, variables, affinity, layer=layer, version=version, maximum=maximum, cores=cores)
            if told.threads != said:
                wrong.append((variables, mask, "the library says", said, "the model", told.threads, told.reason))
    return wrong


def test_the_model_agrees_with_the_openblas_of_numpys_and_scipys_wheels(numpy_template: Patient) -> None:
    for package in ("numpy", "scipy"):
        (library,) = numpy_template.site.glob(f"{package}.libs/libscipy_openblas*")
        cases = OPENBLAS if package == "numpy" else OPENBLAS[:9]
        assert differences("openblas", "openblas", "pthreads", library, str(library.parent), cases) == []


@pytest.mark.parametrize(
    ("alternative", "layer"), [("pthread", "pthreads"), ("openmp", "openmp"), ("serial", "disabled")]
)
def test_the_model_agrees_with_debians_openblas(debian_libraries: Path, alternative: str, layer: str) -> None:
    library = debian_libraries / f"openblas-{alternative}" / "libopenblas.so.0"
    kind = "openmp" if alternative == "openmp" else "openblas"
    assert differences(kind, "openblas", layer, library, str(debian_libraries), OPENBLAS) == []


@pytest.mark.parametrize(
    ("alternative", "layer"), [("pthread", "pthreads"), ("openmp", "openmp"), ("serial", "disabled")]
)
def test_the_model_agrees_with_blis(debian_libraries: Path, alternative: str, layer: str) -> None:
    library = debian_libraries / f"blis-{alternative}" / "libblis.so.4"
    assert differences("blis", "blis", layer, library, str(debian_libraries), BLIS) == []


def test_the_model_agrees_with_mkl_from_pypi(mkl_libraries: Path) -> None:
    (library,) = mkl_libraries.glob("libmkl_rt.so.*")
    assert differences("mkl", "mkl", "intel", library, str(mkl_libraries), MKL) == []


COUNT = r"""
import ctypes, os, sys, threading
library = ctypes.CDLL(sys.argv[1])
size = 600
matrices = [(ctypes.c_double * (size * size))() for _ in range(3)]
n, one = ctypes.c_int(size), ctypes.c_double(1)
def multiply():
    for _ in range(4):
        library.cblas_dgemm(101, 111, 111, n, n, n, one, matrices[0], n, matrices[1], n, one, matrices[2], n)
worker = threading.Thread(target=multiply)
worker.start()
most = 0
while worker.is_alive():
    most = max(most, len(os.listdir("/proc/self/task")))
print(most - 1)  # the thread that counts
"""


@pytest.mark.parametrize(
    ("alternative", "variables"),
    [
        ("blis-pthread", {}),
        ("blis-pthread", {"BLIS_NUM_THREADS": "3"}),
        ("blis-openmp", {"OMP_NUM_THREADS": "2"}),
        ("blis-serial", {"BLIS_NUM_THREADS": "3"}),
        ("atlas", {"OMP_NUM_THREADS": "2"}),
        ("blas", {"OMP_NUM_THREADS": "2"}),
    ],
)
def test_threads_seen_at_work_are_those_foretold_where_a_library_has_nothing_to_say(
    debian_libraries: Path, alternative: str, variables: dict[str, str]
) -> None:
    environ = clean_environ(LD_LIBRARY_PATH=str(debian_libraries)) | variables
    library = debian_libraries / alternative / "libblas.so.3"
    seen = int(run([sys.executable, "-I", "-c", COUNT, str(library)], environ))
    vendor = {"blas": "netlib"}.get(alternative, alternative.partition("-")[0])
    layer = {"blis-pthread": "pthreads", "blis-openmp": "openmp", "blis-serial": "disabled"}.get(
        alternative, "disabled"
    )
    assert seen == expected(vendor, variables, len(os.sched_getaffinity(0)), layer=layer).threads
