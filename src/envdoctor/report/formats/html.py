"""One page of HTML: self-contained, readable without a network, and a part of it for notebooks."""

from collections.abc import Iterator, Sequence

from envdoctor.ecosystem.units import plural
from envdoctor.report import escapes
from envdoctor.report.formats.findings import MOST_EVIDENCE, Told
from envdoctor.report.report import Report
from envdoctor.report.view import FixView, Group, PatientView, Style, View, grouped

CSS = """
.envdoctor { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
.envdoctor h1 { font-size: 1.3em; } .envdoctor h2 { font-size: 1.05em; margin: 0 0 .4em; }
.envdoctor pre { background: rgba(127,127,127,.14); padding: .6em .8em; overflow-x: auto;
  border-radius: 4px; margin: .4em 0; }
.envdoctor section { border-left: 4px solid #888; padding: .2em 1em; margin: 1.2em 0; }
.envdoctor .error { border-color: #c0272d; } .envdoctor .warning { border-color: #b7791f; }
.envdoctor .info { border-color: #2b6cb0; }
.envdoctor table { border-collapse: collapse; } .envdoctor td, .envdoctor th { padding: .1em .8em .1em 0;
  text-align: left;
  vertical-align: top; overflow-wrap: anywhere; font-weight: normal; }
.envdoctor th { opacity: .75; white-space: nowrap; }
.envdoctor blockquote { margin: .5em 0; padding-left: .8em; border-left: 2px solid #8886; }
.envdoctor .small { opacity: .75; font-size: .9em; }
"""


def render(view: View) -> str:
    """A whole document."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>envdoctor</title>\n'
        f"<style>{CSS}</style>\n</head>\n<body>\n{_body(view)}\n</body>\n</html>\n"
    )


def notebook(report: Report) -> str:
    """The part that Jupyter shows, with its own style."""
    return f"<style>{CSS}</style>\n{_body(View([report], Style(), escapes.html))}"


def _body(view: View) -> str:
    return "\n".join(
        "\n".join(['<div class="envdoctor">', *_report(patient, view.style.plan), "</div>"])
        for patient in view.patients
    )


def _report(patient: PatientView, plan: bool) -> Iterator[str]:
    yield f"<h1>{patient.verdict.words}</h1>"
    if patient.verdict.command:
        yield f"<pre>{patient.verdict.command}</pre>"
    yield f'<p class="small">{patient.title}</p>'
    yield _table(patient.header)
    told = Told()
    for group in grouped(patient.open):
        yield from _group(group, told)
    if plan and patient.plan:
        yield "<h2>Plan</h2><p>Nothing has been changed. In this order, no fix undoes another.</p><ol>"
        for entry in patient.plan:
            conflicts = "".join(f"<p>Conflict: {words}</p>" for words in entry.conflicts)
            yield f"<li>{entry.severity} {', '.join(entry.codes)}: {''.join(_fix(entry.fix))}{conflicts}</li>"
        yield "</ol>"
    if patient.unknown:
        yield "<h2>No verdict</h2>"
        yield _table([(outcome.name, outcome.reason) for outcome in patient.unknown])
    counts = patient.counts
    parts = [plural(counts[word], word) for word in ("error", "warning", "info")]
    parts += [f"{counts['passed']} passed", f"{counts['not-applicable']} do not apply", f"{counts['unknown']} unknown"]
    yield f'<p class="small">{" · ".join(parts)}</p>'


def _group(group: Group, told: Told) -> Iterator[str]:
    """One finding, or several that one cure settles."""
    first = group.first
    yield f'<section class="{first.severity.value}">'
    for item in group.findings:
        yield f"<h2>{item.severity.value.capitalize()} {item.code}: {item.title}</h2>"
        if item.evidence and len(group.findings) <= MOST_EVIDENCE:
            yield _table([(seen.label, seen.value) for seen in item.evidence])
    yield from (f"<p>{why}</p>" for why in told.whys(group))
    new, old = told.guide(group)
    for statement in new:
        since = f"<br>{statement.since}" if statement.since else ""
        origin = f"<span class='small'>(guide, {statement.id})</span>"
        yield f"<blockquote>{statement.says} {origin}{since}</blockquote>"
    if old:
        yield f"<p>Guide: {', '.join(old)}, as above</p>"
    if first.nothing_to_do:
        yield f"<p>Nothing to do: {first.nothing_to_do}</p>"
    if told.settles(first):
        yield f"<p>The fix for {first.settled_by} above settles this, too.</p>"
    else:
        for fix in group.cures:
            yield from _fix(fix)
    told.add(group)
    yield "</section>"


def _fix(fix: FixView) -> Iterator[str]:
    yield f"<p>{fix.title} <span class='small'>({fix.note})</span></p>"
    for edit in fix.edits:
        yield f"<p>In <code>{edit.file}</code>: {edit.change}</p>"
    if fix.commands:
        yield "<pre>{}</pre>".format("\n".join(fix.commands))


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    body = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in pairs)
    return f"<table>{body}</table>"
