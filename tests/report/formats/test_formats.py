"""How a report looks: the same patient on a wide and on a narrow terminal, in colour, in ASCII, in a line, as JSON."""

import json
import re
from typing import Any

import msgspec
import pytest
from inline_snapshot import snapshot

from envdoctor.engine.checks import Check, Outcome, Status
from envdoctor.engine.configuration import Suppression
from envdoctor.engine.findings import Evidence, Finding
from envdoctor.engine.remedies import Edit, Install, Manual, Remedy, Run, SetEnv, UnsetEnv
from envdoctor.engine.rules import Rule, Severity
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts, Missing
from envdoctor.facts.blas import NOT_ASKED
from envdoctor.fixes import steps
from envdoctor.fixes.shell import command
from envdoctor.guide import Source, Statement
from envdoctor.report import header
from envdoctor.report.advice import advise
from envdoctor.report.formats import FORMATS, Style, renderer
from envdoctor.report.formats import facts as listing
from envdoctor.report.report import Report, Settings
from envdoctor.report.verdict import verdict
from envdoctor.testing import blas, changed, cpu, distribution, facts, openblas, packages
from tests.support import build
from tests.support.pages import unwrapped

THREADS = Rule("TST001", "too-many-threads", Severity.WARNING, guide=("blas-8",))
BROKEN = Rule("TST002", "broken-thing", Severity.ERROR)
NOTE = Rule("TST003", "worth-knowing", Severity.INFO)
LONG = "/home/ada/a/very/deep/folder/that/nobody/would/want/to/have/lib/python3.12/site-packages/numpy.libs/libscipy_openblas64_-ff651d7f.so"

TOO_MANY = Finding(
    THREADS,
    "openblas",
    (Evidence("numpy", "64 threads"), Evidence("cgroup cpu.max", "400000 100000")),
    "BLAS starts 64 threads where 4 CPUs are usable",
    "Threads without a CPU wait for one another, and every product waits too.",
    remedies=(SetEnv({"OPENBLAS_NUM_THREADS": "4"}), Manual("ask for more CPUs")),
)
SLOW = changed(TOO_MANY, subject="mkl", remedies=(Run("run", ("true",)),))
HARMLESS = Finding(NOTE, "copies", (), "2 copies of OpenBLAS on disk, 50.2 MB", "They are two builds.",
                   nothing_to_do="this is how PyPI wheels are made.")  # fmt: skip


def ended(name: str, status: str, reason: str = "", *findings: Finding) -> Outcome:
    rules = tuple({finding.rule: None for finding in findings}) or (
        Rule(f"{name.upper()[:3]}009", name, Severity.INFO),
    )
    return Outcome(Check(name, rules, lambda: findings, ()), findings, Status(status), reason, 0.001)


def report(
    *findings: Finding, others: tuple[Outcome, ...] = (), patient: Facts | None = None, **changes: Any
) -> Report:
    patient = patient or facts(cpu=cpu(64, usable=4, quota=4.0), blas=blas(openblas("numpy", 64), openblas("scipy", 1)))
    outcomes = (*(ended(finding.rule.name, "found", "", finding) for finding in findings), *others)
    values: dict[str, Any] = {
        "version": "0.1.0",
        "plugins": (),
        "facts": patient,
        "outcomes": outcomes,
        "advice": advise(patient, outcomes, Selection(), changes.pop("suppressions", {})),
        "settings": Settings(),
        "seconds": 0.1,
    }
    return Report(**(values | changes))


STATEMENT = Statement(
    id="blas-8",
    section="NumPy",
    says="All cores are often used, which comes as a surprise to many.",
    systems=("linux",),
    levels=("advanced",),
    gpu="any",
    prefer=("pip",),
    status="stronger",
    since="In containers, quotas limit what is usable.",
    sources=(Source("a page", "https://example.org/", "2026-11-23"),),
)


def with_statement(one: Report) -> Report:
    """The report with a statement of our own in place of the guide's, whose words may change."""
    advice = tuple(changed(item, guide=(STATEMENT,) if item.guide else ()) for item in one.advice)
    return msgspec.structs.replace(one, advice=advice)


MIXED = with_statement(
    report(
        HARMLESS,
        TOO_MANY,
        others=(
            ended("passing", "passed"),
            ended("absent", "not-applicable", "no GPU"),
            ended("unsure", "unknown", "numpy: no answer in 10 s"),
        ),
    )
)


def shown(one: Report, **style: Any) -> str:
    """The text, a bar at the end of each line, so that no editor takes spaces away."""
    return "".join(f"{line}|\n" for line in renderer("text")([one], Style(**style)).splitlines())


# --- the terminal ---


def test_eighty_columns() -> None:
    assert shown(MIXED) == snapshot("""\
envdoctor 0.1.0 · /home/ada/fit/.venv/bin/python · CPython 3.12.1 · Linux x86_64|
  Python   venv on unknown  (chosen: the active environment (VIRTUAL_ENV))|
  BLAS     OpenBLAS 0.3.31 · 64 threads (numpy) │ OpenBLAS 0.3.31 · 1 thread …|
  CPUs     4 usable of 64 (cgroup quota)|
|
! TST001 warning BLAS starts 64 threads where 4 CPUs are usable|
    numpy  64 threads|
    Fix      export OPENBLAS_NUM_THREADS=4|
             [safe; undo: unset OPENBLAS_NUM_THREADS]|
    Why      Threads without a CPU wait for one another, and every product waits|
             too.|
    Guide    blas-8 · numpy.org's guide, since changed · envdoctor explain|
             TST001|
|
i TST003 info    2 copies of OpenBLAS on disk, 50.2 MB|
|
? UNS009 unsure: numpy: no answer in 10 s|
|
1 warning: BLAS starts 64 threads where 4 CPUs are usable. Run:|
  export OPENBLAS_NUM_THREADS=4|
1 warning · 1 info · 1 passed · 1 do not apply · 1 unknown · 0.10 s · status 0|
""")


def test_forty_columns() -> None:
    assert shown(MIXED, width=40) == snapshot("""\
envdoctor 0.1.0 · /home/ada/fit/.venv/bin/python · CPython 3.12.1|
  Python   v …  (chosen: the active environment (VIRTUAL_ENV))|
  BLAS     OpenBLAS 0.3.31 · 64 …|
  CPUs     4 usable of 64 (cgroup quota)|
|
! TST001 warning BLAS starts 64 threads|
                 where 4 CPUs are usable|
    numpy  64 threads|
    Fix      export OPENBLAS_NUM_THREADS=4|
             [safe]|
             undo: unset OPENBLAS_NUM_THREADS|
    Why      Threads without a CPU wait|
             for one another, and every|
             product waits too.|
    Guide    blas-8 · numpy.org's guide,|
             since changed · envdoctor|
             explain TST001|
|
i TST003 info    2 copies of OpenBLAS …|
|
? UNS009 unsure: numpy: no answer in 10|
s|
|
1 warning: BLAS starts 64 threads where|
4 CPUs are usable. Run:|
  export OPENBLAS_NUM_THREADS=4|
1 warning · 1 info · 1 passed · 1 do not apply · 1 unknown · 0.10 s · status 0|
""")


def test_ascii() -> None:
    text = renderer("text")([MIXED], Style(ascii=True))
    assert text.isascii()
    assert text.splitlines()[:5] == snapshot(
        [
            "envdoctor 0.1.0 - /home/ada/fit/.venv/bin/python - CPython 3.12.1 - Linux x86_64",
            "  Python   venv on unknown  (chosen: the active environment (VIRTUAL_ENV))",
            "  BLAS     OpenBLAS 0.3.31 - 64 threads (numpy) | OpenBLAS 0.3.31 - 1 thread ...",
            "  CPUs     4 usable of 64 (cgroup quota)",
            "",
        ]
    )


def test_quiet_leaves_out_the_header_and_what_is_only_worth_knowing() -> None:
    assert shown(MIXED, verbosity=-1) == snapshot("""\
! TST001 warning BLAS starts 64 threads where 4 CPUs are usable|
    numpy           64 threads|
    cgroup cpu.max  400000 100000|
    Fix      export OPENBLAS_NUM_THREADS=4|
             [safe; undo: unset OPENBLAS_NUM_THREADS]|
    Why      Threads without a CPU wait for one another, and every product waits|
             too.|
    Guide    blas-8 · numpy.org's guide, since changed · envdoctor explain|
             TST001|
|
? UNS009 unsure: numpy: no answer in 10 s|
|
1 warning: BLAS starts 64 threads where 4 CPUs are usable. Run:|
  export OPENBLAS_NUM_THREADS=4|
1 warning · 1 info · 1 passed · 1 do not apply · 1 unknown · 0.10 s · status 0|
""")


def test_verbose_tells_what_passed_and_what_does_not_apply() -> None:
    assert renderer("text")([MIXED], Style(verbosity=1)).splitlines()[-4:] == snapshot(
        [
            "",
            "1 warning: BLAS starts 64 threads where 4 CPUs are usable. Run:",
            "  export OPENBLAS_NUM_THREADS=4",
            "1 warning · 1 info · 1 passed · 1 do not apply · 1 unknown · 0.10 s · status 0",
        ]
    )


def test_a_plan_shows_every_fix() -> None:
    assert "ask for more CPUs" not in renderer("text")([MIXED], Style())
    assert "ask for more CPUs" in renderer("text")([MIXED], Style(plan=True))


def test_colour_adds_nothing_but_colour() -> None:
    colored = renderer("text")([MIXED], Style(color=True))
    assert "\x1b[33m! TST001 warning" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == renderer("text")([MIXED], Style())


def test_without_colour_there_is_no_escape() -> None:
    assert "\x1b" not in renderer("text")([MIXED], Style())


def test_healthy_is_said() -> None:
    assert shown(report(others=(ended("passing", "passed"),))) == snapshot("""\
envdoctor 0.1.0 · /home/ada/fit/.venv/bin/python · CPython 3.12.1 · Linux x86_64|
  Python   venv on unknown  (chosen: the active environment (VIRTUAL_ENV))|
  BLAS     OpenBLAS 0.3.31 · 64 threads (numpy) │ OpenBLAS 0.3.31 · 1 thread …|
  CPUs     4 usable of 64 (cgroup quota)|
|
Healthy: nothing to do.|
1 passed · 0.10 s · status 0|
""")


@pytest.mark.parametrize(
    "one, verdict",
    [
        (report(HARMLESS), "Healthy. 1 note, nothing you must do."),
        (
            report(Finding(NOTE, "x", (), "t", "w", remedies=(Run("r", ("true",)),))),
            "Healthy. 1 note, nothing you must do.",
        ),
        (
            report(others=(ended("u", "unknown", "x"),)),
            "Inconclusive: 1 check could not be done; nothing else is wrong.",
        ),
        (
            report(HARMLESS, others=(ended("u", "unknown", "x"), ended("v", "unknown", "y"))),
            "Inconclusive: 2 checks could not be done; nothing else is wrong.",
        ),
        (report(TOO_MANY), f"1 warning: {TOO_MANY.title}. Run:"),
        (report(TOO_MANY, SLOW), f"2 warnings. The first: {TOO_MANY.title}. Run this first:"),
        (report(Finding(BROKEN, "x", (), "t", "w")), "1 error: t."),
        (
            report(TOO_MANY, Finding(BROKEN, "x", (), "t", "w", remedies=(Run("r", ("true",), safe=True),))),
            "1 error, 1 warning. The first: t. Run this first:",
        ),
        (
            report(TOO_MANY, Finding(BROKEN, "x", (), "t", "w", remedies=(Run("be careful", ("true",)),))),
            "1 error, 1 warning. The first: t. Begin with TST002: be careful.",
        ),
    ],
)
def test_the_verdict_names_the_first_fault_and_stands_at_the_end(one: Report, verdict: str) -> None:
    lines = renderer("text")([one], Style(verbosity=-1, width=110)).splitlines()
    assert verdict in lines[-3:]
    several = one.counts["error"] + one.counts["warning"] > 1
    assert lines.count(verdict) == (2 if several else 1)


def test_what_is_put_up_with_is_told_and_does_not_count() -> None:
    text = renderer("text")(
        [report(TOO_MANY, suppressions={"TST001": Suppression("small machine")})], Style(verbosity=-1)
    )
    assert text.splitlines() == [
        "(TST001 ignored: small machine)",
        "",
        "Healthy: nothing to do.",
        "0 passed · 0.10 s · status 0",
    ]


def test_notes_are_told() -> None:
    assert "the.toml: BLA001 was ignored until 2026-01-01; it counts again" in renderer("text")(
        [report(notes=("the.toml: BLA001 was ignored until 2026-01-01; it counts again",))], Style()
    )


# --- what is there to be copied ---


VARIABLES = {f"VARIABLE_{number}": "x" * 30 for number in range(4)}


@pytest.mark.parametrize("width", [1, 40, 80, 110])
@pytest.mark.parametrize(
    "remedy, line",
    [
        (Run("run", (LONG, "-m", "pip", "install", "numpy scipy")), f"{LONG} -m pip install 'numpy scipy'"),
        (SetEnv(VARIABLES), command(steps.SetEnv(VARIABLES)) or "?"),
        (Install(tuple(f"distribution-number-{number}>=2" for number in range(8))), " ".join(
            f"'distribution-number-{number}>=2'" for number in range(8))),
    ],
)  # fmt: skip
def test_a_command_is_never_wrapped(remedy: Remedy, line: str, width: int) -> None:
    one = report(Finding(BROKEN, "x", (), "t", "w", remedies=(remedy,)))
    text = renderer("text")([one], Style(width=width))
    first = 0 if isinstance(remedy, Run) else 1  # nobody has said that it is safe
    assert sum(line in row for row in text.splitlines()) == first + 1, "in the verdict and with the finding"


@pytest.mark.parametrize("width", [40, 80])
def test_a_path_stays_whole(width: int) -> None:
    one = report(Finding(BROKEN, "x", (Evidence("file", LONG),), "t", f"because {LONG} says so"))
    assert sum(LONG in row for row in renderer("text")([one], Style(width=width)).splitlines()) == 2


def test_a_change_by_hand_names_the_file() -> None:
    one = report(Finding(BROKEN, "x", (), "t", "w", remedies=(Edit("~/.condarc", "remove the line"),)))
    assert "in ~/.condarc: remove the line" in renderer("text")([one], Style())


def test_on_windows_commands_are_powershells() -> None:
    windows = facts(system=Missing("x"))
    assert "export OPENBLAS_NUM_THREADS=4" in renderer("text")([report(TOO_MANY, patient=windows)], Style())
    system = facts().system
    assert not isinstance(system, Missing)
    windows = facts(system=type(system)(platform="win32", machine="AMD64"))
    assert "$env:OPENBLAS_NUM_THREADS = '4'" in renderer("text")([report(TOO_MANY, patient=windows)], Style())


# --- what others wrote ---

HOSTILE = "jax[cuda12] [bold]\x1b[31m\u202e https://ada:pw@example.org/ :smile: \udcff"
HARMLESS_TEXT = r"jax[cuda12] [bold]\x1b[31m\u202e https://<redacted>@example.org/ :smile: \udcff"


@pytest.mark.parametrize("format_", ["text", "concise"])
@pytest.mark.parametrize("color", [False, True])
def test_markup_and_escapes_are_printed_as_they_are_and_credentials_never(format_: str, color: bool) -> None:
    one = report(Finding(BROKEN, HOSTILE, (Evidence(HOSTILE, HOSTILE),), HOSTILE, HOSTILE))
    text = renderer(format_)([one], Style(color=color, width=110))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text) if color else text
    assert "\x1b" not in plain
    assert HARMLESS_TEXT in plain
    assert "pw" not in plain
    text.encode("utf-8")


# --- a line each ---


def test_concise() -> None:
    assert renderer("concise")([MIXED], Style()) == snapshot("""\
/home/ada/fit/.venv: TST001 warning BLAS starts 64 threads where 4 CPUs are usable
/home/ada/fit/.venv: TST003 info 2 copies of OpenBLAS on disk, 50.2 MB
/home/ada/fit/.venv: UNS009 unknown numpy: no answer in 10 s
""")


def test_concise_gives_checks_without_a_verdict_one_line_a_reason() -> None:
    two = Check("two-rules", (changed(NOTE, code="TWO001"), changed(NOTE, code="TWO002")), lambda: (), ())
    nameless = Check("nameless", (), lambda: (), ())
    said = renderer("concise")(
        [
            report(
                TOO_MANY,
                others=(
                    ended("alpha", "unknown", "it does not start"),
                    ended("beta", "unknown", "no answer in 10 s"),
                    ended("gamma", "passed"),
                    Outcome(two, (), Status.UNKNOWN, "it does not start", 0.001),
                    ended("delta", "not-applicable", "it does not start"),
                    Outcome(nameless, (), Status.UNKNOWN, "it does not start", 0.001),
                ),
            ),
            report(others=(ended("alpha", "unknown", "it does not start"),)),
        ],
        Style(),
    )
    assert said == snapshot("""\
/home/ada/fit/.venv: TST001 warning BLAS starts 64 threads where 4 CPUs are usable
/home/ada/fit/.venv: ALP009,TWO001,TWO002,nameless unknown it does not start
/home/ada/fit/.venv: BET009 unknown no answer in 10 s
/home/ada/fit/.venv: ALP009 unknown it does not start
""")


def test_concise_says_nothing_of_a_healthy_patient() -> None:
    assert renderer("concise")([report(others=(ended("passing", "passed"),))], Style()) == ""


# --- JSON ---


def test_json() -> None:
    made = json.loads(renderer("json")([MIXED], Style()))
    assert list(made) == snapshot(
        ["schema_version", "tool", "patient", "summary", "facts", "checks", "findings", "notes"]
    )
    assert made["summary"] == snapshot(
        {
            "status": "findings",
            "exit_code": 0,
            "counts": {"error": 0, "warning": 1, "info": 1, "passed": 1, "not-applicable": 1, "unknown": 1},
            "seconds": 0.1,
        }
    )
    assert made["checks"] == snapshot(
        [
            {"name": "worth-knowing", "codes": ["TST003"], "status": "found", "reason": "", "seconds": 0.001},
            {"name": "too-many-threads", "codes": ["TST001"], "status": "found", "reason": "", "seconds": 0.001},
            {"name": "passing", "codes": ["PAS009"], "status": "passed", "reason": "", "seconds": 0.001},
            {"name": "absent", "codes": ["ABS009"], "status": "not-applicable", "reason": "no GPU", "seconds": 0.001},
            {
                "name": "unsure",
                "codes": ["UNS009"],
                "status": "unknown",
                "reason": "numpy: no answer in 10 s",
                "seconds": 0.001,
            },
        ]
    )
    assert made["findings"][0] == snapshot(
        {
            "code": "TST001",
            "name": "too-many-threads",
            "severity": "warning",
            "confidence": "certain",
            "title": "BLAS starts 64 threads where 4 CPUs are usable",
            "subject": "openblas",
            "evidence": [
                {"label": "numpy", "value": "64 threads"},
                {"label": "cgroup cpu.max", "value": "400000 100000"},
            ],
            "why": "Threads without a CPU wait for one another, and every product waits too.",
            "nothing_to_do": "",
            "guide": [
                {
                    "id": "blas-8",
                    "section": "NumPy",
                    "says": "All cores are often used, which comes as a surprise to many.",
                    "status": "stronger",
                    "since": "In containers, quotas limit what is usable.",
                    "sources": ["https://example.org/"],
                }
            ],
            "settled_by": "",
            "fixes": [
                {
                    "title": "set OPENBLAS_NUM_THREADS=4",
                    "applicability": "safe",
                    "reason": "",
                    "steps": [{"setenv": {"OPENBLAS_NUM_THREADS": "4"}}],
                    "undo": "unset OPENBLAS_NUM_THREADS",
                    "verify": {"argv": ["envdoctor", "check", "--python", "/home/ada/fit/.venv", "--select", "TST001"]},
                },
                {
                    "title": "ask for more CPUs",
                    "applicability": "manual",
                    "reason": "",
                    "steps": [],
                    "undo": "",
                    "verify": {"argv": ["envdoctor", "check", "--python", "/home/ada/fit/.venv", "--select", "TST001"]},
                },
            ],
            "fingerprint": "c142a4daca933a981158481a9a6d0fc130ed001fa635ff293fa12bdbef3ccca6",
            "suppressed": None,
        }
    )


def test_json_is_ascii_on_one_line_unless_people_read_it() -> None:
    line = renderer("json")([MIXED], Style())
    assert line.isascii()
    assert line.count("\n") == 1
    indented = renderer("json")([MIXED], Style(indent=True))
    assert indented.count("\n") > 100
    assert json.loads(indented) == json.loads(line)


def test_several_patients_are_several_reports() -> None:
    made = json.loads(renderer("json")([MIXED, MIXED], Style()))
    assert list(made) == ["schema_version", "reports"]
    assert made["reports"][1] == json.loads(renderer("json")([MIXED], Style()))
    assert renderer("text")([MIXED, MIXED], Style()).count("status 0") == 2


def test_json_keeps_hostile_text_and_redacts_credentials_everywhere() -> None:
    remedy = Run("run", ("pip", "install", "--index-url", "https://ada:pw@corp/", "x"))
    one = report(
        Finding(BROKEN, HOSTILE, (Evidence("a", HOSTILE),), HOSTILE, HOSTILE, remedies=(remedy,)),
        patient=facts(packages=packages(distribution("a", requires=["b @ https://ada:pw@corp/b.whl"]))),
        others=(ended("u", "unknown", HOSTILE),),
    )
    made = json.loads(renderer("json")([one], Style()))
    clean = HOSTILE.replace("ada:pw", "<redacted>")
    (finding,) = made["findings"]
    assert (finding["subject"], finding["title"], finding["why"]) == (clean, clean, clean)
    assert finding["evidence"] == [{"label": "a", "value": clean}]
    assert made["checks"][1]["reason"] == clean
    assert "pw" not in json.dumps(made)


def test_suppressed_findings_are_in_the_document() -> None:
    made = json.loads(
        renderer("json")([report(TOO_MANY, suppressions={"TST001": Suppression("why not", "2027-01-31")})], Style())
    )
    assert made["findings"][0]["suppressed"] == {"by": "configuration", "reason": "why not", "until": "2027-01-31"}
    assert made["summary"]["counts"]["warning"] == 0


# --- facts ---


def test_facts_are_listed_and_nothing_of_them_is_secret() -> None:
    patient = facts(cpu=Missing("no /proc"), packages=packages(distribution("a", requires=["b @ https://a:pw@c/"])))
    text = listing.render(patient, Style())
    assert "cpu: ? (no /proc)" in text
    assert "  - name: a; key: a; version: 1.0; " in text
    assert "pw" not in text
    assert listing.render(patient, Style(ascii=True)).isascii()
    assert "pw" not in listing.render_json([patient], Style())


@pytest.mark.parametrize(
    "sections, rows",
    [
        ({"cpu": cpu(4)}, ["–", "4 usable"]),
        ({"cpu": cpu(8, affinity=2, usable=2)}, ["–", "2 usable of 8 (affinity)"]),
        ({"cpu": cpu(8, quota=2.0, usable=2)}, ["–", "2 usable of 8 (cgroup quota)"]),
        ({"cpu": Missing("no /proc"), "blas": Missing("crashed")}, ["? (crashed)", "? (no /proc)"]),
        ({"blas": blas(examined=Missing("no answer"))}, ["? (no answer)", "4 usable"]),
        ({"blas": blas(openblas(threads=1))}, ["OpenBLAS 0.3.31 · 1 thread (numpy)", "4 usable"]),
        (
            {"blas": blas(openblas(threads=Missing("x"), loaded=False, version=None))},
            ["OpenBLAS · not loaded (numpy)", "4 usable"],
        ),
    ],
)
def test_the_header_tells_libraries_and_processors(sections: dict[str, Any], rows: list[str]) -> None:
    told = dict(header.rows(facts(**sections)))
    assert [told["BLAS"], told["CPUs"]] == rows


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_reporter_that_says_nothing_of_no_patient_but_its_form(name: str) -> None:
    text = renderer(name)([report()], Style())
    assert text == "" or text.endswith("\n")


@pytest.mark.parametrize(
    ("libraries", "uses", "ends"),
    [
        ([], "/opt/libmine.so", "NumPy uses /opt/libmine.so"),
        ([openblas()], "/opt/libmine.so", " (numpy) │ NumPy uses /opt/libmine.so"),
        ([openblas()], Missing("no answer in 10 s"), " (numpy) │ NumPy uses ? (no answer in 10 s)"),
        ([openblas()], None, " (numpy)"),
        ([openblas()], NOT_ASKED, " (numpy)"),
        ([], NOT_ASKED, "–"),
    ],
)
def test_the_header_says_what_numpy_uses_where_it_was_asked(libraries: Any, uses: Any, ends: str) -> None:
    here = facts(blas=changed(blas(*libraries), numpy_uses=uses))
    assert dict(header.rows(here))["BLAS"].endswith(ends)


def test_what_a_person_must_decide_is_named_with_the_finding_and_not_in_the_verdict() -> None:
    one = report(Finding(BROKEN, "x", (), "t", "w", remedies=(UnsetEnv(("A_VARIABLE",), unless="it is meant"),)))
    lines = [line.strip() for line in renderer("text")([one], Style()).splitlines()]
    assert "1 error: t." in lines
    assert "Fix      unset A_VARIABLE, unless it is meant" in lines
    assert lines.count("unset A_VARIABLE") == 1


def test_long_titles_and_values_stand_beside_their_labels_on_every_line() -> None:
    long = build.finding(title="word " * 30, evidence=(Evidence("seen", "thing " * 30),))
    lines = shown(build.report(long), width=60).split("|\n")
    assert max(map(len, lines[7:])) <= 60
    assert sum(line.startswith("                 word word") for line in lines) > 1
    assert sum(line.startswith("          thing thing") for line in lines) > 1


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_every_finding_is_shown_with_its_own_cure(name: str) -> None:
    """The second entry's rule and the first entry's subject together are another finding's, whose cure is words."""
    text = renderer(name)(
        [
            build.report(
                build.finding("TST001", Install(("numpy>=2",)), subject="scipy"),
                build.finding("TST002", Install(("pandas",)), subject="pandas"),
                build.finding("TST001", Manual("ask its author for a release"), subject="pandas"),
            )
        ],
        Style(width=200),
    )
    assert text.count("ask its author for a release") == 1


def test_the_verdict_runs_no_fix_of_another_finding() -> None:
    """The worst finding is cured by hand; an entry settles its rule and its subject, but not this finding."""
    one = build.report(
        build.finding("TST001", Manual("ask its author for a release"), subject="pandas"),
        build.finding("TST001", Install(("numpy>=2",)), subject="scipy", severity=Severity.INFO),
        build.finding("TST002", Install(("pandas",)), subject="pandas", severity=Severity.INFO),
    )
    assert verdict(one).command == ""


def test_a_password_beyond_ascii_does_not_reach_the_json() -> None:
    one = build.report(build.finding(title="from https://ada:pässwörd@example.org/simple"))
    assert (
        json.loads(renderer("json")([one], Style()))["findings"][0]["title"]
        == "from https://<redacted>@example.org/simple"
    )


def test_where_a_sentence_breaks_depends_on_the_path_before_it_and_what_it_says_does_not() -> None:
    said = "PKG was ignored until 2026-01-31; it counts again"
    texts = [
        renderer("text")([report(notes=(f"/{'x' * letters}/envdoctor.toml: {said}",))], Style())
        for letters in range(1, 80)
    ]
    assert all(said in unwrapped(text) for text in texts)
    assert 0 < sum(said in text for text in texts) < len(texts)  # a test that forgets it fails by chance
