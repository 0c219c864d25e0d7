"""What Python says of files that fail at every start, taken apart."""

import os
from pathlib import Path

import pytest

from envdoctor.probe.startup import complaints, executable_pth
from envdoctor.probe.world import World

# As CPython 3.13's Lib/site.py prints it (addpackage, execsitecustomize).
SAID = """Error processing line 1 of /v/site-packages/a.pth:

  Traceback (most recent call last):
    File "<frozen site>", line 213, in addpackage
    File "<string>", line 1, in <module>
  ModuleNotFoundError: No module named 'a'

Remainder of file ignored
Error processing line 3 of /v/site-packages/b.pth:

  SyntaxError: invalid syntax

Remainder of file ignored
Error in sitecustomize; set PYTHONVERBOSE for traceback:
RuntimeError: boo
"""


def test_each_file_that_fails_is_told_with_its_exception(tmp_path: Path) -> None:
    site = tmp_path / "v/site-packages"
    site.mkdir(parents=True)
    (site / "sitecustomize.py").touch()
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    assert complaints(world, SAID, ["/nowhere", "/v/site-packages"]) == {
        "/v/site-packages/a.pth": "ModuleNotFoundError: No module named 'a'",
        "/v/site-packages/b.pth": "SyntaxError: invalid syntax",
        "/v/site-packages/sitecustomize.py": "RuntimeError: boo",
    }


def test_a_complaint_is_found_behind_words_without_an_end_of_line(tmp_path: Path) -> None:
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    said = "noise " + SAID.partition("\nError processing line 3")[0]
    assert list(complaints(world, said, [])) == ["/v/site-packages/a.pth"]


@pytest.mark.posix
def test_a_pth_that_is_a_pipe_is_a_culprit(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b.pth")
    (tmp_path / "c.pth").write_text("/nowhere\n", encoding="utf-8")
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    assert executable_pth(world, ["/"]) == ["/b.pth"]


def test_other_words_on_standard_error_accuse_nobody(tmp_path: Path) -> None:
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    assert complaints(world, "DeprecationWarning: x\nError in the network\n", ["/v"]) == {}
