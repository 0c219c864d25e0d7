"""Annotations for GitHub Actions (workflow commands): the worst ten a kind, then how many more.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
GitHub itself shows ten annotations of a kind and step, and drops the rest without a word.
"""

from collections.abc import Iterator, Sequence

from envdoctor.engine.rules import Severity
from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import sanitize
from envdoctor.report.advice import Advice
from envdoctor.report.formats import Style
from envdoctor.report.formats.anchors import anchor
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for, verdict

KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
MOST = 10


def render(reports: Sequence[Report], style: Style) -> str:
    """Workflow commands, one a line; unknown checks are notices."""
    lines: list[str] = []
    for severity, kind in KINDS.items():
        found = [(report, item) for report in reports for item in report.open if item.finding.severity is severity]
        lines += [_annotation(kind, item, report) for report, item in found[: MOST if len(found) <= MOST else MOST - 1]]
        if len(found) > MOST:
            left = len(found) - MOST + 1
            lines.append(f"::{kind} title=envdoctor::{left} more of this kind; the job's summary names them all")
    lines += [f"::notice title=envdoctor::{_data(words)}" for report in reports for words in _unknown(report)]
    lines += [_closing(report) for report in reports]
    return "".join(f"{line}\n" for line in lines)


def _annotation(kind: str, item: Advice, report: Report) -> str:
    finding = item.finding
    message = [finding.title, finding.why]
    shell = shell_for(report)
    if item.fixes and item.fixes[0].steps and (command := shell.command(item.fixes[0].steps[0])):
        message.append(f"Fix ({item.fixes[0].applicability}): {command}")
    elif item.fixes and not finding.nothing_to_do:
        message.append(f"Fix ({item.fixes[0].applicability}): {item.fixes[0].title}")
    elif finding.nothing_to_do:
        message.append(f"Nothing to do: {finding.nothing_to_do}")
    properties = f"title={_property(f'{finding.rule.code} {finding.rule.name}')}"
    if file := anchor(report):
        properties = f"file={_property(file)},{properties}"
    text = "\n".join(sanitize(credentials(line)) for line in message)
    return f"::{kind} {properties}::{_data(text)}"


def _closing(report: Report) -> str:
    """The verdict, with the command it speaks of on the same line; no line of it may pass for a workflow command."""
    said = verdict(report)
    return sanitize(credentials(f"{said.words} {said.command}".strip())).lstrip(":")


def _unknown(report: Report) -> Iterator[str]:
    unknown = [outcome for outcome in report.outcomes if outcome.status == "unknown"]
    if unknown:
        names = ", ".join(" ".join(outcome.check.codes) or outcome.check.name for outcome in unknown)
        yield f"no verdict: {names}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(sanitize(text)).replace(":", "%3A").replace(",", "%2C")
