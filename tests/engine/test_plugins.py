"""Checks of installed distributions, found without importlib.metadata, and what becomes of those that fail."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from envdoctor.engine.plugins import CheckSet, built_in, collect, entry_points, parse_entry_points
from envdoctor.engine.run import RegisteredCheck, run
from envdoctor.testing import facts

CHECKS = """
from envdoctor.api import Finding, Rule, Severity, check

@check(Rule("{code}", "rule-of-{code}", Severity.INFO))
def examine(recorded):
    yield from ()

CHECKS = [examine]
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a distribution with one module (``source``) into an empty folder on ``sys.path``."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(name: str, source: str, value: str = "", metadata: str | None = None) -> None:
        module = f"made_up_{name}"
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        folder = tmp_path / (metadata or f"{module}-1.0.dist-info")
        folder.mkdir()
        text = f"[envdoctor.checks]\n{name} = {value or module + ':CHECKS'}\n"
        (folder / "entry_points.txt").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return put


def theirs(collection: CheckSet) -> list[RegisteredCheck]:
    return [loaded for loaded in collection.checks if loaded.source]


def reasons(collection: CheckSet) -> list[str]:
    return [run(facts(), loaded).reason for loaded in theirs(collection)]


def test_a_plug_in_is_found_beside_the_built_in_checks(install: Install) -> None:
    install("good", CHECKS.format(code="GOO001"))
    collection = collect()
    assert [(item.source, item.check.codes) for item in theirs(collection)] == [("made-up-good", ("GOO001",))]
    assert collection.plugins == [("made-up-good", "1.0")]
    assert len(collection.checks) == len(built_in().checks) + 1


@pytest.mark.parametrize(
    "source, reason",
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def broken(:", "SyntaxError: "),
        ("X = 1", "AttributeError: module 'made_up_bad' has no attribute 'CHECKS'"),
        ("CHECKS = 5", "TypeError: 'int' object is not iterable"),
        ("CHECKS = [5]", "TypeError: 5 is no check"),
    ],
)
def test_a_plug_in_that_fails_stands_in_as_an_unknown_check(install: Install, source: str, reason: str) -> None:
    install("bad", source)
    install("good", CHECKS.format(code="GOO001"))
    collection = collect()
    (told, fine) = reasons(collection)
    assert told.startswith(f"the plug-in made-up-bad can't be loaded (made_up_bad:CHECKS): {reason}")
    assert fine == ""
    assert ("made-up-bad", "1.0") in collection.plugins


def test_a_code_that_is_taken_is_refused(install: Install) -> None:
    install("first", CHECKS.format(code="SAME001"))
    install("second", CHECKS.format(code="SAME001"))
    install("third", CHECKS.format(code="BLA001"))
    collection = collect()
    assert [run(facts(), item).status for item in theirs(collection)] == ["passed", "unknown", "unknown"]
    assert "ValueError: its codes SAME001 are taken" in reasons(collection)[1]
    assert "ValueError: its codes BLA001 are taken" in reasons(collection)[2]


def test_what_a_plug_in_prints_stays_off_standard_output(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install("loud", "print('hello')\n" + CHECKS.format(code="LOU001"))
    assert reasons(collect()) == [""]
    out, err = capsys.readouterr()
    assert (out, err) == ("", "hello\n")


@pytest.mark.parametrize(
    "value", ["made_up_deep:Box.CHECKS", "made_up_deep : Box.CHECKS [extra]", "made_up_deep:CHECKS"]
)
def test_every_form_of_an_entry_point_is_followed(install: Install, value: str) -> None:
    install("deep", CHECKS.format(code="DEE001") + "class Box:\n    CHECKS = CHECKS\n", value)
    assert [item.check.codes for item in theirs(collect())] == [("DEE001",)]


def test_a_module_alone_means_its_checks(install: Install) -> None:
    install("plain", CHECKS.format(code="PLA001"), "made_up_plain")
    assert [item.check.codes for item in theirs(collect())] == [("PLA001",)]


# --- finding them ---


def metadata(folder: Path, name: str, text: str | bytes = "[envdoctor.checks]\na = b\n") -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "entry_points.txt").write_bytes(text.encode() if isinstance(text, str) else text)


def found(*folders: Path) -> list[tuple[str, str]]:
    return [(point.distribution, point.version) for point in entry_points(map(str, folders))]


def test_distributions_are_found_in_every_kind_of_metadata(tmp_path: Path) -> None:
    metadata(tmp_path, "my_plug_in-1.0.dist-info")
    metadata(tmp_path, "other-2.0-py3.12.egg-info")
    metadata(tmp_path, "unversioned.egg-info")
    assert found(tmp_path) == [("my-plug-in", "1.0"), ("other", "2.0"), ("unversioned", "")]


def test_of_two_versions_the_first_on_the_path_counts(tmp_path: Path) -> None:
    metadata(tmp_path / "first", "My_Plug.In-1.0.dist-info")
    metadata(tmp_path / "second", "my_plug_in-2.0.dist-info")
    assert found(tmp_path / "first", tmp_path / "second") == [("My-Plug.In", "1.0")]


def test_what_is_no_distribution_is_passed_over(tmp_path: Path) -> None:
    metadata(tmp_path, "~ld-1.0.dist-info")
    metadata(tmp_path, "folder")
    (tmp_path / "empty-1.0.dist-info").mkdir()
    (tmp_path / "file-1.0.dist-info").touch()
    metadata(tmp_path, "console-1.0.dist-info", "[console_scripts]\na = b\n")
    metadata(tmp_path, "binary-1.0.dist-info", b"\xff\xfe\x00")
    assert found(tmp_path, tmp_path / "nowhere", tmp_path / "file-1.0.dist-info") == []


def test_bytes_that_are_no_text_hide_no_entry_point(tmp_path: Path) -> None:
    metadata(tmp_path, "odd-1.0.dist-info", b"[x]\n\xff = \xfe\n[envdoctor.checks]\na = b\n")
    assert found(tmp_path) == [("odd", "1.0")]


@pytest.mark.parametrize(
    "text, points",
    [
        ("", []),
        ("[envdoctor.checks]\n", []),
        ("[envdoctor.checks]\r\na=b:C\r\n", [("a", "b:C")]),
        ("[other]\na = b\n[envdoctor.checks]\n# no\n; no\n\n  c  =  d:E  \n[more]\ne = f", [("c", "d:E")]),
        ("[envdoctor.checks]\na = b:C [x]\n", [("a", "b:C")]),
        ("[envdoctor.checks.not]\na = b\n", []),
    ],
)
def test_only_entry_points_of_our_group_are_read(text: str, points: list[tuple[str, str]]) -> None:
    assert list(parse_entry_points(text)) == points
