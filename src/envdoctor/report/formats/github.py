"""Annotations for GitHub Actions (workflow commands): the worst ten a kind, then how many more.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
GitHub itself shows ten annotations of a kind and step, and drops the rest without a word.
"""

from collections.abc import Iterator

from envdoctor.engine.rules import Severity
from envdoctor.report.view import FindingView, PatientView, View

KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
MOST = 10
LINE_FEED = "%0A"


def render(view: View) -> str:
    """Workflow commands, one a line; unknown checks are notices."""
    lines: list[str] = []
    for severity, kind in KINDS.items():
        found = [
            (patient, item)
            for patient in view.patients
            for item in patient.open
            if item.severity is severity and not _idle(item)
        ]
        lines += [
            _annotation(kind, item, patient) for patient, item in found[: MOST if len(found) <= MOST else MOST - 1]
        ]
        if len(found) > MOST:
            left = len(found) - MOST + 1
            lines.append(f"::{kind} title=envdoctor::{left} more of this kind; the job's summary names them all")
    lines += [f"::notice title=envdoctor::{words}" for patient in view.patients for words in _unknown(patient)]
    lines += [_closing(patient) for patient in view.patients]
    return "".join(f"{line}\n" for line in lines)


def _idle(item: FindingView) -> bool:
    """Whether it is only worth knowing, and nobody has to do anything: an annotation would be noise."""
    return item.severity is Severity.INFO and (bool(item.nothing_to_do) or not item.fixes)


def _annotation(kind: str, item: FindingView, patient: PatientView) -> str:
    message: list[str] = [item.title, item.why]
    fix = item.fixes[0] if item.fixes else None
    if fix is not None and fix.steps and fix.steps[0].command:
        message.append(f"Fix ({fix.applicability}): {fix.steps[0].command}")
    elif fix is not None and not item.nothing_to_do:
        message.append(f"Fix ({fix.applicability}): {fix.title}")
    elif item.nothing_to_do:
        message.append(f"Nothing to do: {item.nothing_to_do}")
    properties = f"title={_property(f'{item.code} {item.rule.name}')}"
    if patient.anchor:
        properties = f"file={_property(patient.anchor)},{properties}"
    return f"::{kind} {properties}::{LINE_FEED.join(message)}"


def _closing(patient: PatientView) -> str:
    """The verdict, with the command it speaks of on the same line: plain text, where a per cent sign is itself; no
    line of it may pass for a workflow command."""
    return f"{patient.verdict.words} {patient.verdict.command}".strip().replace("%25", "%").lstrip(": ")


def _unknown(patient: PatientView) -> Iterator[str]:
    if patient.unknown:
        yield f"could not be checked: {', '.join(' '.join(outcome.codes) or outcome.name for outcome in patient.unknown)}"


def _property(text: str) -> str:
    return text.replace(":", "%3A").replace(",", "%2C")
