"""Whom a finding is told to: in plain words at level beginner, with its evidence otherwise."""

from envdoctor.report.formats import Style, findings
from envdoctor.report.formats.page import Page
from envdoctor.report.report import Report


def draw_for(page: Page, group: findings.Group, report: Report, style: Style, said: set[str]) -> None:
    """``said`` are the statements and codes that stand further up."""
    if report.settings.level == "beginner" and style.verbosity <= 0:
        from envdoctor.report.formats.beginner import plainly

        plainly(page, group, report, style)
    else:
        findings.draw(page, group, report, style, said)
