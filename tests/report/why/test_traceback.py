"""Frames and errors, whoever laid the traceback out."""

import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.report.why.text import plain
from envdoctor.report.why.traceback import Frame, Raised, read

IPYTHON = """\
---------------------------------------------------------------------------
ImportError                               Traceback (most recent call last)
Cell In[1], line 1
----> 1 import fit

File ~/env/lib/python3.11/site-packages/fit/__init__.py:3
      1 from importlib.metadata import version as _version
----> 3 from fit import nothing

ImportError: cannot import name 'nothing' from 'fit' (unknown location)
"""
OLD_IPYTHON = """\
ModuleNotFoundError                       Traceback (most recent call last)
<ipython-input-3-5cc1b8b5a3a4> in <module>
----> 1 import zmq
~/env/lib/python3.8/site-packages/x.py in load(path)
ModuleNotFoundError: No module named 'zmq'
"""
RICH = """\
╭─────────────── Traceback (most recent call last) ────────────────╮
│ /home/ada/fit/job.py:12 in <module>                              │
│                                                                  │
│   11                                                             │
│ ❱ 12 import zmq                                                  │
╰──────────────────────────────────────────────────────────────────╯
ModuleNotFoundError: No module named 'zmq'
"""
PYTEST = """\
tests/test_fit.py:3: in <module>
    import zmq
E   ModuleNotFoundError: No module named 'zmq'
"""


def shown(text: str) -> tuple[list[tuple[str, int]], list[str]]:
    found = read(plain(text))
    return [(frame.file, frame.line) for frame in found.frames], [error.name for error in found.errors]


def test_pythons_own_layout_is_read(tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text("def f():\n    raise ValueError('x') from KeyError('y')\n")
    (tmp_path / "outer.py").write_text("import inner\n\ninner.f()\n")
    run = subprocess.run([sys.executable, "outer.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    found = read(plain(run.stderr))
    assert found.frames == (
        Frame(str(tmp_path / "outer.py"), 3, "<module>"),
        Frame(str(tmp_path / "inner.py"), 2, "f"),
    )
    assert found.errors == (Raised("KeyError", "'y'"), Raised("ValueError", "x"))
    assert found.last is not None and plain(run.stderr).split("\n")[found.last] == "ValueError: x"


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        (IPYTHON, [("In[1]", 1), ("~/env/lib/python3.11/site-packages/fit/__init__.py", 3)]),
        (OLD_IPYTHON, [("<ipython-input-3-5cc1b8b5a3a4>", 0), ("~/env/lib/python3.8/site-packages/x.py", 0)]),
        (RICH, [("/home/ada/fit/job.py", 12)]),
        (PYTEST, [("tests/test_fit.py", 3)]),
        ('  File "C:\\Program Files\\x\\y.py", line 3, in f', [("C:\\Program Files\\x\\y.py", 3)]),
        ('  File "/x/y.py", line 3 in f', [("/x/y.py", 3)]),  # faulthandler
    ],
)
def test_other_layouts_are_read(text: str, frames: list[tuple[str, int]]) -> None:
    assert shown(text)[0] == frames


@pytest.mark.parametrize("text", [IPYTHON, OLD_IPYTHON, RICH, PYTEST])
def test_the_error_of_other_layouts_is_read(text: str) -> None:
    assert shown(text)[1][-1] in ("ImportError", "ModuleNotFoundError")


def test_faulthandlers_layout_is_read() -> None:
    code = "import faulthandler; faulthandler.dump_traceback()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown(run.stderr)[0] == [("<string>", 1)]


@pytest.mark.parametrize(
    ("line", "type_", "message"),
    [
        ("jupyter_client.kernelspec.NoSuchKernel: No such kernel named python3",
         "jupyter_client.kernelspec.NoSuchKernel", "No such kernel named python3"),
        ("KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("distributed.scheduler.KilledWorker: x", "distributed.scheduler.KilledWorker", "x"),
        ("/a/b.py:3: RuntimeWarning: careful", "RuntimeWarning", "careful"),
    ],
)  # fmt: skip
def test_the_type_and_the_message_are_told_apart(line: str, type_: str, message: str) -> None:
    assert read(line).errors == (Raised(type_, message),)


@pytest.mark.parametrize("line", ["Note: this Error is none", "the ValueError: was mine", "x = Exception", ""])
def test_prose_is_no_error(line: str) -> None:
    assert read(line).errors == ()
