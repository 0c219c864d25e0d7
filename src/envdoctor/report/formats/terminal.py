"""The report for a person at a terminal: who was examined, what was found, and last, where the eye is, the verdict.

A healthy report has eight lines at most, one with a single error twenty, at 80 columns. -v shows all there is.
"""

from collections.abc import Sequence

from envdoctor.ecosystem.units import plural
from envdoctor.engine.checks import Status
from envdoctor.engine.rules import Severity
from envdoctor.report.formats.audience import draw_for
from envdoctor.report.formats.findings import BLOCK, COLORS, MARKS, Told, draw_plan
from envdoctor.report.formats.page import LABEL, Page
from envdoctor.report.view import Group, OutcomeView, PatientView, Style, View, by_reason, grouped

HEALTHY = 8  # lines of a healthy report
SINGLE = 20  # lines of a report with one error
MOST_NOTES = 5  # below findings that harm
MOST_CODES = 3  # of checks that share a reason why they could not be done
STATES = {"broken": "bold red", "hurts": "bold yellow", "inconclusive": "bold yellow", "healthy": "bold green"}


def render(view: View) -> str:
    """All reports, one after the other; of several, a table at the end."""
    page = Page(view.style)
    for index, patient in enumerate(view.patients):
        if index:
            page.line()
        _report(page, patient, view.style)
    if len(view.patients) > 1:
        page.line()
        _table(page, view.patients)
    return page.text


def _report(page: Page, patient: PatientView, style: Style) -> None:
    start = page.height
    if style.verbosity >= 0:
        _header(page, patient, style)
    full = style.verbosity > 0
    groups = grouped(patient.open)
    harmful = [group for group in groups if full or group.first.severity is not Severity.INFO]
    notes = [group for group in groups if not full and group.first.severity is Severity.INFO]
    if len(harmful) > 1:
        page.space()
        _verdict(page, patient)
    told = Told()
    most = BLOCK
    if len(harmful) == 1:
        most = SINGLE - (page.height - start) - 1 - _rest(page, patient, notes if style.verbosity == 0 else [], style)
    for group in harmful:
        page.space()
        draw_for(page, group, patient, style, told, most)
    more = bool(notes) and patient.verdict.state == "healthy" and style.verbosity == 0
    end = page.blank()
    _verdict(end, patient, more)
    _last_line(end, patient)
    left = start + HEALTHY - end.height  # where the end of a healthy report begins
    if notes and style.verbosity == 0:
        _notes(page, notes, MOST_NOTES if harmful else left - page.height, bool(harmful))
    if style.plan:
        page.space()
        draw_plan(page, patient)
    _others(page, patient, style)
    if patient.beginner and style.verbosity >= 0 and harmful:
        from envdoctor.report.formats.beginner import closing

        closing(page, patient)
    if harmful or full or page.height < left:
        page.space()
    _verdict(page, patient, more)
    _last_line(page, patient)


def _rest(page: Page, patient: PatientView, notes: Sequence[Group], style: Style) -> int:
    """The lines that stand below the findings which harm."""
    below = page.blank()
    below.line("the finding above")
    if notes:
        _notes(below, notes, MOST_NOTES, True)
    _others(below, patient, style)
    below.space()
    _verdict(below, patient)
    return below.height  # with the counts, for the line that stands for the finding


def _header(page: Page, patient: PatientView, style: Style) -> None:
    beginner = patient.beginner and style.verbosity == 0
    title = patient.title
    if len(title) > page.width and style.verbosity == 0:
        title = patient.called
    page.line((title, "bold"))
    for label, value in patient.header[: 1 if beginner else None]:
        if style.verbosity > 0:
            page.paragraph(value, label.ljust(LABEL), indent=2, label_style="dim")
        else:
            told, apart, why = value.partition("  (")  # how it was chosen is always told
            page.clipped(told, f"  {label.ljust(LABEL)}", "dim", end=apart + why)
    for label, value in patient.measured:
        page.paragraph(value, label.ljust(LABEL), indent=2, label_style="dim")


def _notes(page: Page, groups: Sequence[Group], room: int, apart: bool) -> None:
    """What is only worth knowing, a line each; what has no room is named by its codes in the last."""
    if apart or len(groups) < room:
        page.space()
    shown = groups if len(groups) <= room else groups[: max(room - 1, 0)]
    for group in shown:
        item = group.first
        more = f" (and {len(group.findings) - 1} more)" if len(group.findings) > 1 else ""
        head = f"{MARKS[item.severity]} {item.code} {item.severity.value:8}"
        page.clipped(f"{item.headline}{more}", head, COLORS[item.severity])
    left = groups[len(shown) :]
    if left:
        count = sum(len(group.findings) for group in left)
        codes = ", ".join(dict.fromkeys(group.first.code for group in left))
        what = f"{count} more" if shown else plural(count, "note")
        page.clipped(f"{what} (-v shows them): {codes}", f"{MARKS[Severity.INFO]} ", COLORS[Severity.INFO])


def _verdict(page: Page, patient: PatientView, more: bool = False) -> None:
    said = patient.verdict
    words = f"{said.words.rstrip('.')} (-v shows more)." if more else said.words
    page.paragraph(words, indent=0, style=STATES[said.state])
    if said.command:
        page.line("  ", (said.command, "bold"))


def _others(page: Page, patient: PatientView, style: Style) -> None:
    """What could not be checked; with -v, what passed and what does not apply, too."""
    partial = [outcome for outcome in patient.outcomes if outcome.status is Status.FOUND and outcome.reason]
    if patient.unknown or partial:
        page.space()
    for reason, outcomes in by_reason([*patient.unknown, *partial]).items():
        many = len(outcomes) > MOST_CODES and style.verbosity <= 0
        what = f"{len(outcomes)} checks could not be done" if many else ", ".join(map(_codes, outcomes))
        color = "yellow" if style.color else ""
        page.paragraph(f"? {what}: {reason}", indent=0, style=color)
    for item in patient.suppressed:
        page.paragraph(f"({item.code} ignored: {item.suppressed})", indent=0)
    for note in patient.notes:
        page.paragraph(note, indent=0)
    if style.verbosity > 0:
        page.space()
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


def _table(page: Page, patients: Sequence[PatientView]) -> None:
    """A line for each of several patients: where it is, and the verdict."""
    page.line((f"{len(patients)} Pythons examined", "bold"))
    places = [patient.executable or patient.prefix or "?" for patient in patients]
    width = max(map(len, places))
    for place, patient in zip(places, patients, strict=True):
        said = patient.verdict
        words = said.words.removesuffix(" Run:").removesuffix(" Run this first:")
        page.clipped(words, f"  {place.ljust(width)}  ", "", STATES[said.state])
