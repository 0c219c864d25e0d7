"""The report for a person at a terminal: verdict first, then what is behind it, then the counts."""

from collections.abc import Sequence

from envdoctor.engine.checks import Outcome
from envdoctor.engine.rules import Severity
from envdoctor.privacy.text import plural
from envdoctor.report.formats import Style
from envdoctor.report.formats.audience import draw_for
from envdoctor.report.formats.findings import draw_plan, groups
from envdoctor.report.formats.header import rows, title
from envdoctor.report.formats.page import LABEL, Page
from envdoctor.report.report import Report, by_reason
from envdoctor.report.verdict import verdict


def render(reports: Sequence[Report], style: Style) -> str:
    """All reports, one after the other."""
    page = Page(style)
    for index, report in enumerate(reports):
        if index:
            page.line()
        _report(page, report, style)
    return page.text


def _report(page: Page, report: Report, style: Style) -> None:
    if style.verbosity >= 0:
        page.line((title(report.version, report.facts, style.home), "bold"))
        beginner = report.settings.level == "beginner" and style.verbosity == 0
        for label, value in rows(report.facts)[: 1 if beginner else None]:
            page.paragraph(value, label.ljust(LABEL), indent=2, label_style="dim")
        if report.facts.measure is not None:
            from envdoctor.report.formats import chart

            for label, value in chart.rows(report.facts.measure):
                page.paragraph(value, label.ljust(LABEL), indent=2, label_style="dim")
        page.line()
    _verdict(page, report)
    shown = [item for item in report.open if style.verbosity >= 0 or item.finding.severity is not Severity.INFO]
    said: set[str] = set()
    for group in groups(shown, report.plan):
        page.line()
        draw_for(page, group, report, style, said)
    if style.plan:
        page.line()
        draw_plan(page, report)
    _others(page, report, style)
    if report.settings.level == "beginner" and style.verbosity >= 0:
        from envdoctor.report.formats.beginner import closing

        closing(page, report)
    page.line()
    _last_line(page, report)


def _verdict(page: Page, report: Report) -> None:
    said = verdict(report)
    color = {"broken": "bold red", "hurts": "bold yellow", "inconclusive": "bold yellow", "healthy": "bold green"}
    page.line((said.words, color[said.state]))
    if said.command:
        page.line("  ", (said.command, "bold"))


def _others(page: Page, report: Report, style: Style) -> None:
    """What came to no verdict; with -v, what passed and what does not apply, too."""
    unknown = [outcome for outcome in report.outcomes if outcome.status == "unknown"]
    partial = [outcome for outcome in report.outcomes if outcome.status == "found" and outcome.reason]
    if unknown or partial:
        page.line()
    for reason, outcomes in by_reason([*unknown, *partial]).items():
        codes = ", ".join(map(_codes, outcomes))
        page.paragraph(f"? {codes}: {reason}", indent=0, style="yellow" if style.color else "")
    suppressed = [item for item in report.advice if item.suppressed is not None]
    for item in suppressed:
        reason = (item.suppressed or {}).get("reason", "")
        page.paragraph(f"({item.finding.rule.code} put up with: {reason})", indent=0)
    for note in report.notes:
        page.paragraph(note, indent=0)
    if style.verbosity > 0:
        page.line()
        for outcome in report.outcomes:
            if outcome.status in ("passed", "not-applicable"):
                mark = "✓" if outcome.status == "passed" else "–"
                reason = f": {outcome.reason}" if outcome.reason else ""
                page.paragraph(f"{mark} {_codes(outcome)}{reason}", indent=0)


def _codes(outcome: Outcome) -> str:
    codes = " ".join(outcome.check.codes)
    return f"{codes} {outcome.check.name}".strip()


def _last_line(page: Page, report: Report) -> None:
    counts = report.counts
    parts: list[str] = []
    for word in ("error", "warning"):
        if counts[word]:
            parts.append(plural(counts[word], word))
    for word, text in (
        ("info", "info"),
        ("passed", "passed"),
        ("not-applicable", "do not apply"),
        ("unknown", "unknown"),
    ):
        if counts[word] or word == "passed":
            parts.append(f"{counts[word]} {text}")
    parts += [f"{report.seconds:.2f} s", f"status {report.exit_code}"]
    page.line(" · ".join(parts))
