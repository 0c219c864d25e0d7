"""The same for somebody who begins: plain words, one way, and where to find the tools that the guide names."""

import re

from envdoctor.data import table
from envdoctor.engine.rules import Severity
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.steps import Edit
from envdoctor.report.formats import Style
from envdoctor.report.formats.findings import Group, standing
from envdoctor.report.formats.page import INDENT, LABEL, Page
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for

WORDS = {Severity.ERROR: "Broken", Severity.WARNING: "May hurt", Severity.INFO: "Good to know"}
COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
MOST_WORDS = 5


def plainly(page: Page, group: Group, report: Report, style: Style) -> None:
    """What is so, why it matters, and the one way to cure it; the evidence is for -v."""
    entry, items = group
    item, finding = items[0], items[0].finding
    for other in items:
        page.line((f"{WORDS[finding.severity]}: ", COLORS[finding.severity]), other.finding.title)
    page.paragraph(finding.why)
    if finding.nothing_to_do:
        page.paragraph(f"You need not do anything: {finding.nothing_to_do}")
    elif item.settled_by:
        page.paragraph("What cures the one above cures this, too.")
    elif item.fixes:
        fix, shell = entry.fix if entry is not None and len(items) > 1 else item.fixes[0], shell_for(report)
        page.paragraph(
            "What to do: run this, which settles them all." if len(items) > 1 else f"What to do: {fix.title}."
        )
        for step in fix.steps:
            if isinstance(step, Edit):
                page.paragraph(f"In {step.file}: {step.change}", indent=INDENT + 2)
            elif text := shell.command(step):
                page.line(" " * (INDENT + 2), (text, "bold"))
        if fix.applicability is Applicability.UNSAFE and fix.reason:
            page.paragraph(f"Before you do: {fix.reason}.")
        if style.plan and fix.undo:
            page.line(" " * INDENT, "To undo it: ", fix.undo)
    for statement in item.guide:
        page.paragraph(f"{statement.says} {standing(statement)}".rstrip(), "Guide")
    page.line(" " * INDENT, f"More: envdoctor explain {finding.rule.code}")


def closing(page: Page, report: Report) -> None:
    """The words of art that were used, in plain ones, and the tools to work with."""
    said = " ".join(f"{item.finding.title} {item.finding.why}" for item in report.open)
    rows = [row for row in table("glossary")["word"] if re.search(rf"\b{re.escape(row['word'])}\b", said)]
    if rows:
        page.line()
        page.line(("Words", "bold"))
        for row in rows[:MOST_WORDS]:
            page.paragraph(row["plainly"], f"{row['word']}  ".ljust(LABEL), indent=2)
    page.line()
    page.line(("Tools to work with", "bold"))
    for row in table("glossary")["tool"]:
        page.line("  ", row["name"].ljust(20), row["url"])
