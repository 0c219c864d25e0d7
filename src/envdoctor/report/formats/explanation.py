"""What an error means, what is so here, what to do, and where that is explained."""

import shlex

from envdoctor.fixes import Guard, Toolbox
from envdoctor.fixes.plan import plan as plan_of
from envdoctor.report import escapes
from envdoctor.report.formats.audience import draw_for
from envdoctor.report.formats.findings import Told, draw_fix
from envdoctor.report.formats.page import INDENT, LABEL, Page
from envdoctor.report.report import Report
from envdoctor.report.view import PatientView, Style, grouped
from envdoctor.report.why.explain import Explanation, Status

BLAMELESS = {
    "program": "This is a fault of the program or its data. The environment is not at fault.",
    "machine": "This is a matter of the machine or its settings. The Python environment is not at fault.",
    "network": "This is a matter of the network. The Python environment is not at fault.",
    "information": "This is a notice, and no error.",
}
MOST_OTHERS = 2  # more meanings than these say less


def render(found: Explanation, report: Report, style: Style, notes: tuple[str, ...] = ()) -> str:
    """``notes`` are sentences on which environment was examined."""
    page = Page(style)
    patient = PatientView(report, style, escapes.as_it_is)
    if style.verbosity >= 0:
        page.line((patient.title, "bold"))
    for note in notes:
        page.paragraph(note, indent=0)
    _means(page, found)
    _here(page, found, patient, style, report)
    if not found.causes:
        _cures(page, found, report, patient)
        _deeper(page, found, report)
    _more(page, found)
    return page.text


def _means(page: Page, found: Explanation) -> None:
    page.line()
    if not found.matches:
        if not found.story.means:
            page.paragraph("This error is not one that envdoctor knows.", indent=0, style="bold")
    else:
        page.line((found.matches[0].line[:400], "bold"))
    symptom = found.matches[0].symptom if found.matches else None
    sentences = [] if symptom is not None and symptom.whole else list(found.story.means)
    if symptom is not None and not (symptom.general and sentences):
        sentences.append(symptom.means)
    if sentences:
        page.paragraph(" ".join(sentences), "Means", INDENT)
    if found.matches and (blameless := BLAMELESS.get(found.matches[0].symptom.kind)) and not found.causes:
        page.paragraph(blameless, " ", INDENT)


def _here(page: Page, found: Explanation, patient: PatientView, style: Style, report: Report) -> None:
    here = list(found.story.here)
    if found.environment:
        here.insert(0, f"The text comes from another environment: {found.environment}.")
    if found.causes:
        count = "this finding explains" if len(found.causes) == 1 else f"these {len(found.causes)} findings explain"
        here.append(f"In this environment {count} it:")
    elif found.silent and found.status is Status.KNOWN:
        here.append(f"In this environment I found no such fault. Looked for and not found: {', '.join(found.silent)}.")
    if found.unknown:
        here.append(f"Could not be checked: {', '.join(found.unknown)}.")
    if here:
        page.paragraph(" ".join(here), "Here", INDENT)
    told = Told()
    toolbox = Toolbox(report.facts, report.settings.prefer)
    guard = Guard(report.facts, report.outcomes, report.settings.level)
    plan = plan_of([(item.finding, item.fixes) for item in found.causes], toolbox, guard)
    for group in grouped(patient.told(found.causes, plan)):
        page.line()
        draw_for(page, group, patient, style, told)
    if found.perhaps:
        page.line()
        page.line(("This may have to do with it:", "bold"))
        for group in grouped(patient.told(found.perhaps, ())):
            page.line()
            draw_for(page, group, patient, style, told)


def _cures(page: Page, found: Explanation, report: Report, patient: PatientView) -> None:
    """The general cures; a command that installs is given for the patient's own tool."""
    toolbox = Toolbox(report.facts, report.settings.prefer)
    label = "Do"
    for remedy in found.remedies:
        draw_fix(page, patient.fix(toolbox.fix(remedy, "PKG001")), label)
        label = "or" if label == "Do" else label
    if not found.remedies and found.status is Status.UNKNOWN:
        page.paragraph("`envdoctor check` examines the environment as a whole.", "Do", INDENT)


def _deeper(page: Page, found: Explanation, report: Report) -> None:
    """The command that looks where a quick examination does not."""
    if found.deeper and found.status is Status.KNOWN:
        python = report.facts.patient.executable or report.facts.patient.prefix
        named = f" --python {shlex.quote(python)}" if python else ""
        page.paragraph("Not looked at yet: every file of every package, and imports. To look:", "Deeper", INDENT)
        page.line(" " * (INDENT + LABEL), f"envdoctor check --deep --select {','.join(found.deeper)}{named}")


def _more(page: Page, found: Explanation) -> None:
    pages = [f"envdoctor explain {item.finding.rule.code}" for item in found.causes]
    sources = [found.story.source] if found.story.source else []
    sources += [found.matches[0].symptom.source] if found.matches else []
    label = "More"
    for text in dict.fromkeys([*pages, *sources]):
        page.line(" " * INDENT, label.ljust(LABEL), text)
        label = ""
    for match in found.matches[1 : 1 + MOST_OTHERS]:
        page.line()
        page.line("Also in the text: ", (match.line[:400], "bold"))
        page.paragraph(match.symptom.means, "Means", INDENT)
