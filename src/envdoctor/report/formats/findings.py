"""Findings, fixes and the plan, drawn for people: the exact commands first, at level beginner in plain words."""

from envdoctor.ecosystem.units import plural
from envdoctor.engine.rules import Severity
from envdoctor.privacy.lazy import pattern
from envdoctor.privacy.text import Clean
from envdoctor.report.formats.page import INDENT, LABEL, Page
from envdoctor.report.view import FindingView, FixView, Group, PatientView, StatementView, Style

MARKS = {Severity.ERROR: "x", Severity.WARNING: "!", Severity.INFO: "i"}
COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
MOST_EVIDENCE = 3  # in a group of more findings than these, the titles say enough
MOST_TITLES = 5  # of one rule, that one cure settles
WIDEST = 28  # columns of the evidence's labels
BLOCK = 12  # lines of a finding that is told in short
_SENTENCE = pattern(r"(?<=[.!?]) +(?=[A-Z`])")


class Told:
    """What stands further up in a report, and need not be said again: the guide's statements, and cures."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def guide(self, group: Group) -> tuple[list[StatementView], list[Clean]]:
        """The group's statements that have not been told yet, and the names of those that have; now all have."""
        new = [statement for statement in group.first.guide if statement.id not in self._said]
        old = [statement.id for statement in group.first.guide if statement.id in self._said]
        self._said.update(statement.id for statement in new)
        return new, old

    def whys(self, group: Group) -> list[Clean]:
        """Why it matters, each reason once; in a large group the first speaks for all."""
        few = group.findings[: 1 if len(group.findings) > MOST_EVIDENCE else None]
        return list(dict.fromkeys(finding.why for finding in few))

    def settles(self, finding: FindingView) -> bool:
        """True where the same cure stands further up."""
        return finding.settled_by in self._said

    def add(self, group: Group) -> None:
        """From now on this group's cure stands further up."""
        self._said.add(group.first.code)


def draw(page: Page, group: Group, style: Style, told: Told) -> None:
    """One finding, or several that one cure settles."""
    for item in group.findings:
        head = _head(item)
        page.paragraph(_titled(item), head, 0, COLORS[item.severity], column=len(head))
        if len(group.findings) <= MOST_EVIDENCE or style.verbosity > 0:
            draw_evidence(page, item)
    _cure(page, group, style, told)
    told.add(group)
    for why in told.whys(group):
        page.paragraph(why, "Why")
    new, old = told.guide(group)
    for statement in new:
        draw_statement(page, statement)
    if old:
        page.paragraph(f"{', '.join(old)}, as above", "Guide")


def draw_short(page: Page, group: Group, style: Style, told: Told, most: int = BLOCK) -> None:
    """The same in ``most`` lines: the cure whole; as much of the evidence and of the reasons as there is room for."""
    heads = group.findings if style.plan else group.findings[:MOST_TITLES]
    for item in heads:
        head = _head(item)
        page.paragraph(_titled(item), head, 0, COLORS[item.severity], column=len(head))
    if len(group.findings) > len(heads):
        page.paragraph(f"and {len(group.findings) - len(heads)} more like these (-v shows them)", indent=len(head))
    scratch = page.blank()
    _cure(scratch, group, style, told)
    used = sum(len(page.pieces(_titled(item), len(_head(item)))) for item in heads)
    room = most - used - scratch.height - 1
    whys = page.pieces(told.whys(group)[0], INDENT + LABEL) if told.whys(group) else []
    # Of each at least a line or two: a whole sentence says why.
    why = _sentences(page, told.whys(group), max(room - MOST_EVIDENCE, 2)) if whys else ""
    room -= len(page.pieces(why, INDENT + LABEL)) if why else 0
    if len(group.findings) == 1:
        _some_evidence(page, group.first, max(min(room, MOST_EVIDENCE + 1), 1))
    _cure(page, group, style, told)
    told.add(group)
    if why:
        page.paragraph(why, "Why")
    _more(page, group)


def _head(item: FindingView) -> str:
    return f"{MARKS[item.severity]} {item.code} {item.severity.value:8}"


def _titled(item: FindingView) -> str:
    return item.title if item.confidence.value == "certain" else f"{item.title} ({item.confidence.value})"


def _sentences(page: Page, whys: list[Clean], most: int) -> str:
    """The first sentence, and those behind it that this many lines have room for."""
    sentences = [piece for why in whys for piece in _SENTENCE.split(why)]
    said = sentences[0]
    for sentence in sentences[1:]:
        longer = f"{said} {sentence}"
        if len(page.pieces(longer, INDENT + LABEL)) > most:
            break
        said = longer
    return said


def _some_evidence(page: Page, item: FindingView, most: int) -> None:
    """The first pieces of evidence, in this many lines; how many are left is said in the last."""
    rows = [
        (seen.label if index == 0 else "", value) for seen in item.evidence for index, value in enumerate(seen.lines)
    ]
    shown = page.blank()
    for count in range(min(len(rows), most), 0, -1):
        shown = page.blank()
        width = min(max(len(label) for label, _ in rows[:count]), WIDEST)
        for label, value in rows[:count]:
            shown.evidence(label.ljust(width), value)
        left = len(rows) - count
        if left and (count > 1 or shown.height < most):
            shown.evidence(" " * width, f"… and {left} more (-v)")
        if shown.height <= most:
            break
    page.add(shown)


def _more(page: Page, group: Group) -> None:
    """Which statements of the guide concern it, and where the rest is."""
    statements = group.first.guide
    explain = f"`envdoctor explain {group.first.code}`"
    if not statements:
        page.paragraph(explain.strip("`"), "More")
        return
    changed = ", since changed" if any(statement.since for statement in statements) else ""
    ids = ", ".join(statement.id for statement in statements)
    page.paragraph(f"{ids} · numpy.org's guide{changed} · {explain}".replace("`", ""), "Guide")


def draw_evidence(page: Page, item: FindingView) -> None:
    width = min(max((len(seen.label) for seen in item.evidence), default=0), WIDEST)
    for seen in item.evidence:
        for index, value in enumerate(seen.lines):
            page.evidence(seen.label.ljust(width) if index == 0 else " " * width, value)


def _cure(page: Page, group: Group, style: Style, told: Told) -> None:
    item = group.first
    if item.nothing_to_do:
        page.paragraph(f"Nothing to do: {item.nothing_to_do}", "Fix")
    if told.settles(item) and not style.plan:
        page.paragraph(f"the one for {item.settled_by} above settles this, too", "Fix")
        return
    for number, fix in enumerate(group.cures if style.plan else group.cures[:1]):
        draw_fix(page, fix, "Fix" if number == 0 else "or", dim=style.color)


def draw_fix(page: Page, fix: FixView, label: str, dim: bool = False) -> None:
    """Every command stands on a line of its own, uncut: it is there to be copied."""
    if fix.manual and not fix.edits:
        page.paragraph(fix.title, label)
        label = ""
    for edit in fix.edits:
        page.paragraph(f"in {edit.file}: {edit.change}", label)
        label = ""
    for text in fix.commands:
        page.line(" " * INDENT, label.ljust(LABEL), (text, "bold"))
        label = ""
    if fix.manual:
        return
    style = "dim" if dim else ""
    together = f"[{fix.note}; undo: {fix.undo}]"
    if fix.undo and len(page.pieces(together, INDENT + LABEL)) == 1:
        page.paragraph(together, " ", style=style)
        return
    page.paragraph(f"[{fix.note}]", " ", style=style)
    if fix.undo:
        page.line(" " * (INDENT + LABEL), "undo: ", fix.undo)


def draw_statement(page: Page, statement: StatementView) -> None:
    """What the guide says, and never without what has changed since."""
    page.paragraph(f"{statement.id}: {statement.says}", "Guide")
    if statement.since:
        page.paragraph(statement.since, " ")


def draw_plan(page: Page, patient: PatientView) -> None:
    """All fixes, the worst fault first unless another step has to come before. It is shown, not carried out."""
    entries = patient.plan
    if not entries:
        page.line(("Plan: nothing to do.", "bold"))
        return
    page.line((f"Plan ({plural(len(entries), 'fix', 'fixes')}; nothing has been changed):", "bold"))
    for number, entry in enumerate(entries, 1):
        page.line()
        page.paragraph(f"{number}. {entry.severity} {', '.join(entry.codes)}: {entry.fix.title}", indent=2)
        for conflict in entry.conflicts:
            page.paragraph(f"Conflict: {conflict}", indent=INDENT + 1, style="bold")
        draw_fix(page, entry.fix, "Run" if entry.fix.steps else "By hand")
        if not entry.fix.manual and entry.fix.verify:
            page.line(" " * (INDENT + LABEL), "then: ", entry.fix.verify)
