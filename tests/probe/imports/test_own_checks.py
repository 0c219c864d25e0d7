"""Checks that packages bring for RAPIDS' doctor: found in their entry points, run in a child of the patient."""

import os
import sys
from pathlib import Path

import pytest

from envdoctor.probe.imports import own_checks
from envdoctor.probe.world import World
from envdoctor.testing import distribution

CHECKS = """
import os, sys, time
def well(verbose=False, **kwargs):
    print("noise on standard output")
    return "12 GB"
def plain():
    return True
def ill(verbose=False, gpu_info=None):
    raise ValueError("needs driver 580")
def leaves(**kwargs):
    sys.exit(3)
def hangs(**kwargs):
    time.sleep(60)
def crashes(**kwargs):
    os.abort()
"""


def site(folder: Path, points: str) -> tuple[World, list[str]]:
    (folder / "doctored.py").write_text(CHECKS)
    info = folder / "cudf-25.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(f"[console_scripts]\nx = y:z\n[{own_checks.GROUP}]\n{points}\n")
    found = distribution("cudf", location=str(folder), path=str(info))
    world = World(root="/", home="/", cwd="/", environ={})
    return world, list(own_checks.registered(world, [found]))


def ended(folder: Path, points: list[str]) -> dict[str, tuple[str, str]]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT")}
    found = own_checks.read(dict.fromkeys(points, "cudf"), [sys.executable, "-B"], {**kept, "PYTHONPATH": str(folder)})
    return {item.name: (item.ended, item.said) for item in found}


def test_each_check_is_told_as_it_ended(tmp_path: Path) -> None:
    names = ["well", "plain", "ill", "leaves"]
    _, points = site(tmp_path, "\n".join(f"{name} = doctored:{name}" for name in names) + "\ngone = doctored:gone")
    assert ended(tmp_path, points) == {
        "well": ("passed", ""),
        "plain": ("passed", ""),
        "ill": ("failed", "needs driver 580"),
        "leaves": ("failed", "3"),
        "gone": ("absent", "AttributeError: module 'doctored' has no attribute 'gone'"),
    }


def test_one_that_hangs_or_crashes_is_unknown_and_so_is_what_comes_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_checks, "LONGEST", 2.0)
    _, points = site(tmp_path, "well = doctored:well\nhangs = doctored:hangs\nplain = doctored:plain")
    told = ended(tmp_path, points)
    assert told["well"] == ("passed", "")
    assert told["hangs"] == told["plain"] == ("", "no answer in 2 s")
    crash = ended(tmp_path, ["crashes=doctored:crashes"])
    assert crash["crashes"][0] == "" and crash["crashes"][1].startswith("Python ended by")


def test_an_entry_point_that_is_no_name_is_not_handed_on(tmp_path: Path) -> None:
    _, points = site(tmp_path, "a = os:system\nb = -c:import\nc = x y:z\nd = nothing")
    assert points == ["a=os:system"]
