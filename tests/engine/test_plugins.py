"""Checks of installed distributions, found without importlib.metadata, and what becomes of those that fail."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from envdoctor.ecosystem.entry_points import parsed
from envdoctor.engine import foreign
from envdoctor.engine.checks import Outcome
from envdoctor.engine.plugins import CheckSet, built_in, collect, entry_points
from envdoctor.engine.run import RegisteredCheck, examine, run
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
    assert list(parsed(text, "envdoctor.checks")) == points


RULE = """
import os, sys
from envdoctor.api import Evidence, Finding, Install, Rule, SetEnv, Severity, check
R = Rule("FOR001", "foreign-rule", Severity.INFO)
def one(**changes):
    return Finding(**({"rule": R, "subject": "s", "evidence": (), "title": "t", "why": "w"} | changes))
@check(R)
def examine(recorded):
    BODY
CHECKS = [examine]
"""


def outcomes(install: Install, body: str) -> Outcome:
    install("made", RULE.replace("BODY", body))
    (theirs_,) = theirs(collect())
    (one,) = examine(facts(), [theirs_], 30.0)
    return one


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("yield one(subject=None)", "the finding.subject is None, not str"),
        ("yield one(title=5)", "the finding.title is a int, not str"),
        ("yield one(evidence=7)", "the finding.evidence is a int, not a tuple"),
        ("yield one(evidence=(Evidence('n', 3),))", "the finding.evidence[0].value is a int, not str"),
        ("yield one(evidence=(Evidence('n', '3')))", "the finding.evidence is a Evidence, not a tuple"),
        ("yield one(remedies=(Install('abc'),))", "the finding.remedies[0].requirements is a str, not a tuple"),
        ("yield one(remedies=(SetEnv({'X': 1}),))", "the finding.remedies[0].variables['X'] is a int, not str"),
        ("yield one(remedies=(3,))", "the finding.remedies[0] is a int"),
        ("yield one(own_severity='warning')", "the finding.own_severity is a str"),
        ("os._exit(0)", "SystemExit: os._exit(0)"),
        ("yield from (one(subject=str(i)) for i in range(1001))", "more than 1,000 findings"),
        ("yield from (one(subject='x' * 90_000) for i in range(9))", "findings of more than 500,000 characters"),
    ],
)
def test_what_a_plug_in_gives_is_checked_field_by_field(install: Install, body: str, reason: str) -> None:
    told = outcomes(install, body)
    assert reason in told.reason


def test_a_sound_finding_of_a_plug_in_passes(install: Install) -> None:
    body = "yield one(evidence=(Evidence('a', 'b'),), remedies=(Install(('x',)), SetEnv({'X': '1'})), own_severity=Severity.ERROR)"
    told = outcomes(install, body)
    assert (told.status, told.reason) == ("found", "")


def test_what_a_plug_in_prints_is_no_document(install: Install, capfd: pytest.CaptureFixture[str]) -> None:
    with os.fdopen(os.dup(1), "w", encoding="utf-8"):
        outcomes(install, "print('one'); os.write(1, b'two'); yield one()")
    out, _ = capfd.readouterr()
    assert "one" not in out


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os; os._exit(0)", "SystemExit: os._exit(0)"),
        ("import itertools; CHECKS = itertools.count()", "TypeError: 0 is no check"),
        ("class E(BaseException):\n    def __str__(self): raise E\nraise E", "E: (it can't say why)"),
        (CHECKS.format(code="<x>"), "TypeError: '<x>'"),
    ],
)
def test_an_import_that_ends_all_costs_the_plug_in_only(install: Install, source: str, reason: str) -> None:
    install("bad", source)
    (told,) = reasons(collect())
    assert reason in told


def test_an_import_that_never_ends_is_left_behind(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign.in_time, "__defaults__", (0.2,))
    install("slow", "import time; time.sleep(60)")
    (told,) = reasons(collect())
    assert "TimeoutError: not done within 0.2 s" in told


@pytest.mark.posix
def test_a_pipe_in_the_place_of_entry_points_holds_nobody(install: Install, tmp_path: Path) -> None:
    (tmp_path / "fifo-1.0.dist-info").mkdir()
    os.mkfifo(tmp_path / "fifo-1.0.dist-info/entry_points.txt")
    install("good", CHECKS.format(code="GOO001"))
    assert [item.source for item in theirs(collect())] == ["made-up-good"]
