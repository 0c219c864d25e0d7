"""Files that were asked for are replaced, never emptied, and nothing that is no file holds the doctor."""

import os
import sys
from pathlib import Path

import pytest

from envdoctor.cli import session
from envdoctor.engine.selection import UsageError


def test_a_file_is_replaced_with_its_mode_and_behind_its_link(tmp_path: Path) -> None:
    file, link = tmp_path / "report.json", tmp_path / "link.json"
    file.write_text("old", encoding="ascii")
    file.chmod(0o640)
    link.symlink_to(file.name)
    session.write(str(link), "new", force=True)
    assert file.read_text(encoding="ascii") == "new"
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.json", "report.json"]


def test_an_old_file_stays_where_the_new_one_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.json"
    file.write_text("old", encoding="ascii")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for name, force in (("report.json", True), ("other.json", False)):
        with pytest.raises(UsageError, match="No space left on device"):
            session.write(str(tmp_path / name), "new", force)
    assert file.read_text(encoding="ascii") == "old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    file = tmp_path / "thesis.txt"
    file.write_text("old", encoding="ascii")
    with pytest.raises(UsageError, match=r"exists already.*--force"):
        session.write(str(file), "new")
    assert file.read_text(encoding="ascii") == "old"
    session.write(str(file), "!", append=True)
    assert file.read_text(encoding="ascii") == "old!"


@pytest.mark.posix
@pytest.mark.parametrize("special", ["/dev/null", "/dev/full", "/dev/stdout", "/proc/self/fd/1", "/"])
def test_what_is_no_file_is_refused_by_force_too(special: str) -> None:
    with pytest.raises(UsageError, match="no file, but"):
        session.refuse(special, force=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFO in a folder")
def test_a_fifo_that_nobody_reads_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="pipe"):
        session.write(str(tmp_path / "pipe"), "new")
