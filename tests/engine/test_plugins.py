"""Checks of installed distributions, found without importlib.metadata, and what becomes of those that fail."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from envdoctor.ecosystem.entry_points import parsed
from envdoctor.engine import foreign, guest
from envdoctor.engine.checks import Check, Outcome
from envdoctor.engine.findings import Finding
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
    assert "its codes SAME001 are taken" in reasons(collection)[1]
    assert "its codes BLA001 are taken" in reasons(collection)[2]


def test_what_a_plug_in_prints_stays_off_standard_output(install: Install, capfd: pytest.CaptureFixture[str]) -> None:
    source = "import os\nprint('hello', flush=True)\nos.write(1, b'from C')\n"
    install("loud", source + CHECKS.format(code="LOU001").replace("yield from ()", "print('again'); return ()"))
    assert reasons(collect()) == [""]
    out, err = capfd.readouterr()
    assert (out, err) == ("", "hello\nfrom Cagain\n")


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
from envdoctor.api import *
R = Rule("FOR001", "foreign-rule", Severity.INFO)
def one(**changes):
    return Finding(**({"rule": R, "subject": "s", "evidence": (), "title": "t", "why": "w"} | changes))
@check(R)
def examine(recorded):
    BODY
CHECKS = [examine]
"""


def outcomes(install: Install, body: str) -> Outcome:
    """How the check ended where it runs: what its process does with it, less the process."""
    install("made", RULE.replace("BODY", body))
    (made,) = guest.load("made_up_made")
    return run(facts(), RegisteredCheck(made, "made-up-made"))


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
        ("yield from (one(subject=str(i)) for i in range(1001))", "more than 1,000 findings"),
        ("yield from (one(subject='x' * 90_000) for i in range(9))", "findings of more than 500,000 characters"),
    ],
)
def test_what_a_plug_in_gives_is_checked_field_by_field(install: Install, body: str, reason: str) -> None:
    told = outcomes(install, body)
    assert reason in told.reason


SOUND = (
    "yield one(evidence=(Evidence('a', '\\ud800'),), remedies=(Install(('x',)), SetEnv({'X': '1'}), Lock(),"
    " Configure('t', (Change('set', 'channels', 'x'),))), own_severity=Severity.ERROR, members=('m',))"
)


def test_a_finding_comes_out_of_the_process_as_it_was_made(install: Install) -> None:
    told = outcomes(install, SOUND)
    assert (told.status, told.reason) == ("found", "")
    assert foreign.made(json.loads(json.dumps(foreign.flat(told.findings))), tuple[Finding, ...]) == told.findings


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"findings": [], "status": "found", "reason": "", "seconds": 0.0},
        {"findings": [], "status": "fine", "reason": "", "seconds": 0.0},
        {"findings": [], "status": "passed", "reason": None, "seconds": 0.0},
        {"findings": [3], "status": "found", "reason": "", "seconds": 0.0},
        {"findings": [{"is": "Finding", "of": {}}], "status": "found", "reason": "", "seconds": 0.0},
        {"findings": {"of": 1}, "status": "found", "reason": "", "seconds": 0.0},
    ],
)
def test_an_answer_that_is_none_is_no_verdict(answer: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign.Host, "_begin", lambda self: setattr(self, "_process", object()))
    monkeypatch.setattr(foreign.Host, "_ask", lambda self, request, seconds: answer)
    monkeypatch.setattr(foreign.Host, "end", lambda self: None)
    host = foreign.Host("liar", "liar:CHECKS")
    told = host.outcome(Check("lie", (), list, ()), 0, "liar", facts(), "advanced")
    assert told.status == "unknown"
    assert told.reason.startswith("the plug-in liar gave what is no finding")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import itertools; CHECKS = itertools.count()", "0 is no check"),
        ("class E(BaseException):\n    def __str__(self): raise E\nraise E", "E: (it can't say why)"),
        (CHECKS.format(code="<x>"), "'<x>'"),
    ],
)
def test_an_import_that_gives_no_checks_costs_the_plug_in_only(install: Install, source: str, reason: str) -> None:
    install("bad", source)
    (told,) = reasons(collect())
    assert reason in told


HOLDS = "ctypes.PyDLL(None).sleep(60)"  # with the interpreter's lock: no other thread of that process runs


@pytest.mark.posix
def test_no_plug_in_brings_another_or_the_report_down(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """1.5 s: exits, crashes, sleeps, holds the interpreter, on import and in a check, all in one check-up."""
    monkeypatch.setattr(foreign, "IMPORT_SECONDS", 6.0)
    monkeypatch.setattr(foreign, "CHECK_SECONDS", 0.5)
    monkeypatch.setattr(foreign, "MORE_SECONDS", 0.5)
    imports = {"leaves": "import os; os._exit(0)", "falls": "import ctypes; ctypes.string_at(0)"}
    for name, source in imports.items():
        install(name, source)
    bodies = {"exits": "os._exit(0)", "crashes": "ctypes.string_at(0)", "holds": HOLDS, "loops": "while True: pass"}
    for number, (name, body) in enumerate({**bodies, "forks": "os.fork(); yield one()", "good": SOUND}.items()):
        install(
            name, RULE.replace("BODY", body).replace("FOR001", f"FOR{number}").replace("import os", "import ctypes, os")
        )
    check_set = collect()
    began = time.monotonic()
    ended = {item.source.removeprefix("made-up-"): item for item in examine(facts(), theirs(check_set))}
    assert time.monotonic() - began < 10
    assert {name: outcome.status for name, outcome in ended.items()} == {
        **dict.fromkeys([*imports, *bodies], "unknown"),
        "forks": "found",
        "good": "found",
    }
    assert "its process ended: status 0" in ended["leaves"].reason
    assert "its process ended: signal 11 (SIGSEGV)" in ended["falls"].reason
    assert ended["exits"].reason == "the plug-in made-up-exits: its process ended: status 0"
    assert ended["holds"].reason == "the plug-in made-up-holds: no answer within 1 s"
    foreign.end_all()


@pytest.mark.posix
def test_a_check_that_ends_its_process_costs_itself_alone(install: Install) -> None:
    """0.6 s: the plug-in's process begins again for the next one, so many times."""
    again = "\n@check(Rule('FOR{0}', 'foreign-{0}', Severity.INFO))\ndef more{0}(recorded):\n    {1}\nCHECKS.append(more{0})\n"
    bodies = ["yield from ()", "os._exit(0)", "yield from ()", "os._exit(0)", "os._exit(0)", "yield from ()"]
    more = "".join(again.format(number, body) for number, body in enumerate(bodies))
    install("made", RULE.replace("BODY", "os._exit(3)") + more)
    ended = examine(facts(), theirs(collect()))
    assert [outcome.status for outcome in ended] == ["unknown", "passed", "unknown", "passed", *["unknown"] * 3]
    assert ended[0].reason.endswith("its process ended: status 3")
    assert ended[-1].reason.endswith("had to be ended 3 times, so this check was not run")


def test_an_import_that_never_ends_is_ended(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "IMPORT_SECONDS", 0.3)
    install("slow", "import time; time.sleep(60)")
    (told,) = reasons(collect())
    assert "(made_up_slow:CHECKS): no answer within 0." in told
    assert not foreign._living


def test_where_no_process_can_be_started_the_plug_in_says_so(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object, **options: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)
    install("good", CHECKS.format(code="GOO001"))
    (told,) = reasons(collect())
    assert told.endswith("envdoctor could start no process for it: Resource temporarily unavailable")


@pytest.mark.posix
def test_a_pipe_in_the_place_of_entry_points_holds_nobody(install: Install, tmp_path: Path) -> None:
    (tmp_path / "fifo-1.0.dist-info").mkdir()
    os.mkfifo(tmp_path / "fifo-1.0.dist-info/entry_points.txt")
    install("good", CHECKS.format(code="GOO001"))
    assert [item.source for item in theirs(collect())] == ["made-up-good"]
