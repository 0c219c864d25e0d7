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
    session.write(str(link), "new")
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
    with pytest.raises(UsageError, match="No space left on device"):
        session.write(str(file), "new")
    assert file.read_text(encoding="ascii") == "old"
    assert os.listdir(tmp_path) == ["report.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFO in a folder")
def test_a_fifo_that_nobody_reads_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="pipe"):
        session.write(str(tmp_path / "pipe"), "new")
