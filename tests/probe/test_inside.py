"""What runs inside the patient: readable for every Python it may be, and truthful in the JSON it writes."""

import ast
import glob
import json
import os
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import envdoctor
from envdoctor.facts import Interpreter

INSIDE = Path(envdoctor.__file__).parent / "probe" / "inside"
IN_EVERY_START = [INSIDE / name for name in ("collector.py", "loader.py", "pools.py")]  # not isolated, either
SOURCES = [*IN_EVERY_START, INSIDE / "measure.py", INSIDE / "used.py", INSIDE / "elf.py", INSIDE / "subnormal.py"]
OLD = sorted(
    python
    for python in glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python")) + glob.glob("/usr/bin/python[23].*")
    if re.search(r"2\.7|3\.([6-9]|1\d)", python) and not python.endswith("-config")
)


def imported(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"inside_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COLLECTOR = imported(INSIDE / "collector.py")


# --- the oldest syntax ---

# What Python 2.7 can't read; what came after 3.6, `ast.parse` refuses itself.
NEWER = (
    *(ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.YieldFrom, ast.MatMult),
    *(ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await),
)


def too_new(source: str) -> list[str]:
    """Whatever in ``source`` is not Python 2.7 as well as 3.6."""
    found = []
    for node in ast.walk(ast.parse(source, feature_version=(3, 6))):
        if isinstance(node, NEWER):
            found.append(type(node).__name__)
        elif isinstance(node, ast.arg) and node.annotation is not None:
            found.append("annotation")
        elif isinstance(node, ast.FunctionDef) and (node.returns or node.args.kwonlyargs or node.args.posonlyargs):
            found.append(f"signature of {node.name}")
        elif isinstance(node, ast.Raise) and node.cause is not None:
            found.append("raise … from")
        elif isinstance(node, ast.Dict) and None in node.keys:
            found.append("** in a dictionary")
        elif isinstance(node, ast.Call) and any(isinstance(item, ast.Starred) for item in node.args[:-1]):
            found.append("an argument after *")
        elif isinstance(node, ast.Assign) and any(isinstance(item, ast.Starred) for item in ast.walk(node.targets[0])):
            found.append("* in a target")
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)) and any(isinstance(it, ast.Starred) for it in node.elts):
            found.append("* in a display")
        elif isinstance(node, ast.Call) and sum(keyword.arg is None for keyword in node.keywords) > 1:
            found.append("** twice")
        elif isinstance(node, ast.Name) and node.id == "print":
            found.append("print")
        elif isinstance(node, ast.ClassDef) and node.keywords:
            found.append("keyword of a class")
    if re.search(r"\b\d+_\d", source):
        found.append("_ in a number")
    if not source.isascii():
        found.append("a character that is not ASCII, without a declaration")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_oldest_python_can_read_it(path: Path) -> None:
    assert too_new(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "f'{x}'",
        "x: int = 1",
        "def f(x: int): pass",
        "def f() -> int: pass",
        "def f(*, x): pass",
        "[*x]",
        "a, *b = c",
        "f(*a, b)",
        "{**x}",
        "print(1)",
        "x = 1_000",
        "'é'",
        "def f():\n    raise A from b",
        "def f():\n    yield from x",
        "async def f(): pass",
        "class A(metaclass=B): pass",
        "a @ b",
    ],
)
def test_the_test_of_syntax_notices(source: str) -> None:
    assert too_new(source) != []


@pytest.mark.parametrize("source", ["(x := 1)", "def f(x, /): pass", "match x:\n    case 1: pass"])
def test_what_came_after_3_6_cannot_be_parsed(source: str) -> None:
    with pytest.raises(SyntaxError):
        too_new(source)


@pytest.mark.parametrize("path", IN_EVERY_START, ids=lambda path: path.name)
def test_nothing_is_imported_that_a_stray_module_could_answer_for(path: Path) -> None:
    """At the top of a module only what every Python has loaded; the rest when only the standard library answers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert names <= {"os", "sys", "time"}, names


@pytest.mark.real
@pytest.mark.pythons
@pytest.mark.parametrize("python", OLD)
def test_every_python_at_hand_answers(python: str) -> None:
    done = subprocess.run(
        [python, "-B", str(INSIDE / "collector.py"), "cookie:", ""], capture_output=True, text=True, check=True, cwd="/"
    )
    first, *_ = re.findall("cookie:(.*?)cookie:", done.stdout)
    answer = json.loads(first)
    assert answer["section"] == "collector"
    told = msgspec.convert(answer["value"], Interpreter)
    tell = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    asked = subprocess.run([python, "-c", tell], capture_output=True, text=True, check=True)
    assert told.version.startswith(asked.stdout.strip())
    assert '"section":"loader"' in done.stdout


# --- JSON without json ---

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=())), inner),
)


@given(VALUES)
@example({"a\x7f\u2028": ["\ud800", "\U0001f600", '"\\/', "\x00\n", -0.0, 1e300, 10**40, True, None, {}]})
def test_what_is_written_is_what_json_would_write(value: Any) -> None:
    text = COLLECTOR.dumps(value)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == json.loads(json.dumps(value))


def test_tuples_bytes_and_odd_keys_are_written_too() -> None:
    assert json.loads(COLLECTOR.dumps({1: (b"caf\xc3\xa9", b"\xff")})) == {"1": ["café", "�"]}


# --- the answer ---


def answers(*flags: str, path: Path = INSIDE / "collector.py", **environ: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, *flags, "-B", str(path), "cookie:", ""],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        env={"PATH": os.environ["PATH"], **environ},
    )
    return [json.loads(record) for record in re.findall("cookie:(.*?)cookie:", done.stdout)]


def test_the_answer_is_what_sys_says() -> None:
    told = msgspec.convert(answers()[0]["value"], Interpreter)
    assert told.version == "{}.{}.{}".format(*sys.version_info[:3])
    assert told.prefix == sys.prefix
    assert told.implementation == sys.implementation.name
    assert told.pointer_bits == (64 if sys.maxsize > 2**32 else 32)
    assert told.markers["python_version"] == told.python_version


def test_the_scripts_own_folder_is_not_the_patients() -> None:
    told = msgspec.convert(answers()[0]["value"], Interpreter)
    assert str(INSIDE) not in told.sys_path
    isolated = msgspec.convert(answers("-I")[0]["value"], Interpreter)
    assert isolated.sys_path == told.sys_path
    assert isolated.flags["isolated"] == 1


def test_what_the_user_puts_on_the_path_shows_and_answers_no_import_of_ours(tmp_path: Path) -> None:
    for name in ("sysconfig", "json", "ctypes", "resource", "threadpoolctl", "platform", "loader", "pools"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('stray')\n", encoding="ascii")
    first, *_, last = answers(PYTHONPATH=str(tmp_path))
    assert str(tmp_path) in first["value"]["sys_path"]
    assert "error" not in first["value"]["config"]
    assert last["section"] == "loader"


def test_without_site_there_is_an_answer_too() -> None:
    told = msgspec.convert(answers("-I", "-S")[0]["value"], Interpreter)
    assert told.flags["no_site"] == 1
    assert told.user_site is None


def test_a_newline_in_a_mapped_path_is_read_back(tmp_path: Path) -> None:
    (source,) = glob.glob(f"{INSIDE}/loader.py")
    unescaped = imported(Path(source)).unescaped
    assert unescaped(f"{tmp_path}/new\\012line.so") == f"{tmp_path}/new\nline.so"
    literal = tmp_path / "new\\012line.so"
    literal.touch()
    assert unescaped(str(literal)) == str(literal)


def test_modules_that_a_build_lacks_are_told_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COLLECTOR.absent() == []
    for name in COLLECTOR.COMPILED:
        if name != "_lzma":
            (tmp_path / f"{name}.cpython-312-x86_64-linux-gnu.so").touch()
    monkeypatch.setattr(COLLECTOR, "stdlib_path", lambda: [str(tmp_path), str(tmp_path / "gone")])
    monkeypatch.setattr(sys, "builtin_module_names", ("sys",))
    assert COLLECTOR.absent() == ["_lzma"]
    monkeypatch.setattr(COLLECTOR, "stdlib_path", lambda: [str(tmp_path / "gone")])
    assert COLLECTOR.absent() == []
