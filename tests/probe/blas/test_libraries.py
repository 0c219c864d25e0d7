"""BLAS and OpenMP libraries on disk: found in the folders where packages put them, and in a file of other things."""

from pathlib import Path
from typing import Any

import pytest

from envdoctor.facts import Cpu, Missing
from envdoctor.probe.blas import whole as blas
from envdoctor.probe.blas.libraries import copies, runtime_of, static_vendor
from envdoctor.probe.world import World
from envdoctor.testing import openblas
from tests.probe.binaries.test_elf import build
from tests.support.patients import write

WORLD = World(home="/root", cwd="/", environ={}, platform="linux")
CPU = Cpu(logical=2, physical=2, affinity=2, usable=2)


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("numpy.libs/libscipy_openblas64_-1.so", "numpy"),
        ("numpy/.libs/libopenblasp-r0.3.so", "numpy"),
        ("scipy/.dylibs/libopenblas.0.dylib", "scipy"),
        ("opencv_python_headless.libs/libopenblasp-r0-1.3.15.so", "cv2"),
        ("opencv_contrib_python.libs/libopenblasp-r0-1.3.15.so", "cv2"),
        ("cv2/.dylibs/libopenblas.0.dylib", "cv2"),
        ("scikit_learn.libs/libgomp-1.so.1.0.0", "sklearn"),
        ("sklearn/.dylibs/libomp.dylib", "sklearn"),
        ("faiss_cpu.libs/libgomp-1.so.1.0.0", "faiss"),
        ("cvxopt.libs/libsatlas-1.so.3.10", "cvxopt"),
        ("torch/lib/libgomp.so.1", "torch"),
        ("torch/lib/libiomp5md.dll", "torch"),
    ],
)
def test_a_library_belongs_to_the_package_that_is_imported(tmp_path: Path, file: str, owner: str) -> None:
    path = write(tmp_path / file, b"library")
    assert copies(WORLD, [str(tmp_path)], None) == {str(path): [owner]}


@pytest.mark.parametrize("file", ["numpy.libs/libgfortran-1.so.5", "torch/lib/libc10.so", "other/lib/libopenblas.so"])
def test_other_files_are_no_libraries_of_ours(tmp_path: Path, file: str) -> None:
    write(tmp_path / file, b"library")
    assert copies(WORLD, [str(tmp_path)], None) == {}


def test_a_wheel_of_mkl_puts_its_libraries_into_the_prefix(tmp_path: Path) -> None:
    site = tmp_path / "lib/python3.13/site-packages"
    mkl = write(tmp_path / "lib/libmkl_rt.so.3", b"mkl")
    write(site / "numpy/__init__.py", b"")
    assert copies(WORLD, [str(site)], str(tmp_path)) == {}
    write(site / "mkl-2026.2.0.dist-info/METADATA", b"")
    assert copies(WORLD, [str(site)], str(tmp_path)) == {str(mkl): []}


def test_a_runtime_is_told_by_its_file_name() -> None:
    assert runtime_of("/x/libgomp-e985bcbb.so.1.0.0") == "libgomp"
    assert runtime_of("/x/libomp.dylib") == "libomp"
    assert runtime_of("/x/libompd.py") is None
    assert runtime_of("/x/libomp.h") is None


def test_a_blas_that_is_part_of_pytorchs_library_is_told_by_what_it_exports(tmp_path: Path) -> None:
    library = tmp_path / "torch/lib/libtorch_cpu.so"
    library.parent.mkdir(parents=True)
    build(library, code="int mkl_get_max_threads(void) { return 1; }")
    runtime = write(tmp_path / "torch/lib/libgomp.so.1", b"gomp")
    loader: dict[str, Any] = {"examined": [], "errors": [], "brought": {}, "pools": [], "problem": None}
    told = blas.read(WORLD, [str(tmp_path)], None, loader, "")
    (mkl,) = told.libraries
    assert (mkl.vendor, mkl.path, mkl.used_by, mkl.loaded) == ("mkl", str(library), ["torch"], False)
    assert isinstance(mkl.threads, Missing) and isinstance(mkl.bytes, Missing)
    assert isinstance(told.openmp, list)
    assert [(item.runtime, item.path, item.used_by, item.loaded) for item in told.openmp] == [
        ("libgomp", str(runtime), ["torch"], False)
    ]


def test_the_threads_of_a_library_that_does_not_tell_are_not_foretold_in_the_facts(tmp_path: Path) -> None:
    library = tmp_path / "usr/lib/x86_64-linux-gnu/blis-serial/libblas.so.3"
    library.parent.mkdir(parents=True)
    build(library, code="int bli_thread_get_num_threads(void) { return 1; }")
    loader: dict[str, Any] = {"examined": [], "errors": [], "brought": {"numpy": [str(library)]}, "pools": []}
    told = blas.read(WORLD, [str(tmp_path)], None, {**loader, "problem": None}, "")
    (blis,) = told.libraries
    assert (blis.vendor, blis.loaded, blis.threading_layer) == ("blis", True, "disabled")
    assert isinstance(blis.threads, Missing)


def test_a_library_that_takes_its_blas_from_elsewhere_is_none_itself(tmp_path: Path) -> None:
    inner = build(tmp_path / "libopenblas.so.0", "-Wl,-soname,libopenblas.so.0")
    outer = build(tmp_path / "libtorch_cpu.so", "-Wl,--no-as-needed", str(inner), code="int openblas_get_config;")
    assert static_vendor(WORLD, str(outer)) is None
    assert static_vendor(WORLD, str(build(tmp_path / "libother.so"))) is None


@pytest.mark.parametrize(
    "ended, errors",
    [
        ("status 0 while loading /site/numpy/_core/x.so", [("numpy", "/site/numpy/_core/x.so", "status 0")]),
        (
            "signal 9 (SIGKILL) while loading /site/scipy/linalg/x.so",
            [("scipy", "/site/scipy/linalg/x.so", "signal 9 (SIGKILL)")],
        ),
        (
            "no answer in 10 s while loading /site/sklearn/utils/x.so",
            [("sklearn", "/site/sklearn/utils/x.so", "no answer in 10 s")],
        ),
        (
            "status 0xC0000005 (access violation) while loading C:\\numpy\\x.pyd",
            [("numpy", "C:\\numpy\\x.pyd", "status 0xC0000005 (access violation)")],
        ),
        ("signal 2 (SIGINT) while loading /site/numpy/_core/x.so", None),
        ("signal 15 (SIGTERM) while loading /site/numpy/_core/x.so", None),
        ("status 1 while loading /site/numpy/_core/x.so: OpenBLAS blas_thread_init: pthread_create failed", None),
        ("status 1 while loading the thread pools' answers", None),
        ("the interpreter does not start", None),
    ],
)
def test_how_loading_ended_is_an_error_of_the_file(ended: str, errors: list[tuple[str, str, str]] | None) -> None:
    here = World(root="/nowhere", home="/", cwd="/", environ={})
    found = blas.read(here, [], None, None, ended).errors
    told = [(it.package, it.extension, it.message) for it in found] if isinstance(found, list) else None
    assert told == errors


@pytest.mark.parametrize(
    ("text", "none"),
    [
        ('"blas": {\n "name": "none",\n "found": bool("False".lower()', True),
        ('"blas": {\n "name": "scipy-openblas",\n "found": bool("True".lower()', False),
        ('"lapack": {\n "name": "none",', False),
        ("blas_mkl_info={}\nblas_opt_info={}\n", True),
        ("blas_mkl_info={}\nblas_opt_info={'libraries': ['openblas']}\n", False),
    ],
)
def test_a_numpy_says_itself_that_it_was_built_without_a_blas(tmp_path: Path, text: str, none: bool) -> None:
    """numpy/__config__.py.in (meson), numpy/distutils/misc_util.py (distutils)."""
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__config__.py").write_text(text)
    world = World(home="/home/ada", cwd="/", environ={})
    extension = f"{tmp_path}/numpy/_core/_multiarray_umath.so"
    told = blas._built_without(world, [("numpy", extension)], [])
    assert told == (f"{tmp_path}/numpy/__config__.py" if none else None)
    assert blas._built_without(world, [("numpy", extension)], [openblas()]) is None
    assert blas._built_without(world, [("scipy", extension)], []) is None
