"""Installers at hand that can't start, told by their files."""

import shutil
import sys
from pathlib import Path

import pytest

from envdoctor.probe.path.tools import read
from envdoctor.probe.world import World


def broken(folder: Path) -> dict[str, str]:
    return read(World(home="/", cwd="/", environ={"PATH": str(folder)})).broken


def put(path: Path, text: str | bytes = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o755)
    return path


def poetry(folder: Path, base: str, minor: str, module: str = "poetry/console/application.py") -> Path:
    """Poetry's own environment as pipx makes it: its Python is a link, its packages those of Python ``minor``."""
    venv = folder / "venvs" / "poetry"
    put(venv / "pyvenv.cfg", "home = /usr/bin\n")
    put(folder / base)
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to(folder / base)
    if module:
        put(venv / "lib" / f"python{minor}" / "site-packages" / module)
    return put(
        folder / "bin" / "poetry", f"#!{venv}/bin/python\nimport sys\nfrom poetry.console.application import main\n"
    ).parent


@pytest.mark.skipif(sys.platform != "linux", reason="ELF files are Linux's")
@pytest.mark.parametrize("name", ["uv", "pixi", "micromamba", "mamba"])
def test_a_program_that_is_cut_off_or_empty_does_not_start(tmp_path: Path, name: str) -> None:
    whole = Path(shutil.which("cat") or "/bin/cat").read_bytes()
    put(tmp_path / name, whole)
    assert broken(tmp_path) == {}
    put(tmp_path / name, whole[: len(whole) // 3])
    assert "cut off" in broken(tmp_path)[name]
    put(tmp_path / name, whole[:50])
    assert name not in broken(tmp_path) or "cut off" in broken(tmp_path)[name]
    put(tmp_path / name)
    assert "is empty" in broken(tmp_path)[name]


def test_a_script_needs_its_python_and_its_module(tmp_path: Path) -> None:
    assert broken(poetry(tmp_path / "whole", "python3.11", "3.11")) == {}
    gone = poetry(tmp_path / "gone", "python3.11", "3.11")
    (tmp_path / "gone" / "python3.11").unlink()
    assert "is not there" in broken(gone)["poetry"]
    lost = poetry(tmp_path / "lost", "python3.11", "3.11", "poetry_core/__init__.py")
    assert "poetry.console.application is not in" in broken(lost)["poetry"]


def test_a_script_whose_python_became_another_minor_version_does_not_start(tmp_path: Path) -> None:
    assert "python3.12 now" in broken(poetry(tmp_path, "python3.12", "3.11"))["poetry"]
