"""Broken environments and interrupted check-ups, a few of those that ``python -m tests.hostile`` tries by the thousand."""

import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.interruptions import interruptions
from tests.hostile.patients import Broken, _judged, build, imports, patients
from tests.support.patients import Checkup, Patient

pytestmark = [
    pytest.mark.real,
    pytest.mark.posix,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter: pytest's own are the owner's alone."""
    made = Path(tempfile.mkdtemp(prefix="hostile-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_no_broken_environment_brings_the_check_up_down(numpy_template: Patient, folder: Path) -> None:
    """3 s."""
    assert dict(patients(6, 17, numpy_template, folder)) == {}


def test_no_interruption_leaves_a_process_or_half_a_file(numpy_template: Patient) -> None:
    """2 s."""
    assert dict(interruptions(4, 1, numpy_template)) == {}


def test_the_judge_sees_a_false_pass_and_all_else_that_is_wrong(numpy_template: Patient, folder: Path) -> None:
    broken = build(numpy_template, folder / "p", random.Random(1), most=1)
    (broken.site / "numpy" / "__init__.py").unlink()
    (broken.site / "numpy" / "__init__.py").write_text("raise ImportError")
    assert not imports(broken)
    seen = Checkup(4, '{"summary": {"status": "healthy"}}', "Traceback (most recent call last)\n" * 30, "\x1b[2J", 1.0)
    seen.changed, seen.left_running = ["/a"], ["7 sleep"]
    assert len(_judged(Broken(broken.patient, broken.home, broken.cwd, broken.choose), seen)) == 7


def test_what_can_import_numpy_is_told_from_what_can_not(numpy_template: Patient, folder: Path) -> None:
    for name in ("home", "project"):
        os.mkdir(folder / name)
    whole = Broken(numpy_template, folder / "home", folder / "project", random.Random(1))
    assert imports(whole)
