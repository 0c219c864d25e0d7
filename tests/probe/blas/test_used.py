"""The child that imports NumPy: whatever NumPy does there, the answer comes in time or says why there is none."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from envdoctor.facts import Missing
from envdoctor.probe.blas import used
from tests.support.patients import clean_environ

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="GOT entries and /proc")


def ask(folder: Path, numpy: str | None, mode: str = "normal", platform: str = "linux", timeout: float = 10.0) -> Any:
    """What is told where ``numpy`` is the source of NumPy; ``None``: there is none."""
    if numpy is not None:
        (folder / "numpy").mkdir()
        (folder / "numpy" / "__init__.py").write_text(numpy)
    interview: Any = SimpleNamespace(executable=sys._base_executable, mode=mode, timeout=timeout)  # type: ignore[attr-defined]
    return used.read(interview, clean_environ(PYTHONPATH=str(folder), PYTHONNOUSERSITE="1"), platform)


@pytest.mark.parametrize(
    ("numpy", "reason"),
    [
        ("import time; time.sleep(60)", "the child that imports NumPy: no answer in 1 s"),
        ("import os; os.kill(os.getpid(), 11)", "the child that imports NumPy: signal 11 (SIGSEGV)"),
        ("import os; os._exit(3)", "the child that imports NumPy: status 3"),
        ("raise ImportError('\\n\\nlong\\nOriginal error was: libx.so: gone\\n')", "Original error was: libx.so: gone"),
        ("import no_such_module", "import numpy fails: ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise ValueError", "import numpy fails: ValueError"),
        ("", "AttributeError"),
    ],
)
def test_a_numpy_that_does_not_answer_is_unknown_with_the_reason(tmp_path: Path, numpy: str, reason: str) -> None:
    told = ask(tmp_path, numpy, timeout=1.0 if "sleep" in numpy else 10.0)
    assert isinstance(told, Missing)
    assert reason in told.reason


def test_a_numpy_that_calls_no_blas_and_no_numpy_use_none(tmp_path: Path) -> None:
    assert ask(tmp_path, "ones = lambda shape: 1\ndot = lambda a, b: 1\n") is None


def test_modules_that_hide_the_standard_librarys_do_not_answer(tmp_path: Path) -> None:
    for name in ("loader", "collector", "ctypes"):  # others, the start-up code of this very Python may want
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)\n")
    assert ask(tmp_path, "ones = lambda shape: 1\ndot = lambda a, b: 1\n") is None


@pytest.mark.parametrize(
    ("mode", "platform", "reason"),
    [
        ("normal", "darwin", "on Linux only"),
        ("none", "linux", "does not start"),
        ("isolated-without-site", "linux", "without its packages"),
    ],
)
def test_where_it_can_not_be_asked_it_is_unknown(tmp_path: Path, mode: str, platform: str, reason: str) -> None:
    told = ask(tmp_path, None, mode, platform)
    assert isinstance(told, Missing)
    assert reason in told.reason


def test_an_interruption_leaves_no_child(tmp_path: Path) -> None:
    """The doctor is told to end while NumPy is being imported."""
    told = tmp_path / "pid"
    (tmp_path / "numpy").mkdir()
    source = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(60)\n"
    (tmp_path / "numpy" / "__init__.py").write_text(source)
    argv = [sys.executable, "-m", "envdoctor", "info", "--deep", "--python", sys._base_executable]  # type: ignore[attr-defined]
    environ = clean_environ(PYTHONPATH=str(tmp_path), PYTHONNOUSERSITE="1")
    doctor = subprocess.Popen(argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        child = int(told.read_text())
        doctor.terminate()
        assert doctor.wait(10) != 0
    finally:
        doctor.kill()
        doctor.wait()
    time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
