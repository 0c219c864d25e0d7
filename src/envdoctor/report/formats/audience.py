"""Whom a finding is told to: in plain words at level beginner, in short otherwise, and with -v whole."""

from envdoctor.report.formats import findings
from envdoctor.report.formats.page import Page
from envdoctor.report.view import Group, PatientView, Style


def draw_for(
    page: Page, group: Group, patient: PatientView, style: Style, told: findings.Told, most: int = findings.BLOCK
) -> None:
    """``most`` is how many lines it may take where it is told in short."""
    if patient.beginner and style.verbosity <= 0:
        from envdoctor.report.formats.beginner import plainly

        plainly(page, group, style)
    elif style.verbosity <= 0:
        findings.draw_short(page, group, style, told, most)
    else:
        findings.draw(page, group, style, told)
