"""The guide's route for this machine beside today's, ticked off, and "pip or conda?": for people and for programs."""

from envdoctor.facts import Facts
from envdoctor.facts.recording import dump
from envdoctor.fixes.shell import Shell
from envdoctor.guide import cited
from envdoctor.guide.profile import about_blas, reasons
from envdoctor.guide.progress import PROGRESS
from envdoctor.guide.routes import Profile, Route, Step, asides, route
from envdoctor.report import escapes
from envdoctor.report.formats.findings import draw_statement
from envdoctor.report.formats.page import INDENT, Page
from envdoctor.report.verdict import shell_for
from envdoctor.report.view import Style, standing, statement_view

NAMES = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}
MARKS = {True: "✓", False: " ", None: "?"}
COMMAND = 6  # columns before a command


def render(facts: Facts, who: Profile, style: Style) -> str:
    page = Page(style)
    gpu = "a GPU" if who.gpu else "no GPU"
    page.line((f"For {NAMES[who.system]}, {gpu}, level {who.level}, preferring {who.prefer}", "bold"))
    page.line("Python  ", facts.patient.executable or facts.patient.prefix or "?")
    said: set[str] = set()
    _level(page, said)
    _then(page, route(who, "2020"), who, said)
    _today(page, route(who, "today"), who, facts, said)
    page.line()
    page.line(("pip or conda?", "bold"))
    for reason in reasons(facts):
        page.paragraph(reason.says, "Here", indent=2)
    _statements(page, list(asides()["pip-or-conda"].statements), said)
    for key, ids in (
        ("reproducible", list(asides()["reproducible"].statements)),
        ("linear-algebra", about_blas(facts)),
    ):
        page.line()
        page.line((asides()[key].title, "bold"))
        _statements(page, ids, said)
    return page.text


def _level(page: Page, said: set[str]) -> None:
    page.line()
    _statements(page, list(asides()["level"].statements), said)


def _then(page: Page, way: Route, who: Profile, said: set[str]) -> None:
    page.line()
    page.line((f"The guide in 2020: {way.title}", "bold"))
    _statements(page, [step.statement for step in way.steps(who)], said)


def _today(page: Page, way: Route, who: Profile, facts: Facts, said: set[str]) -> None:
    shell = shell_for(facts)
    page.line()
    page.line((f"Today: {way.title}", "bold"))
    for number, step in enumerate(way.steps(who), 1):
        page.paragraph(step.says, f"{MARKS[_done(step, facts)]} {number}.", indent=2)
        for line in step.lines(who, shell):
            page.line(" " * COMMAND, (line, "bold"))
        if step.statement not in said:
            _statements(page, [step.statement], said)
    page.line("  ✓ done here   ? cannot be told from here")


def _statements(page: Page, ids: list[str], said: set[str]) -> None:
    for statement in cited([key for key in ids if key not in said]):
        draw_statement(page, statement_view(statement, escapes.as_it_is))
        said.add(statement.id)
    if old := [key for key in ids if key in said and key not in {item.id for item in cited(ids)}]:
        page.paragraph(", ".join(old), "Guide", indent=INDENT)


def _done(step: Step, facts: Facts) -> bool | None:
    return PROGRESS[step.progress](facts) if step.progress else None


def render_json(facts: Facts, who: Profile, style: Style) -> str:
    shell = shell_for(facts)
    document = {
        "schema_version": "1.0",
        "for": {"system": who.system, "gpu": who.gpu, "level": who.level, "prefer": who.prefer},
        "then": _route(route(who, "2020"), who, shell, None),
        "today": _route(route(who, "today"), who, shell, facts),
        "pip_or_conda": [{"statement": reason.statement, "says": reason.says} for reason in reasons(facts)],
        "statements": [
            {"id": item.id, "section": item.section, "says": item.says, "status": item.status, "since": item.since}
            for item in cited(
                [key for aside in asides().values() for key in aside.statements if aside.id != "linear-algebra"]
                + about_blas(facts)
            )
        ],
    }
    return dump(document, 2 if style.indent else None) + "\n"


def _route(way: Route, who: Profile, shell: Shell, facts: Facts | None) -> dict[str, object]:
    return {
        "id": way.id,
        "title": way.title,
        "steps": [
            {
                "id": step.id,
                "says": step.says,
                "statement": step.statement,
                "since": standing(cited([step.statement])[0]),
                "done": _done(step, facts) if facts is not None else None,
                "commands": step.lines(who, shell),
                "source": step.source,
            }
            for step in way.steps(who)
        ],
    }
