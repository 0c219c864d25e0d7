"""Many machines on one screen."""

from envdoctor.ecosystem.units import plural
from envdoctor.engine.rules import Severity
from envdoctor.facts import Facts
from envdoctor.fleets.formats.words import commands, described, differs, edits, headline, hint, names, safe
from envdoctor.fleets.verdict import Found, Verdict, machines
from envdoctor.report.formats.page import Page
from envdoctor.report.view import Style

MOST_GROUPS, MOST_FOUND, MOST_NOTES = 8, 5, 4
COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


def render(verdict: Verdict, facts: Facts | None, style: Style) -> str:
    """One line where all are equal and healthy; else the groups, what was found on whom, and the verdict."""
    page = Page(style)
    open_, whole = verdict.open, style.verbosity > 0
    notes = [item for item in open_ if item.severity is Severity.INFO]
    quiet = (
        verdict.status != "findings"
        and bool(verdict.reports)
        and len(verdict.fleet.groups) == 1
        and not verdict.fleet.missing
    )
    if quiet and not whole:
        page.line(safe(headline(verdict), None), f" {plural(len(notes), 'note')} (-v shows them)." if notes else "")
        return page.text
    fleet = verdict.fleet
    kind = f"one job ({fleet.job})" if fleet.job else "one job" if fleet.one_job else "not one job"
    page.line(f"{fleet.counted(fleet.machines)} · {plural(len(fleet.groups), 'group')} · {kind}")
    _groups(page, verdict, whole, style)
    harmful = [item for item in open_ if item.severity is not Severity.INFO]
    shown = harmful if whole else harmful[:MOST_FOUND]
    for item in shown:
        _found(page, item, verdict, whole)
    if len(harmful) > len(shown):
        page.line(f"… {len(harmful) - len(shown)} more (-v shows all)")
    if style.verbosity >= 0:
        for item in notes if whole else notes[:MOST_NOTES]:
            _note(page, item, verdict, whole)
        if len(notes) > MOST_NOTES and not whole:
            page.line(f"… {plural(len(notes) - MOST_NOTES, 'more note')} (-v shows all)")
    if words := hint(verdict):
        page.paragraph(words, indent=0)
    page.paragraph(safe(headline(verdict), None), indent=0)
    return page.text


def _groups(page: Page, verdict: Verdict, whole: bool, style: Style) -> None:
    groups = verdict.fleet.groups
    width = len(str(len(groups[0].members))) if groups else 1
    shown = groups if whole or len(groups) <= MOST_GROUPS else groups[: MOST_GROUPS - 1]
    for group in shown:
        if group is groups[0] or group.members[0].role in ("client", "scheduler"):
            what = described(group)
        else:
            parts = [
                f"{section}: {', '.join(changes[:2])}{' …' if len(changes) > 2 else ''}"
                for section, changes in differs(group, groups[0]).items()
            ]
            what = "; ".join(parts if whole else parts[:3]) + (" …" if len(parts) > 3 and not whole else "")
        line = f"{len(group.members):>{width + 2}}  {group.name}  {names(group, verdict.fleet)}  {what}"
        line = safe(line, None)
        page.line(line if whole or len(line) <= style.width else line[: style.width - 1] + "…")
    if len(shown) < len(groups):
        rest = groups[len(shown) :]
        page.line(
            f"  … {plural(len(rest), 'more group')} of {verdict.fleet.counted(sum(len(it.members) for it in rest))} (-v)"
        )
    for absent in verdict.fleet.missing[: None if whole else 3]:
        page.line(safe(f"  ?  {absent.name}: {absent.why}", None))
    if len(verdict.fleet.missing) > 3 and not whole:
        page.line(f"  ?  {len(verdict.fleet.missing) - 3} more without a recording that can be read (-v)")


def _found(page: Page, item: Found, verdict: Verdict, whole: bool) -> None:
    finding = item.advice.finding
    page.line((item.severity.value, COLORS[item.severity]), f" {finding.rule.code}  {safe(finding.title, None)}")
    page.line(f"    on {safe(machines(item.members, verdict.fleet), None)}")
    if whole:
        for seen in finding.evidence:
            page.evidence(safe(seen.label, None), safe(seen.value, None))
        page.paragraph(safe(finding.why, None))
    for fix in item.advice.fixes[:1]:
        page.line(f"    fix: {safe((commands(item, verdict) or edits(item) or [fix.title])[0], None)}")


def _note(page: Page, item: Found, verdict: Verdict, whole: bool) -> None:
    finding = item.advice.finding
    page.line(("info", COLORS[Severity.INFO]), f" {finding.rule.code}  {safe(finding.title, None)}")
    if whole:
        page.line(f"    on {safe(machines(item.members, verdict.fleet), None)}")
        for seen in finding.evidence:
            page.evidence(safe(seen.label, None), safe(seen.value, None))
