"""Libraries that a variable of the loader puts in front of those that Python's own modules were built with."""

import os
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from envdoctor.probe.binaries import elf
from envdoctor.probe.imports.standard import broken
from envdoctor.probe.world import World, this_world
from envdoctor.testing import interpreter

DYNLOAD = Path(sysconfig.get_path("stdlib"), "lib-dynload")
pytestmark = pytest.mark.skipif(sys.platform != "linux" or not DYNLOAD.is_dir(), reason="needs Linux' loader")


def judged(environ: dict[str, str]) -> dict[str, str]:
    world = World(home="/home/ada", cwd="/", environ=environ, platform="linux")
    me = interpreter(paths={"stdlib": str(DYNLOAD.parent)})
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
    return broken(world, me, [sys.executable, "-I"], clean | environ, time.monotonic() + 60)


def test_a_module_whose_library_is_damaged_in_front_is_found_and_no_other(tmp_path: Path) -> None:
    (extension,) = DYNLOAD.glob("_sqlite3.*")
    image = elf.read(this_world(), str(extension))
    assert isinstance(image, elf.Elf)
    library = next(name for name in image.needed if "sqlite" in name)
    assert judged({"LD_LIBRARY_PATH": str(tmp_path)}) == {}
    (tmp_path / library).touch()
    found = judged({"LD_LIBRARY_PATH": f"/nowhere:{tmp_path}"})
    assert list(found) == ["_sqlite3"]
    assert "file too short" in found["_sqlite3"]
