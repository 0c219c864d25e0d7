"""The guide's route for this machine beside today's, ticked off, and "pip or conda?": for people and for programs."""

from msgspec.structs import replace

from envdoctor.facts import Facts
from envdoctor.facts.document import dump
from envdoctor.fixes.shell import Shell
from envdoctor.guide import cited
from envdoctor.guide.profile import about_blas, reasons
from envdoctor.guide.progress import done
from envdoctor.guide.routes import PREFERENCES, Profile, Route, Step, asides, filled, route, routes
from envdoctor.report import escapes
from envdoctor.report.formats.findings import draw_statement
from envdoctor.report.formats.page import INDENT, Page
from envdoctor.report.verdict import shell_for
from envdoctor.report.view import Style, standing, statement_view

NAMES = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}
MARKS = {True: "✓", False: " ", None: "?"}
COMMAND = 6  # columns before a command


def render(facts: Facts, who: Profile, style: Style, then: bool = False) -> str:
    """Today's route, what speaks for pip or conda here, and, where ``then``, the guide of 2020 beside it."""
    page = Page(style)
    way = route(who, "today")
    said: set[str] = set()
    page.line((f"Today: {way.title}", "bold"))
    page.line(f"  for {NAMES[who.system]}, {'a GPU' if who.gpu else 'no GPU'}, level {who.level}; {_python(facts)}")
    _today(page, way, who, facts, said if then else None)
    page.paragraph(way.why, "Why", indent=2)
    for reason in reasons(facts):
        page.paragraph(reason.says, "Here", indent=2)
    others = [name for name in _offered(who) if name != who.prefer]
    page.line("  Other ways: --prefer ", ", ".join(others))
    if not then:
        page.line("  The guide of 2020 beside it, and what has changed: ", ("envdoctor guide --then", "bold"))
        return page.text
    _then(page, route(who, "2020"), who, said)
    page.line()
    page.line(("pip or conda?", "bold"))
    _statements(page, list(asides()["pip-or-conda"].statements), said)
    for key, ids in (
        ("level", list(asides()["level"].statements)),
        ("reproducible", list(asides()["reproducible"].statements)),
        ("linear-algebra", about_blas(facts)),
    ):
        page.line()
        page.line((asides()[key].title, "bold"))
        _statements(page, ids, said)
    return page.text


def _offered(who: Profile) -> list[str]:
    """The preferences that lead to another route on this system."""
    return [
        name
        for name in PREFERENCES
        if any(way.era == "today" and way.fits(replace(who, prefer=name)) for way in routes())
    ]


def _python(facts: Facts) -> str:
    return f"Python {facts.patient.executable or facts.patient.prefix or '?'}"


def _then(page: Page, way: Route, who: Profile, said: set[str]) -> None:
    page.line()
    page.line((f"The guide in 2020: {way.title}", "bold"))
    _statements(page, [step.statement for step in way.steps(who)], said)


def _today(page: Page, way: Route, who: Profile, facts: Facts, said: set[str] | None) -> None:
    """The steps; with ``said``, the guide's statement that each follows."""
    shell = shell_for(facts)
    marks = set()
    for number, step in enumerate(way.steps(who), 1):
        mark = MARKS[_done(step, facts)]
        marks.add(mark)
        page.paragraph(step.says, f"{mark} {number}.", indent=2, column=5)
        for line in filled(step.snippet, who).splitlines() if step.snippet else ():
            page.line(" " * COMMAND, line)
        for line in step.lines(who, shell):
            page.line(" " * COMMAND, (line, "bold"))
        if after := step.then(who):
            page.paragraph(after, indent=COMMAND)
        if said is not None and step.statement not in said:
            _statements(page, [step.statement], said)
    if marks & {"✓", "?"}:
        page.line("  ✓ done here   ? cannot be seen from here")


def render_markdown(facts: Facts, who: Profile, style: Style, then: bool = False) -> str:
    """Today's route for a wiki: no word of the patient's is in it, but the project's name within code."""
    shell = shell_for(facts)
    way = route(who, "today")
    card = "a GPU" if who.gpu else "no GPU"
    lines = [f"# {way.title}", "", f"For {NAMES[who.system]}, {card}, level {who.level}. {way.why}", ""]
    for number, step in enumerate(way.steps(who), 1):
        lines += [f"{number}. {step.says} ([source]({step.source}))", ""]
        if step.snippet:
            lines += ["   In `pyproject.toml`:", "", "   ```toml"]
            lines += [f"   {line}".rstrip() for line in filled(step.snippet, who).splitlines()] + ["   ```", ""]
        if commands := step.lines(who, shell):
            lines += [
                f"   ```{'powershell' if who.system == 'windows' else 'sh'}",
                *(f"   {line}" for line in commands),
                "   ```",
                "",
            ]
        if after := step.then(who):
            lines += [f"   {after}", ""]
    lines += [f"Checked on {way.checked}: {way.source}", ""]
    if then:
        lines += [f"## The guide in 2020: {route(who, '2020').title}", ""]
        for step in route(who, "2020").steps(who):
            (statement,) = cited([step.statement])
            now = " ".join(filter(None, (f"Today: {standing(statement)}.", statement.since)))
            lines += [f"- {statement.says} {now}"]
        lines.append("")
    return "\n".join(lines)


def _statements(page: Page, ids: list[str], said: set[str]) -> None:
    for statement in cited([key for key in ids if key not in said]):
        draw_statement(page, statement_view(statement, escapes.as_it_is))
        said.add(statement.id)
    if old := [key for key in ids if key in said and key not in {item.id for item in cited(ids)}]:
        page.paragraph(", ".join(old), "Guide", indent=INDENT)


def _done(step: Step, facts: Facts) -> bool | None:
    return done(step.progress, step.wants, facts)


def render_json(facts: Facts, who: Profile, style: Style, then: bool = True) -> str:
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
        "why": way.why,
        "source": way.source,
        "checked": way.checked,
        "steps": [
            {
                "id": step.id,
                "says": step.says,
                "statement": step.statement,
                "since": standing(cited([step.statement])[0]),
                "done": _done(step, facts) if facts is not None else None,
                "commands": step.lines(who, shell),
                "snippet": filled(step.snippet, who),
                "after": step.then(who),
                "source": step.source,
            }
            for step in way.steps(who)
        ],
    }
