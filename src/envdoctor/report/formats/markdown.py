"""A summary in Markdown: for an issue, a pull request, or a job's summary on GitHub."""

from collections.abc import Iterator

from envdoctor.ecosystem.units import plural
from envdoctor.engine.rules import Severity
from envdoctor.report.formats.findings import MOST_EVIDENCE, Told
from envdoctor.report.view import Group, PatientView, View, grouped

# GitHub takes a step's summary up to 1 MiB and drops a larger one whole
# (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits).
MOST_BYTES = 1_000_000
WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Info"}


def render(view: View) -> str:
    """All patients; what does not fit into a megabyte is counted in a last line."""
    pieces = [piece for patient in view.patients for piece in _report(patient, view.style.plan)]
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


def _report(patient: PatientView, plan: bool) -> Iterator[str]:
    yield f"# envdoctor: {patient.verdict.words}\n"
    if patient.verdict.command:
        yield _fenced(patient.verdict.command, patient.shell)
    facts = [f"- {patient.title}", *(f"- {label}: {value}" for label, value in patient.header)]
    yield "\n".join(facts) + "\n"
    told = Told()
    groups = grouped(patient.open)
    for group in groups:
        if group.first.severity is not Severity.INFO:
            yield from _group(group, told, patient.shell)
    folded = [group for group in groups if group.first.severity is Severity.INFO]
    if folded:
        count = sum(len(group.findings) for group in folded)
        yield f"<details>\n<summary>{plural(count, 'note')}, nothing you must do</summary>\n"
        for group in folded:
            yield from _group(group, told, patient.shell)
        yield "</details>\n"
    if patient.unknown:
        lines = "\n".join(f"- {outcome.name}: {outcome.reason}" for outcome in patient.unknown)
        yield f"## Could not be checked\n\n{lines}\n"
    if plan and patient.plan:
        yield "## Plan\n\nNothing has been changed. In this order, no fix undoes another.\n"
        for number, entry in enumerate(patient.plan, 1):
            fix = entry.fix
            notes = [
                fix.applicability,
                *(f"Conflict: {words}" for words in entry.conflicts),
                *filter(None, [fix.reason]),
            ]
            words = f"{number}. {entry.severity} {', '.join(entry.codes)}: {fix.title} \\({'; '.join(notes)}\\)"
            yield words + "\n\n" + (_fenced("\n".join(fix.commands), patient.shell) if fix.commands else "")
    counts = patient.counts
    parts = [plural(counts[word], word) for word in ("error", "warning", "info")]
    parts += [f"{counts['passed']} passed", f"{counts['not-applicable']} do not apply", f"{counts['unknown']} unknown"]
    yield f"{', '.join(parts)}.\n"


def _group(group: Group, told: Told, shell: str) -> Iterator[str]:
    for item in group.findings:
        lines = [f"## {WORDS[item.severity]} {item.code}: {item.title}", ""]
        if item.evidence and len(group.findings) <= MOST_EVIDENCE:
            lines += ["| | |", "|---|---|"]
            lines += [f"| {seen.label} | {' '.join(seen.lines)} |" for seen in item.evidence] + [""]
        yield "\n".join(lines)
    new = told.guide(group)
    lines = [line for why in told.whys(group) for line in (why, "")]
    for statement in new[0]:
        lines.append(f"> {statement.says} (guide, {statement.id})")
        lines += [">", f"> {statement.since}"] if statement.since else []
        lines.append("")
    lines += [f"Guide: {', '.join(new[1])}, as above", ""] if new[1] else []
    first = group.first
    if first.nothing_to_do:
        lines += [f"Nothing to do: {first.nothing_to_do}", ""]
    settled = told.settles(first)
    if settled:
        lines += [f"The fix for {first.settled_by} above settles this, too.", ""]
    for fix in () if settled else group.cures:
        lines += [f"**Fix** ({fix.note}): {fix.title}", ""]
        lines += [_fenced("\n".join(fix.commands), shell)] if fix.commands else []
        lines += [line for edit in fix.edits for line in (f"In `{_quoted(edit.file)}`: {edit.change}", "")]
    told.add(group)
    yield "\n".join(lines)


def _quoted(code: str) -> str:
    """What stands between backticks holds none."""
    return code.replace("`", "'")


def _fenced(commands: str, shell: str) -> str:
    """A block; the fence is longer than any run of backticks inside."""
    fence = "```"
    while fence in commands:
        fence += "`"
    return f"{fence}{shell}\n{commands}\n{fence}\n"
