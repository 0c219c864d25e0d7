"""JUnit XML, as CI servers read it: a check is a test case; unknown is an error, not applicable a skip."""

from collections.abc import Iterator

from envdoctor.engine.checks import Status
from envdoctor.engine.rules import Severity
from envdoctor.report.escapes import quoted
from envdoctor.report.view import FindingView, OutcomeView, PatientView, View


def render(view: View) -> str:
    """One suite a patient. A finding of severity info does not fail its case; it stands in its output."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for patient in view.patients:
        lines += _suite(patient)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(patient: PatientView) -> Iterator[str]:
    failing = {item.code for item in patient.open if item.severity is not Severity.INFO}
    failures = sum(any(code in failing for code in outcome.codes) for outcome in patient.outcomes)
    skipped = sum(outcome.status is Status.NOT_APPLICABLE for outcome in patient.outcomes)
    name = quoted(f"envdoctor {patient.prefix}".strip())
    yield (
        f'  <testsuite name={name} tests="{len(patient.outcomes)}" failures="{failures}"'
        f' errors="{len(patient.unknown)}" skipped="{skipped}" time="{patient.seconds:.3f}"'
        f" timestamp={quoted(patient.recorded.rstrip('Z'))}>"
    )
    for outcome in patient.outcomes:
        yield from _case(outcome, [item for item in patient.open if item.code in outcome.codes])
    yield "  </testsuite>"


def _case(outcome: OutcomeView, mine: list[FindingView]) -> Iterator[str]:
    name = quoted(" ".join([*outcome.codes, outcome.name]))
    head = f'    <testcase classname="envdoctor" name={name} time="{outcome.seconds:.4f}"'
    bad = [item for item in mine if item.severity is not Severity.INFO]
    if not mine and outcome.status not in (Status.UNKNOWN, Status.NOT_APPLICABLE):
        yield f"{head}/>"
        return
    yield f"{head}>"
    if bad:
        title = bad[0].title + (f" (and {len(bad) - 1} more)" if len(bad) > 1 else "")
        text = "\n\n".join(map(_told, bad))
        yield f'      <failure type="{bad[0].severity.value}" message={quoted(title)}>{text}</failure>'
    elif outcome.status is Status.UNKNOWN:
        yield f'      <error type="unknown" message={quoted(outcome.reason)}/>'
    elif outcome.status is Status.NOT_APPLICABLE:
        yield f"      <skipped message={quoted(outcome.reason or 'does not apply')}/>"
    if notes := [item for item in mine if item.severity is Severity.INFO]:
        text = "\n".join(map(_told, notes))
        yield f"      <system-out>{text}</system-out>"
    yield "    </testcase>"


def _told(item: FindingView) -> str:
    lines = [f"{item.code} {item.title}"]
    lines += [f"  {seen.label}: {seen.value}" for seen in item.evidence]
    lines.append(item.why)
    for fix in item.fixes[:1]:
        lines += [f"Fix ({fix.applicability}): {text}" for text in fix.commands] or [f"Fix: {fix.title}"]
    return "\n".join(lines)
