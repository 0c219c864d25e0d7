"""The report for a person at a terminal: verdict first, then what is behind it, then the counts."""

from envdoctor.ecosystem.units import plural
from envdoctor.engine.checks import Status
from envdoctor.engine.rules import Severity
from envdoctor.report.formats.audience import draw_for
from envdoctor.report.formats.findings import Told, draw_plan
from envdoctor.report.formats.page import LABEL, Page
from envdoctor.report.view import OutcomeView, PatientView, Style, View, by_reason, grouped


def render(view: View) -> str:
    """All reports, one after the other."""
    page = Page(view.style)
    for index, patient in enumerate(view.patients):
        if index:
            page.line()
        _report(page, patient, view.style)
    return page.text


def _report(page: Page, patient: PatientView, style: Style) -> None:
    if style.verbosity >= 0:
        page.line((patient.title, "bold"))
        beginner = patient.beginner and style.verbosity == 0
        for label, value in patient.header[: 1 if beginner else None] + patient.measured:
            page.paragraph(value, label.ljust(LABEL), indent=2, label_style="dim")
        page.line()
    _verdict(page, patient)
    shown = [item for item in patient.open if style.verbosity >= 0 or item.severity is not Severity.INFO]
    told = Told()
    for group in grouped(shown):
        page.line()
        draw_for(page, group, patient, style, told)
    if style.plan:
        page.line()
        draw_plan(page, patient)
    _others(page, patient, style)
    if patient.beginner and style.verbosity >= 0:
        from envdoctor.report.formats.beginner import closing

        closing(page, patient)
    page.line()
    _last_line(page, patient)


def _verdict(page: Page, patient: PatientView) -> None:
    said = patient.verdict
    color = {"broken": "bold red", "hurts": "bold yellow", "inconclusive": "bold yellow", "healthy": "bold green"}
    page.line((said.words, color[said.state]))
    if said.command:
        page.line("  ", (said.command, "bold"))


def _others(page: Page, patient: PatientView, style: Style) -> None:
    """What came to no verdict; with -v, what passed and what does not apply, too."""
    partial = [outcome for outcome in patient.outcomes if outcome.status is Status.FOUND and outcome.reason]
    if patient.unknown or partial:
        page.line()
    for reason, outcomes in by_reason([*patient.unknown, *partial]).items():
        codes = ", ".join(map(_codes, outcomes))
        page.paragraph(f"? {codes}: {reason}", indent=0, style="yellow" if style.color else "")
    for item in patient.suppressed:
        page.paragraph(f"({item.code} ignored: {item.suppressed})", indent=0)
    for note in patient.notes:
        page.paragraph(note, indent=0)
    if style.verbosity > 0:
        page.line()
        for outcome in patient.outcomes:
            if outcome.status in (Status.PASSED, Status.NOT_APPLICABLE):
                mark = "✓" if outcome.status is Status.PASSED else "–"
                why = f": {outcome.reason}" if outcome.reason else ""
                page.paragraph(f"{mark} {_codes(outcome)}{why}", indent=0)


def _codes(outcome: OutcomeView) -> str:
    return f"{' '.join(outcome.codes)} {outcome.name}".strip()


def _last_line(page: Page, patient: PatientView) -> None:
    counts = patient.counts
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
    parts += [f"{patient.seconds:.2f} s", f"status {patient.exit_code}"]
    page.line(" · ".join(parts))
