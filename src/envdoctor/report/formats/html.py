"""One page of HTML: self-contained, readable without a network, and a part of it for notebooks."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from envdoctor.fixes import Fix
from envdoctor.fixes.shell import Shell
from envdoctor.fixes.steps import Edit
from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import plural, sanitize
from envdoctor.report.formats import Style
from envdoctor.report.formats.findings import MOST_EVIDENCE, Group, cures, groups, guide, standing, whys
from envdoctor.report.formats.header import rows, title
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for, verdict

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


def render(reports: Sequence[Report], style: Style) -> str:
    """A whole document."""
    body = "\n".join(fragment(report, style) for report in reports)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>envdoctor</title>\n'
        f"<style>{CSS}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def notebook(report: Report) -> str:
    """The part that Jupyter shows, with its own style."""
    return f"<style>{CSS}</style>\n{fragment(report, Style())}"


def fragment(report: Report, style: Style) -> str:
    return "\n".join(['<div class="envdoctor">', *_report(report, style), "</div>"])


def _report(report: Report, style: Style) -> Iterator[str]:
    said, shell = verdict(report), shell_for(report)
    yield f"<h1>{_text(said.words)}</h1>"
    if said.command:
        yield _code(said.command)
    yield f'<p class="small">{_text(title(report.version, report.facts, style.home))}</p>'
    yield _table(rows(report.facts))
    said_before: set[str] = set()
    for group in groups(report.open, report.plan):
        yield from _group(group, shell, said_before)
    if style.plan and report.plan:
        yield "<h2>Plan</h2><p>Nothing has been changed. In this order, no fix undoes another.</p><ol>"
        for entry in report.plan:
            conflicts = "".join(f"<p>Conflict: {_text(words)}</p>" for words in entry.conflicts)
            yield f"<li>{_text(', '.join(entry.codes))}: {''.join(_fix(entry.fix, shell))}{conflicts}</li>"
        yield "</ol>"
    if unknown := [outcome for outcome in report.outcomes if outcome.status == "unknown"]:
        yield "<h2>No verdict</h2>"
        yield _table([(outcome.check.name, outcome.reason) for outcome in unknown])
    counts = report.counts
    parts = [plural(counts[word], word) for word in ("error", "warning", "info")]
    parts += [f"{counts['passed']} passed", f"{counts['not-applicable']} do not apply", f"{counts['unknown']} unknown"]
    yield f'<p class="small">{_text(" · ".join(parts))}</p>'


def _group(group: Group, shell: Shell, said: set[str]) -> Iterator[str]:
    """One finding, or several that one cure settles; ``said`` are the statements and codes that stand further up."""
    items = group[1]
    first = items[0].finding
    yield f'<section class="{first.severity.value}">'
    for item in items:
        finding = item.finding
        yield f"<h2>{_text(finding.severity.value.capitalize())} {_text(finding.rule.code)}: {_text(finding.title)}</h2>"
        if finding.evidence and len(items) <= MOST_EVIDENCE:
            yield _table([(seen.label, seen.value) for seen in finding.evidence])
    yield from (f"<p>{_words(why)}</p>" for why in whys(items))
    new, old = guide(items, said)
    for statement in new:
        since = f"<br>{_words(standing(statement))}" if statement.since else ""
        origin = f"<span class='small'>(guide, {_text(statement.id)})</span>"
        yield f"<blockquote>{_words(statement.says)} {origin}{since}</blockquote>"
    if old:
        yield f"<p>Guide: {_text(', '.join(old))}, as above</p>"
    if first.nothing_to_do:
        yield f"<p>Nothing to do: {_words(first.nothing_to_do)}</p>"
    if items[0].settled_by in said:
        yield f"<p>The fix for {_text(items[0].settled_by)} above settles this, too.</p>"
    else:
        for fix in cures(group):
            yield from _fix(fix, shell)
    said.add(first.rule.code)
    yield "</section>"


def _fix(fix: Fix, shell: Shell) -> Iterator[str]:
    reason = f": {fix.reason}" if fix.reason else ""
    yield f"<p>{_words(fix.title)} <span class='small'>({_text(fix.applicability + reason)})</span></p>"
    for step in fix.steps:
        if isinstance(step, Edit):
            yield f"<p>In <code>{_text(step.file)}</code>: {_text(step.change)}</p>"
    if commands := [text for step in fix.steps if (text := shell.command(step))]:
        yield _code("\n".join(commands))


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    body = "".join(f"<tr><th>{_text(label)}</th><td>{_text(value)}</td></tr>" for label, value in pairs)
    return f"<table>{body}</table>"


def _code(text: str) -> str:
    return f"<pre>{_text(text)}</pre>"


def _words(text: str) -> str:
    """Text in which what stands between backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", _text(text))


def _text(text: str) -> str:
    return "\n".join(escape(sanitize(credentials(line))) for line in text.split("\n")).replace("\ufeff", "")
