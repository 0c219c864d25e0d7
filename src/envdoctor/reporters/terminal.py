"""The report for a person at a terminal: verdict first, then what is behind it, then the counts."""

import io
from collections.abc import Sequence
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from envdoctor.advice import Advice
from envdoctor.facts import Facts, Missing
from envdoctor.guide import Statement
from envdoctor.redact import credentials
from envdoctor.report import Report
from envdoctor.reporters import Style
from envdoctor.reporters.header import rows, title
from envdoctor.rules import Outcome, Severity
from envdoctor.shell import command
from envdoctor.text import plural, sanitize, to_ascii

MARKS = {Severity.ERROR: "x", Severity.WARNING: "!", Severity.INFO: "i"}
COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
STANDING = {
    "nuance": "Since then",
    "outdated": "Outdated",
    "wrong": "Wrong today",
    "stronger": "Since then",
    "unproven": "Unproven",
}
LABEL = 9  # columns of the label beside a paragraph
INDENT = 4


class Page:
    """Text that is drawn line by line; what a person copies is never wrapped."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._console = Console(
            file=io.StringIO(),
            width=max(style.width, 40),
            color_system="standard" if style.color else None,
            force_terminal=style.color,
            no_color=not style.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},  # what the environment says of width and colour has been weighed (session)
        )

    def _clean(self, text: str) -> str:
        text = sanitize(credentials(text))
        return to_ascii(text) if self._style.ascii else text

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line of plain or (text, style) parts; the terminal may break it, we don't."""
        clean = [self._clean(part) if isinstance(part, str) else (self._clean(part[0]), part[1]) for part in parts]
        self._console.print(Text.assemble(*clean), soft_wrap=True)

    def paragraph(
        self, text: str, label: str = "", indent: int = INDENT, label_style: str = "bold", style: str = ""
    ) -> None:
        """Wrapped text with a label beside its first line."""
        width = self._console.width - indent - (LABEL if label else 0)
        # A word longer than the line, such as a path, stays whole: it is there to be copied.
        pieces = wrap(self._clean(text), max(width, 20), break_long_words=False, break_on_hyphens=False)
        for index, piece in enumerate(pieces):
            head = Text(" " * indent)
            if label:
                head.append((self._clean(label) if index == 0 else "").ljust(LABEL), style=label_style)
            self._console.print(head.append(piece, style=style), soft_wrap=True)

    @property
    def text(self) -> str:
        file = self._console.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()


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
        for label, value in rows(report.facts):
            page.paragraph(value, label.ljust(LABEL), indent=2, label_style="dim")
        if report.facts.measure is not None:
            from envdoctor.reporters import chart

            for label, value in chart.rows(report.facts.measure):
                page.paragraph(value, label.ljust(LABEL), indent=2, label_style="dim")
        page.line()
    _verdict(page, report)
    for item in report.open:
        if style.verbosity >= 0 or item.finding.level is not Severity.INFO:
            page.line()
            _finding(page, item, report.facts, style)
    _others(page, report, style)
    page.line()
    _last_line(page, report)


def _verdict(page: Page, report: Report) -> None:
    counts = report.counts
    if counts["error"]:
        words = "1 thing is broken" if counts["error"] == 1 else f"{counts['error']} things are broken"
    elif counts["warning"]:
        words = (
            "1 thing is likely to hurt" if counts["warning"] == 1 else f"{counts['warning']} things are likely to hurt"
        )
    elif report.status == "inconclusive":
        what = "1 check" if counts["unknown"] == 1 else f"{counts['unknown']} checks"
        page.line((f"Inconclusive: {what} came to no verdict; nothing else is wrong.", "bold yellow"))
        return
    else:
        page.line(("Healthy: nothing to do.", "bold green"))
        return
    first = _first_command(report)
    if first is None:
        page.line((f"{words}.", "bold red" if counts["error"] else "bold yellow"))
        return
    more = " to begin with" if counts["error"] + counts["warning"] > 1 else ""
    page.line((f"{words}; run this{more}:", "bold red" if counts["error"] else "bold yellow"))
    page.line("  ", (first, "bold"))


def _first_command(report: Report) -> str | None:
    """The first command of the first fix of what is worst."""
    windows = _windows(report.facts)
    for item in report.open:
        if item.finding.level is Severity.INFO:
            break
        for fix in item.fixes:
            if fix.applicability != "manual" and fix.steps:
                return command(fix.steps[0], windows)
    return None


def _finding(page: Page, item: Advice, facts: Facts, style: Style) -> None:
    finding = item.finding
    level = finding.level
    sure = "" if finding.certainty.value == "certain" else f" ({finding.certainty.value})"
    head = f"{MARKS[level]} {finding.rule.code} {level.value:8}"
    page.line((head, COLORS[level]), f"{finding.title}{sure}")
    width = min(max((len(seen.label) for seen in finding.evidence), default=0), 28)
    for seen in finding.evidence:
        for index, value in enumerate(seen.value.split("\n")):
            label = seen.label.ljust(width) if index == 0 else " " * width
            page.paragraph(f"{label}  {value}", style="dim" if style.color else "")
    page.paragraph(finding.why, "Why")
    for statement in item.guide:
        _statement(page, statement)
    if finding.nothing_to_do:
        page.paragraph(f"Nothing to do: {finding.nothing_to_do}", "Fix")
    for fix in item.fixes if style.plan else item.fixes[:1]:
        lines = [text for step in fix.steps if (text := command(step, _windows(facts)))]
        notes = [fix.applicability]
        if fix.reason:
            notes.append(fix.reason)
        if fix.undo:
            notes.append(f"undo: {fix.undo}")
        for index, text in enumerate(lines):
            page.line(" " * INDENT, ("Fix" if index == 0 else "").ljust(LABEL), (text, "bold"))
        for step in fix.steps:
            if "edit" in step:
                page.paragraph(f"in {step['edit']['file']}: {step['edit']['change']}", "Fix")
        if not fix.steps:
            page.paragraph(fix.title, "Fix")
        elif lines:
            page.paragraph(f"[{'; '.join(notes)}]", " ", style="dim" if style.color else "")


def _statement(page: Page, statement: Statement) -> None:
    page.paragraph(f"{statement.id}: {statement.says}", "Guide")
    if statement.since:
        page.paragraph(f"{STANDING.get(statement.status, 'Since then')}: {statement.since}", " ")


def _others(page: Page, report: Report, style: Style) -> None:
    """What came to no verdict; with -v, what passed and what does not apply, too."""
    unknown = [outcome for outcome in report.outcomes if outcome.status == "unknown"]
    partial = [outcome for outcome in report.outcomes if outcome.status == "found" and outcome.reason]
    if unknown or partial:
        page.line()
    reasons: dict[str, list[str]] = {}
    for outcome in [*unknown, *partial]:
        reasons.setdefault(outcome.reason, []).append(_codes(outcome))
    for reason, codes in reasons.items():
        page.paragraph(f"? {', '.join(codes)}: {reason}", indent=0, style="yellow" if style.color else "")
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


def _windows(facts: Facts) -> bool:
    return not isinstance(facts.system, Missing) and facts.system.platform == "win32"
