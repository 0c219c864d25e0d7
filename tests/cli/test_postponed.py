"""What is postponed is loaded when it is used, and nobody else notices."""

import importlib
import inspect
import subprocess
import sys

import pytest

from envdoctor.cli.postponed import left_out, postponed


@pytest.fixture
def without_inspect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "inspect")


def test_what_is_imported_within_is_loaded_at_its_first_use(without_inspect: None) -> None:
    with postponed("inspect"):
        import inspect as later
    assert "inspect" not in sys.modules
    assert later.isfunction(postponed)
    assert "inspect" in sys.modules


@pytest.mark.parametrize("text", ["", "  One line. ", "First.\n\n    Second.\n  ", "\ttab", "a\tb"])
def test_the_help_of_an_option_is_cleaned_as_inspect_does_it(without_inspect: None, text: str) -> None:
    with postponed("inspect"):
        import inspect as later
    assert later.cleandoc(text) == inspect.cleandoc(text)


def test_what_is_loaded_already_is_no_stand_in() -> None:
    with postponed("inspect"):
        import inspect as same
    assert same is inspect


def test_what_is_left_out_is_absent_within_and_there_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "stringprep", raising=False)
    with left_out("stringprep", "sys"):
        with pytest.raises(ImportError):
            importlib.import_module("stringprep")
        assert importlib.import_module("sys") is sys
    assert importlib.import_module("stringprep") is sys.modules["stringprep"]


def test_a_check_up_loads_neither_inspect_nor_typing_extensions() -> None:
    asked = (
        "import sys, envdoctor.start as s\n"
        "s._leave = lambda status: sys.exit(str({'inspect', 'typing_extensions'} & {*sys.modules}))\n"
        "s.main()"
    )
    command = [sys.executable, "-c", asked, "check", "--select", "PY"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1:] == ["set()"]
