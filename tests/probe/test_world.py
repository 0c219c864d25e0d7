"""What a file says, whoever wrote it; a tree of folders stands for a disk of any system."""

from pathlib import Path

import pytest

from envdoctor.probe.section import native
from envdoctor.probe.world import World


@pytest.mark.parametrize(
    "data",
    [
        "numpy=1.0 für alle\r\n".encode("utf-16"),
        b"\xfe\xff" + "numpy=1.0 für alle\r\n".encode("utf-16-be"),
        "numpy=1.0 für alle\r\n".encode("utf-8-sig"),
        "numpy=1.0 für alle\r\n".encode(),
    ],
)
def test_a_text_is_decoded_by_the_mark_at_its_beginning(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    world = World(root=str(tmp_path), home="/", cwd="/", environ={})
    assert world.text("/file") == "numpy=1.0 für alle\r\n"


def test_a_tree_may_be_a_disk_of_windows(tmp_path: Path) -> None:
    (tmp_path / "C:" / "Users" / "ada").mkdir(parents=True)
    (tmp_path / "C:" / "Users" / "ada" / "file.txt").write_text("here")
    world = World(root=str(tmp_path), home=r"C:\Users\ada", cwd=r"C:\Users\ada", environ={}, platform="win32")
    assert world.text(r"C:\Users\ada\file.txt") == "here"
    assert world.names(r"C:\Users") == ["ada"]


def test_paths_of_a_drive_are_written_as_windows_writes_them() -> None:
    said = {"C:\\env/Lib": ["C:/env/Lib", "lib/python", "http://x/y", "C: a/b", "C:/two\nlines/x"]}
    assert native(said) == {r"C:\env\Lib": [r"C:\env\Lib", "lib/python", "http://x/y", "C: a/b", "C:/two\nlines/x"]}
