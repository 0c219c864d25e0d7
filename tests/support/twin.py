"""The Windows twin of a test's patient: the same facts with Windows' paths, judged by the same code.

A POSIX path and its twin have one length (``/home/ada`` is ``C:\\me\\ada``), so that what is laid out in columns stays
so. What comes back is read as POSIX again, and the test's own assertions hold, or do not: code that glues or cuts
paths by ``/`` fails its tests on the twin. The shell is one of POSIX, as Git for Windows brings it.
"""

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from envdoctor.engine import run as engine
from envdoctor.facts import System
from envdoctor.fixes import shell, target
from envdoctor.origin import identify
from envdoctor.report import advice, difference

# What Linux has and no Windows: no twin.
KEPT = ("/proc", "/sys", "/dev", "/etc", "/bin", "/run", "/var", "//")
_ROOT = re.compile(r"(?<![\w:/.~$}%*+-])/([A-Za-z][\w.-]+)(?=/|$|[\s\"',;:)\]])")
_PATH = re.compile(r"(?<![\w:/.~$}%*+-])/[A-Za-z][\w.-]+(?:/[^\s\"',;:()\[\]]*)?")
_BACK = re.compile(r"(?<![A-Za-z])[C-F]:\\[^\s\"',;:()\[\]]*")
_QUOTED = re.compile(r"'([C-F]:\\[^']*)'")

_forth: dict[str, str] = {}
_back: dict[str, str] = {}
_depth = 0
_system = True  # whether the twin's system is Windows, or its paths alone are


def _root(name: str) -> str:
    """The twin of ``/name``, as long as it: a drive, and what is left of the name."""
    if name not in _forth:
        for drive in "CDEF":
            twin = f"{drive}:\\{name[2:]}"
            if twin not in _back:
                break
        _forth[name], _back[twin] = twin, f"/{name}"
    return _forth[name]


def _translate(path: str) -> str:
    first, slash, rest = path[1:].partition("/")
    if f"/{first}".startswith(KEPT) or len(first) < 3:
        return path
    return _root(first) + (slash + rest).replace("/", "\\")


def forth(text: str) -> str:
    """``text`` with every POSIX path in it as the twin has it."""
    if text.startswith("/") and "\n" not in text and ":" not in text and ";" not in text and " /" not in text:
        return _translate(text) if _ROOT.match(text) else text
    return _PATH.sub(lambda found: _translate(found[0]), text) if "/" in text else text


def back(text: str) -> str:
    """``text`` with every path of the twin as POSIX has it."""

    def posix(path: str) -> str:
        for twin in sorted(_back, key=len, reverse=True):
            if path == twin or path.startswith(twin + "\\") or (path.startswith(twin) and twin.endswith("\\")):
                return _back[twin] + path[len(twin) :].replace("\\", "/")
        return path

    if ":\\" not in text:
        return text
    text = _QUOTED.sub(lambda found: shlex.quote(posix(found[1])), text)
    return _BACK.sub(lambda found: posix(found[0]), text)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str) and type(value) is str:
        return change(value)
    if isinstance(value, dict):
        return {_each(key, change): _each(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_each(item, change) for item in value))
    if isinstance(value, tuple):
        return tuple(_each(item, change) for item in value)
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(
            value, **{name: _each(getattr(value, name), change) for name in value.__struct_fields__}
        )
    return value


def windows(value: Any) -> Any:
    """The twin of facts, findings or texts."""
    twin = _each(value, forth)
    return _on_windows(twin)


def _on_windows(value: Any) -> Any:
    if not _system:
        return value
    if isinstance(value, System) and value.platform == "linux":
        return msgspec.structs.replace(value, platform="win32", machine="AMD64", distribution=None)
    if isinstance(value, msgspec.Struct) and hasattr(value, "system") and isinstance(value.system, System):
        return msgspec.structs.replace(value, system=_on_windows(value.system))
    return value


def posix(value: Any) -> Any:
    return _each(value, back)


@contextmanager
def _inside() -> Iterator[bool]:
    global _depth
    _depth += 1
    try:
        yield _depth == 1
    finally:
        _depth -= 1


def _wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with _inside() as outermost:
            if not outermost:
                return function(*args, **kwargs)
            return posix(function(*map(windows, args), **{name: windows(value) for name, value in kwargs.items()}))

    return call


def install(monkeypatch: pytest.MonkeyPatch, system: bool = True) -> None:
    """Let the tests' calls of the pure code reach it with the twin's facts; without ``system`` only paths change."""
    global _system
    _system = system
    from envdoctor.fixes import Toolbox, plan

    monkeypatch.setattr(target, "shell_of", lambda *args: shell.Shell())
    functions = (engine.run, engine.examine, identify, advice.advise, difference.compare, plan.plan)
    replaced: dict[int, Any] = {id(function): _wrapped(function) for function in functions}

    class Twin(Toolbox):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            with _inside() as outermost:
                super().__init__(*(map(windows, args) if outermost else args), **kwargs)

        def fix(self, *args: Any, **kwargs: Any) -> Any:
            return _wrapped(super().fix)(*args, **kwargs)

    replaced[id(Toolbox)] = Twin
    for name, module in list(sys.modules.items()):
        if name.startswith(("tests.", "envdoctor.testing")) and name != __name__:
            for attribute, value in list(vars(module).items()):
                if id(value) in replaced:
                    monkeypatch.setattr(module, attribute, replaced[id(value)])
