"""Findings, fixes and the plan, drawn for people: the exact commands first, at level beginner in plain words."""

from collections.abc import Sequence

from envdoctor.engine.rules import Severity
from envdoctor.fixes import Fix
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.plan import PlannedFix, by_finding
from envdoctor.fixes.shell import Shell
from envdoctor.fixes.steps import Edit
from envdoctor.guide import Statement
from envdoctor.privacy.text import plural
from envdoctor.report.advice import Advice
from envdoctor.report.formats import Style
from envdoctor.report.formats.page import INDENT, LABEL, Page
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for

MARKS = {Severity.ERROR: "x", Severity.WARNING: "!", Severity.INFO: "i"}
COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
STANDING = {
    "nuance": "Since then",
    "outdated": "Outdated",
    "wrong": "Wrong today",
    "stronger": "Since then",
    "unproven": "Unproven",
}
MOST_EVIDENCE = 3  # in a group of more findings than these, the titles say enough

Group = tuple[PlannedFix | None, list[Advice]]


def groups(items: Sequence[Advice], plan: Sequence[PlannedFix]) -> list[Group]:
    """The findings in their order; those of one rule that one entry of the plan cures together stand together."""
    found: dict[object, Group] = {}
    planned = by_finding(plan)
    for number, item in enumerate(items):
        entry = planned.get(id(item.finding))
        key = (item.finding.rule.code, id(entry)) if entry is not None else number
        found.setdefault(key, (entry, []))[1].append(item)
    return list(found.values())


def whys(items: Sequence[Advice]) -> list[str]:
    """Why it matters, each reason once; in a large group the first speaks for all."""
    few = items[: 1 if len(items) > MOST_EVIDENCE else None]
    return list(dict.fromkeys(item.finding.why for item in few))


def cures(group: Group) -> list[Fix]:
    """The fixes to show: where one command settles them all, the plan's; the findings' own do it piece by piece."""
    entry, items = group
    return [entry.fix, *items[0].fixes[1:]] if entry is not None and len(items) > 1 else list(items[0].fixes)


def guide(items: Sequence[Advice], said: set[str]) -> tuple[list[Statement], list[str]]:
    """The group's statements that have not been ``said`` yet, and the names of those that have; now all have."""
    new = [statement for statement in items[0].guide if statement.id not in said]
    old = [statement.id for statement in items[0].guide if statement.id in said]
    said.update(statement.id for statement in new)
    return new, old


def draw(page: Page, group: Group, report: Report, style: Style, said: set[str]) -> None:
    """One finding, or several that one cure settles; ``said`` are the statements and codes that stand further up."""
    items = group[1]
    for item in items:
        finding = item.finding
        sure = "" if finding.confidence.value == "certain" else f" ({finding.confidence.value})"
        head = f"{MARKS[finding.severity]} {finding.rule.code} {finding.severity.value:8}"
        page.paragraph(f"{finding.title}{sure}", head, 0, COLORS[finding.severity], column=len(head))
        if len(items) <= MOST_EVIDENCE or style.verbosity > 0:
            draw_evidence(page, item)
    _cure(page, group, report, style, said)
    said.add(items[0].finding.rule.code)
    for why in whys(items):
        page.paragraph(why, "Why")
    new, old = guide(items, said)
    for statement in new:
        draw_statement(page, statement)
    if old:
        page.paragraph(f"{', '.join(old)}, as above", "Guide")


def draw_evidence(page: Page, item: Advice) -> None:
    width = min(max((len(seen.label) for seen in item.finding.evidence), default=0), 28)
    for seen in item.finding.evidence:
        for index, value in enumerate(seen.value.split("\n")):
            label = seen.label.ljust(width) if index == 0 else " " * width
            page.evidence(label, value)


def _cure(page: Page, group: Group, report: Report, style: Style, said: set[str]) -> None:
    item, shell = group[1][0], shell_for(report)
    if item.finding.nothing_to_do:
        page.paragraph(f"Nothing to do: {item.finding.nothing_to_do}", "Fix")
    if item.settled_by in said and not style.plan:
        page.paragraph(f"the one for {item.settled_by} above settles this, too", "Fix")
        return
    fixes = cures(group)
    for number, fix in enumerate(fixes if style.plan else fixes[:1]):
        draw_fix(page, fix, shell, "Fix" if number == 0 else "or", dim=style.color)


def draw_fix(page: Page, fix: Fix, shell: Shell, label: str, dim: bool = False) -> None:
    """Every command stands on a line of its own, uncut: it is there to be copied."""
    lines = [text for step in fix.steps if (text := shell.command(step))]
    edits = [step for step in fix.steps if isinstance(step, Edit)]
    if fix.applicability is Applicability.MANUAL and not edits:
        page.paragraph(fix.title, label)
        label = ""
    for edit in edits:
        page.paragraph(f"in {edit.file}: {edit.change}", label)
        label = ""
    for text in lines:
        page.line(" " * INDENT, label.ljust(LABEL), (text, "bold"))
        label = ""
    if fix.applicability is Applicability.MANUAL:
        return
    note = f"{fix.applicability}: {fix.reason}" if fix.reason else fix.applicability
    page.paragraph(f"[{note}]", " ", style="dim" if dim else "")
    if fix.undo:
        page.line(" " * (INDENT + LABEL), "undo: ", fix.undo)


def draw_statement(page: Page, statement: Statement) -> None:
    """What the guide says, and never without what has changed since."""
    page.paragraph(f"{statement.id}: {statement.says}", "Guide")
    if statement.since:
        page.paragraph(standing(statement), " ")


def standing(statement: Statement) -> str:
    """What has changed, and how much that is; empty where nothing has."""
    word = STANDING.get(statement.status, "Since then")
    return statement.since if statement.since.startswith(word) or not statement.since else f"{word}: {statement.since}"


def draw_plan(page: Page, report: Report) -> None:
    """All fixes in the order in which none undoes another. It is shown, not carried out."""
    entries = report.plan
    if not entries:
        page.line(("Plan: nothing to do.", "bold"))
        return
    page.line((f"Plan ({plural(len(entries), 'fix', 'fixes')}; nothing has been changed):", "bold"))
    shell = shell_for(report)
    for number, entry in enumerate(entries, 1):
        page.line()
        page.paragraph(f"{number}. {', '.join(entry.codes)}: {entry.fix.title}", indent=2)
        for conflict in entry.conflicts:
            page.paragraph(f"Conflict: {conflict}", indent=INDENT + 1, style="bold")
        draw_fix(page, entry.fix, shell, "Run" if entry.fix.steps else "By hand")
        if entry.fix.applicability is not Applicability.MANUAL and entry.fix.verify:
            page.line(" " * (INDENT + LABEL), "then: ", shell.command(entry.fix.verify))
