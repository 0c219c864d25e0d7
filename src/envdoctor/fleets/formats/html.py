"""One page of HTML: the verdict, a matrix of groups and what differs, then the findings."""

from collections.abc import Callable, Iterator

from envdoctor.facts import Facts
from envdoctor.fleets.formats.words import commands, described, differs, edits, headline, hint, names, safe
from envdoctor.fleets.verdict import Found, Verdict, machines
from envdoctor.report import escapes
from envdoctor.report.formats.html import CSS
from envdoctor.report.view import Style

MATRIX = """
.envdoctor .matrix { overflow-x: auto; margin: 1em 0; }
.envdoctor .matrix td, .envdoctor .matrix th { border: 1px solid #8884; padding: .2em .5em; font-size: .9em; }
.envdoctor .matrix td { min-width: 4em; } .envdoctor .matrix td.differs { background: rgba(183,121,31,.18); }
.envdoctor .matrix td.same { opacity: .5; text-align: center; }
"""
MOST_CHANGES, MOST_ROWS = 4, 200


def render(verdict: Verdict, facts: Facts | None, style: Style) -> str:
    """A whole document."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>envdoctor fleet</title>\n'
        f"<style>{CSS}{MATRIX}</style>\n</head>\n<body>\n{body(verdict, facts, style)}\n</body>\n</html>\n"
    )


def notebook(verdict: Verdict, facts: Facts | None) -> str:
    """The part that Jupyter shows, with its own style."""
    return f"<style>{CSS}{MATRIX}</style>\n{body(verdict, facts, Style())}"


def body(verdict: Verdict, facts: Facts | None, style: Style) -> str:
    return "\n".join(['<div class="envdoctor">', *_body(verdict, facts, style), "</div>"])


def _body(verdict: Verdict, facts: Facts | None, style: Style) -> Iterator[str]:
    def text(words: str) -> str:
        return escapes.html(safe(words, style.redactor), "text")

    yield f"<h1>{text(headline(verdict))}</h1>"
    groups = verdict.fleet.groups
    if groups:
        changes = {group.name: differs(group, groups[0]) for group in groups[:MOST_ROWS]}
        sections = [name for name in (*groups[0].sections, "role") if any(name in found for found in changes.values())]
        yield '<div class="matrix"><table><tr><th>group</th><th>size</th><th>machines</th>'
        yield "".join(f"<th>{section}</th>" for section in sections) + "</tr>"
        for group in groups[:MOST_ROWS]:
            yield f"<tr><th>{group.name}</th><td>{len(group.members)}</td><td>{text(names(group, verdict.fleet))}"
            yield f"<br>{text(described(group))}</td>" if group is groups[0] else "</td>"
            yield "".join(_cell(changes[group.name].get(section, []), text) for section in sections) + "</tr>"
        for absent in verdict.fleet.missing[:MOST_ROWS]:
            yield f"<tr><th>?</th><td>1</td><td>{text(absent.name)}</td>"
            yield f'<td class="differs" colspan="{max(len(sections), 1)}">{text(absent.why)}</td></tr>'
        yield "</table></div>"
        left = max(len(groups) - MOST_ROWS, 0) + max(len(verdict.fleet.missing) - MOST_ROWS, 0)
        if left:
            yield f"<p>{left} more rows are left out.</p>"
    for item in verdict.open:
        yield from _found(item, verdict, style)
    if words := hint(verdict):
        yield f"<p>{text(words)}</p>"


def _cell(changes: list[str], text: Callable[[str], str]) -> str:
    if not changes:
        return '<td class="same">=</td>'
    more = f"<br>{len(changes) - MOST_CHANGES} more" if len(changes) > MOST_CHANGES else ""
    return f'<td class="differs">{"<br>".join(map(text, changes[:MOST_CHANGES]))}{more}</td>'


def _found(item: Found, verdict: Verdict, style: Style) -> Iterator[str]:
    finding = item.advice.finding

    def text(words: str) -> str:
        return escapes.html(safe(words, style.redactor), "text")

    def words(prose: str) -> str:
        return escapes.html(safe(prose, style.redactor), "words")

    yield f'<section class="{item.severity.value}">'
    yield f"<h2>{item.severity.value.capitalize()} {finding.rule.code}: {text(finding.title)}</h2>"
    rows = [
        ("machines", machines(item.members, verdict.fleet)),
        *((seen.label, seen.value) for seen in finding.evidence),
    ]
    yield (
        "<table>"
        + "".join(f"<tr><th>{text(label)}</th><td>{text(value)}</td></tr>" for label, value in rows)
        + "</table>"
    )
    yield f"<p>{words(finding.why)}</p>"
    for fix in item.advice.fixes[:1]:
        yield f"<p>{words(fix.title)}</p>"
        yield from (f"<p><code>{text(edit)}</code></p>" for edit in edits(item))
        if lined := [text(command) for command in commands(item, verdict)]:
            yield "<pre>{}</pre>".format("\n".join(lined))
    yield "</section>"
