"""What explains an error, first; or plainly that nothing here does."""

from envdoctor.engine.remedies import Install
from envdoctor.facts.recording import dump
from envdoctor.fixes import Toolbox
from envdoctor.fixes.plan import plan as plan_of
from envdoctor.privacy.redact import shareable
from envdoctor.report import escapes
from envdoctor.report.document import finding
from envdoctor.report.formats.audience import draw_for
from envdoctor.report.formats.findings import Told, draw_fix
from envdoctor.report.formats.page import Page
from envdoctor.report.report import Report
from envdoctor.report.view import PatientView, Style, grouped
from envdoctor.report.why import DISTRIBUTIONS, Explanation


def render(found: Explanation, report: Report, style: Style) -> str:
    page = Page(style)
    patient = PatientView(report, style, escapes.as_it_is)
    if style.verbosity >= 0:
        page.line((patient.title, "bold"))
        page.line()
    _verdict(page, found)
    for note in found.notes:
        page.line("  ", note)
    told = Told()
    toolbox = Toolbox(report.facts, report.settings.prefer)
    # The cure of what explains the error, not of all that is wrong here.
    plan = plan_of([(item.finding, item.fixes) for item in found.causes], toolbox)
    if found.absent in DISTRIBUTIONS and not plan:
        draw_fix(page, patient.fix(toolbox.fix(Install((DISTRIBUTIONS[found.absent],)), "PKG001")), "Fix")
    for group in grouped(patient.told(found.causes, plan)):
        page.line()
        draw_for(page, group, patient, style, told)
    if found.perhaps:
        page.line()
        page.line(("This may have to do with it:", "bold"))
        for group in grouped(patient.told(found.perhaps, ())):
            page.line()
            draw_for(page, group, patient, style, told)
    _meaning(page, found)
    return page.text


def _verdict(page: Page, found: Explanation) -> None:
    if found.causes or found.absent:
        page.line(("This explains your error:", "bold yellow"))
    elif not found.matches:
        page.line(("This error is not one that envdoctor knows.", "bold"))
        page.line("Nothing was looked for; `envdoctor check` examines the environment as a whole.")
    else:
        page.line(("Nothing here explains your error.", "bold"))


def _meaning(page: Page, found: Explanation) -> None:
    # Of several symptoms in one line, the first is the most particular.
    for match in {match.line: match for match in reversed(found.matches)}.values():
        page.line()
        page.line("  ", (match.line, "bold"))
        page.paragraph(match.symptom.means, "Means", indent=2)
        page.line(" " * 11, match.symptom.source)
    if found.silent:
        page.line()
        page.paragraph(f"Looked for and not found here: {', '.join(found.silent)}.", indent=0)
    if found.unknown:
        page.paragraph(f"? No verdict: {', '.join(found.unknown)}.", indent=0)


def render_json(found: Explanation, report: Report, style: Style) -> str:
    whole = {
        "schema_version": "1.0",
        "explained": bool(found.causes or found.absent),
        "symptoms": [
            {
                "line": match.line,
                "means": match.symptom.means,
                "codes": list(match.symptom.codes),
                "source": match.symptom.source,
            }
            for match in found.matches
        ],
        "absent": found.absent,
        "causes": [finding(item) for item in found.causes],
        "perhaps": [finding(item) for item in found.perhaps],
        "notes": list(found.notes),
        "silent": list(found.silent),
        "unknown": list(found.unknown),
    }
    return dump(shareable(whole), 2 if style.indent else None) + "\n"
