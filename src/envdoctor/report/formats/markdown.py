"""A summary in Markdown: for an issue, a pull request, or a job's summary on GitHub."""

import re
from collections.abc import Iterator, Sequence

from envdoctor.engine.rules import Severity
from envdoctor.fixes.steps import Edit
from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import plural, sanitize
from envdoctor.report.formats import Style
from envdoctor.report.formats.findings import MOST_EVIDENCE, Group, cures, groups, guide, standing, whys
from envdoctor.report.formats.header import rows, title
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for, verdict

# GitHub takes a step's summary up to 1 MiB and drops a larger one whole
# (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits).
MOST_BYTES = 1_000_000
WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Info"}
CODE = re.compile("`([^`]+)`")
_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>()#+!|~@$"})


def render(reports: Sequence[Report], style: Style) -> str:
    """All patients; what does not fit into a megabyte is counted in a last line."""
    pieces = [piece for report in reports for piece in _report(report, style)]
    text, size = [], 0
    for number, piece in enumerate(pieces):
        size += len(piece.encode("utf-8", "replace")) + 1
        if size > MOST_BYTES:
            text.append(
                f"… and {plural(len(pieces) - number, 'section')} more, left out because the summary is full.\n"
            )
            break
        text.append(piece)
    return "\n".join(text)


def _report(report: Report, style: Style) -> Iterator[str]:
    said = verdict(report)
    yield f"# envdoctor: {_text(said.words)}\n"
    if said.command:
        yield _code(said.command)
    facts = [f"- {_text(title(report.version, report.facts, style.home))}"]
    facts += [f"- {_text(label)}: {_text(value)}" for label, value in rows(report.facts)]
    yield "\n".join(facts) + "\n"
    said_before: set[str] = set()
    for group in groups(report.open, report.plan):
        yield from _group(group, report, said_before)
    if unknown := [outcome for outcome in report.outcomes if outcome.status == "unknown"]:
        yield (
            "## No verdict\n\n"
            + "\n".join(f"- {_text(outcome.check.name)}: {_text(outcome.reason)}" for outcome in unknown)
            + "\n"
        )
    if style.plan and report.plan:
        yield "## Plan\n\nNothing has been changed. In this order, no fix undoes another.\n"
        shell = shell_for(report)
        for number, entry in enumerate(report.plan, 1):
            lines = [text for step in entry.fix.steps if (text := shell.command(step))]
            notes = [f"Conflict: {conflict}" for conflict in entry.conflicts] + (
                [entry.fix.reason] if entry.fix.reason else []
            )
            standing_of = "; ".join([entry.fix.applicability, *notes])
            words = f"{number}. {', '.join(entry.codes)}: {entry.fix.title} ({standing_of})"
            yield _words(words) + "\n\n" + (_code("\n".join(lines)) if lines else "")
    counts = report.counts
    parts = [plural(counts[word], word) for word in ("error", "warning", "info")]
    parts += [f"{counts['passed']} passed", f"{counts['not-applicable']} do not apply", f"{counts['unknown']} unknown"]
    yield f"{', '.join(parts)}.\n"


def _group(group: Group, report: Report, said: set[str]) -> Iterator[str]:
    """One finding, or several that one cure settles; ``said`` are the statements and codes that stand further up."""
    items, shell = group[1], shell_for(report)
    for item in items:
        finding = item.finding
        lines = [f"## {WORDS[finding.severity]} {finding.rule.code}: {_text(finding.title)}", ""]
        if finding.evidence and len(items) <= MOST_EVIDENCE:
            lines += ["| | |", "|---|---|"]
            lines += [f"| {_text(seen.label)} | {_text(seen.value)} |" for seen in finding.evidence] + [""]
        yield "\n".join(lines)
    lines = [line for why in whys(items) for line in (_words(why), "")]
    new, old = guide(items, said)
    for statement in new:
        lines.append(f"> {_words(statement.says)} (guide, {statement.id})")
        lines += [">", f"> {_words(standing(statement))}"] if statement.since else []
        lines.append("")
    lines += [f"Guide: {_text(', '.join(old))}, as above", ""] if old else []
    first = items[0]
    if first.finding.nothing_to_do:
        lines += [f"Nothing to do: {_words(first.finding.nothing_to_do)}", ""]
    if first.settled_by in said:
        lines += [f"The fix for {first.settled_by} above settles this, too.", ""]
        fixes = []
    else:
        fixes = cures(group)
    said.add(first.finding.rule.code)
    for fix in fixes:
        commands = [text for step in fix.steps if (text := shell.command(step))]
        reason = f": {fix.reason}" if fix.reason else ""
        lines += [f"**Fix** ({_text(fix.applicability + reason)}): {_words(fix.title)}", ""]
        lines += [_code("\n".join(commands))] if commands else []
        edits = [step for step in fix.steps if isinstance(step, Edit)]
        lines += [line for it in edits for line in (f"In `{_literal(it.file)}`: {_text(_literal(it.change))}", "")]
    yield "\n".join(lines)


def _literal(words: str) -> str:
    return sanitize(credentials(words)).replace("`", "'")


def _code(command: str) -> str:
    """A fenced block; the fence is longer than any run of backticks inside."""
    fence = "```"
    while fence in command:
        fence += "`"
    clean = "\n".join(sanitize(credentials(line)) for line in command.split("\n"))
    return f"{fence}sh\n{clean}\n{fence}\n"


def _words(text: str) -> str:
    """Text in which what stands between backticks, such as a command, stays as it is, to be copied."""
    clean = sanitize(credentials(text.replace("\n", " ")))
    pieces = CODE.split(clean)
    return "".join(f"`{piece}`" if number % 2 else piece.translate(_SPECIAL) for number, piece in enumerate(pieces))


def _text(text: str) -> str:
    """Text as text: nothing in it is markup, a mention or a heading."""
    return sanitize(credentials(text.replace("\n", " "))).translate(_SPECIAL)
