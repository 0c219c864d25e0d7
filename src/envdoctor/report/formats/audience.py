"""Whom a finding is told to: in plain words at level beginner, with its evidence otherwise."""

from envdoctor.report.formats import findings
from envdoctor.report.formats.page import Page
from envdoctor.report.view import Group, PatientView, Style


def draw_for(page: Page, group: Group, patient: PatientView, style: Style, told: findings.Told) -> None:
    if patient.beginner and style.verbosity <= 0:
        from envdoctor.report.formats.beginner import plainly

        plainly(page, group, style)
    else:
        findings.draw(page, group, style, told)
