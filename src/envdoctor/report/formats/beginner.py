"""The same for somebody who begins: plain words, one way, and where to find the tools that the guide names."""

import re

from msgspec import Struct

from envdoctor.data import table
from envdoctor.engine.rules import Severity
from envdoctor.fixes.model import Applicability
from envdoctor.report.formats.page import INDENT, LABEL, Page
from envdoctor.report.view import Group, PatientView, Style

WORDS = {Severity.ERROR: "Broken", Severity.WARNING: "May hurt", Severity.INFO: "Good to know"}
COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
MOST_WORDS = 5


class Word(Struct, frozen=True):
    """A word of art, and what it means ``plainly``."""

    word: str
    plainly: str


class Tool(Struct, frozen=True):
    """A tool to work with, and where it is."""

    name: str
    url: str


def plainly(page: Page, group: Group, style: Style) -> None:
    """What is so, why it matters, and the one way to cure it; the evidence is for -v."""
    item, several = group.first, len(group.findings) > 1
    for other in group.findings:
        page.line((f"{WORDS[item.severity]}: ", COLORS[item.severity]), other.title)
    page.paragraph(item.why)
    if item.nothing_to_do:
        page.paragraph(f"You need not do anything: {item.nothing_to_do}")
    elif item.settled_by:
        page.paragraph("What cures the one above cures this, too.")
    elif group.cures:
        fix = group.cures[0]
        page.paragraph("What to do: run this, which settles them all." if several else f"What to do: {fix.title}.")
        for step in fix.steps:
            if step.file:
                page.paragraph(f"In {step.file}: {step.change}", indent=INDENT + 2)
            elif step.command:
                page.line(" " * (INDENT + 2), (step.command, "bold"))
        if fix.applicability is Applicability.UNSAFE and fix.reason:
            page.paragraph(f"Before you do: {fix.reason}.")
        if style.plan and fix.undo:
            page.line(" " * INDENT, "To undo it: ", fix.undo)
    for statement in item.guide:
        page.paragraph(f"{statement.says} {statement.since}".rstrip(), "Guide")
    page.line(" " * INDENT, f"More: envdoctor explain {item.code}")


def closing(page: Page, patient: PatientView) -> None:
    """The words of art that were used, in plain ones, and the tools to work with."""
    said = " ".join(f"{item.title} {item.why}" for item in patient.open)
    rows = [row for row in table("glossary", "word", Word) if re.search(rf"\b{re.escape(row.word)}\b", said)]
    if rows:
        page.line()
        page.line(("Words", "bold"))
        for row in rows[:MOST_WORDS]:
            page.paragraph(row.plainly, f"{row.word}  ".ljust(LABEL), indent=2)
    page.line()
    page.line(("Tools to work with", "bold"))
    for tool in table("glossary", "tool", Tool):
        page.line("  ", tool.name.ljust(20), tool.url)
