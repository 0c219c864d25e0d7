"""Which extensions the loader maps: those that an import would load, in every NumPy's folders."""

from pathlib import Path

import pytest

from envdoctor.probe.inside import loader

SUFFIXES = [".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"]


def layout(site: Path, *files: str) -> list[tuple[str, str]]:
    for name in files:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(b"")
    return [
        (package, Path(path).relative_to(site).as_posix()) for package, path in loader.extensions([str(site)], SUFFIXES)
    ]


def test_the_stub_that_numpy_1_26_has_hides_no_extension(tmp_path: Path) -> None:
    """https://github.com/numpy/numpy/tree/v1.26.4/numpy/_core: five small files in Python."""
    real = f"numpy/core/_multiarray_umath{SUFFIXES[0]}"
    assert layout(tmp_path, "numpy/_core/__init__.py", "numpy/_core/multiarray.py", real) == [("numpy", real)]


@pytest.mark.posix
def test_a_folder_that_can_not_be_listed_is_told(tmp_path: Path) -> None:
    layout(tmp_path, "numpy/__init__.py")
    (tmp_path / "numpy/_core").symlink_to("_core")
    refused: list[list[object]] = []
    assert loader.extensions([str(tmp_path)], SUFFIXES, refused) == []
    assert [place for place, _ in refused] == [str(tmp_path / "numpy/_core")]


def test_numpy_2_has_its_extension_in_the_newer_folder(tmp_path: Path) -> None:
    real = f"numpy/_core/_multiarray_umath{SUFFIXES[0]}"
    assert layout(tmp_path, "numpy/core/__init__.py", real) == [("numpy", real)]
