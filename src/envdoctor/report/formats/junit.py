"""JUnit XML, as CI servers read it: a check is a test case; unknown is an error, not applicable a skip."""

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from envdoctor.engine.checks import Outcome
from envdoctor.engine.rules import Severity
from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import sanitize
from envdoctor.report.advice import Advice
from envdoctor.report.formats import Style
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for

# What XML 1.0 can't hold (https://www.w3.org/TR/xml/#charsets), lone surrogates among it.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(reports: Sequence[Report], style: Style) -> str:
    """One suite a patient. A finding of severity info does not fail its case; it stands in its output."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for report in reports:
        lines += _suite(report)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(report: Report) -> Iterator[str]:
    failing = {item.finding.rule.code for item in report.open if item.finding.severity is not Severity.INFO}
    failures = sum(any(code in failing for code in outcome.check.codes) for outcome in report.outcomes)
    errors = sum(outcome.status == "unknown" for outcome in report.outcomes)
    skipped = sum(outcome.status == "not-applicable" for outcome in report.outcomes)
    name = quoteattr(_clean(f"envdoctor {report.facts.patient.prefix or ''}".strip()))
    yield (
        f'  <testsuite name={name} tests="{len(report.outcomes)}" failures="{failures}" errors="{errors}"'
        f' skipped="{skipped}" time="{report.seconds:.3f}" timestamp="{report.facts.recorded.rstrip("Z")}">'
    )
    for outcome in report.outcomes:
        yield from _case(outcome, report)
    yield "  </testsuite>"


def _case(outcome: Outcome, report: Report) -> Iterator[str]:
    name = quoteattr(_clean(" ".join([*outcome.check.codes, outcome.check.name])))
    head = f'    <testcase classname="envdoctor" name={name} time="{outcome.seconds:.4f}"'
    mine = [item for item in report.open if item.finding.rule.code in outcome.check.codes]
    bad = [item for item in mine if item.finding.severity is not Severity.INFO]
    if not mine and outcome.status not in ("unknown", "not-applicable"):
        yield f"{head}/>"
        return
    yield f"{head}>"
    if bad:
        title = bad[0].finding.title + (f" (and {len(bad) - 1} more)" if len(bad) > 1 else "")
        text = "\n\n".join(_told(item, report) for item in bad)
        kind = quoteattr(bad[0].finding.severity.value)
        yield f"      <failure type={kind} message={quoteattr(_clean(title))}>{_escaped(text)}</failure>"
    elif outcome.status == "unknown":
        yield f'      <error type="unknown" message={quoteattr(_clean(outcome.reason))}/>'
    elif outcome.status == "not-applicable":
        yield f"      <skipped message={quoteattr(_clean(outcome.reason or 'does not apply'))}/>"
    if notes := [item for item in mine if item.finding.severity is Severity.INFO]:
        yield f"      <system-out>{_escaped(chr(10).join(_told(item, report) for item in notes))}</system-out>"
    yield "    </testcase>"


def _told(item: Advice, report: Report) -> str:
    finding = item.finding
    lines = [
        f"{finding.rule.code} {finding.title}",
        *(f"  {seen.label}: {seen.value}" for seen in finding.evidence),
        finding.why,
    ]
    shell = shell_for(report)
    for fix in item.fixes[:1]:
        lines += [f"Fix ({fix.applicability}): {text}" for step in fix.steps if (text := shell.command(step))] or [
            f"Fix: {fix.title}"
        ]
    return "\n".join(lines)


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", sanitize(credentials(text)))


def _escaped(text: str) -> str:
    return escape("\n".join(_clean(line) for line in text.split("\n")))
