"""What a check-up comes to, in one line, and the one command to begin with."""

from collections.abc import Mapping

from msgspec import Struct

from envdoctor.ecosystem.prefixes import for_want_of_another
from envdoctor.ecosystem.units import plural
from envdoctor.engine.checks import Status
from envdoctor.engine.findings import Finding
from envdoctor.engine.rules import Severity
from envdoctor.facts import Facts, Missing, Path, Project
from envdoctor.fixes.model import Applicability
from envdoctor.fixes.plan import by_finding
from envdoctor.fixes.shell import Shell, shell_of
from envdoctor.report.header import environment_not_found
from envdoctor.report.report import Report, by_reason


class Verdict(Struct, frozen=True):
    """``state``: broken, hurts, inconclusive, healthy. ``command`` is to be copied as it is; it may be empty."""

    state: str
    words: str
    command: str = ""


def shell_for(facts: Facts) -> Shell:
    """The shell of the person who is to type the commands."""
    known = facts.environment
    environ, started = ({}, None) if isinstance(known, Missing) else (known.variables, known.shell)
    return shell_of(environ, not isinstance(facts.system, Missing) and facts.system.platform == "win32", started)


def verdict(report: Report) -> Verdict:
    counts = report.counts
    errors, warnings = counts["error"], counts["warning"]
    if not errors and not warnings:
        if not report.examined and not counts["unknown"]:
            return Verdict("inconclusive", f"Inconclusive: nothing was examined{_why_nothing(report)}.")
        if report.status == "inconclusive":
            what = plural(counts["unknown"], "check")
            if report.facts.start.hindered:
                return Verdict("inconclusive", f"Inconclusive: {report.facts.start.hindered}; nothing was found.")
            return Verdict("inconclusive", f"Inconclusive: {what} could not be done; nothing else is wrong.")
        if absent := _somewhere_else(report) or _not_there(report) or _apart(report):
            return Verdict("healthy", absent)
        if heads := [item.finding.headline for item in report.open if item.finding.headline]:
            things = "1 thing" if len(heads) == 1 else f"{len(heads)} things"
            return Verdict("healthy", f"Healthy. {things} may be slow: {'; '.join(heads)}.")
        if report.open:
            return Verdict("healthy", f"Healthy. {plural(len(report.open), 'note')}, nothing you must do.")
        return Verdict("healthy", "Healthy: nothing to do.")
    return _first(report, "broken" if errors else "hurts")


def counted(counts: Mapping[str, int]) -> str:
    """``2 errors, 1 warning``; empty where there is neither."""
    return ", ".join(plural(counts[word], word) for word in ("error", "warning") if counts[word])


def _why_nothing(report: Report) -> str:
    """The commonest reason why no check applied, with a colon before it; empty where there was no check at all."""
    reason = _commonest(report)
    if not reason:
        return ""
    return f": {plural(len(report.outcomes), 'check does', 'checks do')} not apply here ({reason})"


def _commonest(report: Report) -> str:
    """The commonest reason why a check did not apply; empty where there is none."""
    reasons = by_reason([outcome for outcome in report.outcomes if outcome.status is Status.NOT_APPLICABLE])
    return max(reasons, key=lambda each: len(reasons[each])) if reasons else ""


def _somewhere_else(report: Report) -> str:
    """What "healthy" cannot stand for where another Python was examined than the one somebody works with: the active
    environment has none, or this project's own was not found."""
    facts = report.facts
    if not for_want_of_another(facts.patient.chosen):
        return ""
    active = facts.path.active[:1] if isinstance(facts.path, Path) else []
    missing = ""
    if active and not active[0].base and active[0].python is None:
        missing = f"The active environment {active[0].prefix} holds no Python"
    elif isinstance(facts.project, Project) and environment_not_found(facts):
        missing = f"No environment of the project {facts.project.root} was found"
    if not missing:
        return ""
    instead = facts.patient.prefix or facts.patient.executable
    return f"{missing}. Examined instead: {instead}, no fault found. Your own: envdoctor check PATH"


def _apart(report: Report) -> str:
    """How much a choice of checks came to, where some of them do not apply here; empty where all checks ran."""
    if not _selected(report) or not report.counts["not-applicable"]:
        return ""
    ran, out = _ran(report), report.counts["not-applicable"]
    return (
        f"No fault found by {plural(ran, 'check')}; {plural(out, 'other does', 'others do')} not apply here"
        f" ({_commonest(report)})."
    )


def _selected(report: Report) -> bool:
    """Whether only checks that somebody asked for by name were to run."""
    return bool(report.settings.asked) and all(it.check.name in report.settings.asked for it in report.outcomes)


def _ran(report: Report) -> int:
    return report.counts["passed"] + sum(outcome.status is Status.FOUND for outcome in report.outcomes)


def _not_there(report: Report) -> str:
    """What "healthy" cannot stand for where this Python has no NumPy, and all checks were to run; empty elsewhere."""
    packages = report.facts.packages
    if _selected(report) or isinstance(packages, Missing) or isinstance(report.facts.blas, Missing):
        return ""
    if report.facts.blas.examined or any(item.key == "numpy" for item in packages.distributions):
        return ""
    checks = plural(_ran(report), "general check", "general checks")
    return f"No fault found, but NumPy is not installed in this Python: only {checks} ran."


def _first(report: Report, state: str) -> Verdict:
    """The verdict on what harms: how much that is, the first fault by its name, and the plan's first step.

    A command only where it is safe, is all that has to be run, and cures what is worst; a person who copies one line
    reads no reason why not. Else the title of that step, where there are several things to begin with.
    """
    harmful = [item.finding for item in report.open if item.finding.severity is not Severity.INFO]
    several = len(harmful) > 1
    entry = report.plan[0] if report.plan else None
    planned = by_finding(report.plan)
    settled = [it for it in harmful if planned.get(id(it)) is entry] if entry is not None else []
    worst = [it for it in settled if it.severity is harmful[0].severity]
    name = _named((worst or harmful)[0])
    words = f"{counted(report.counts)}{'. The first: ' if several else ': '}{name}."
    if entry is None:
        return Verdict(state, words)
    fix = entry.fix
    simple = fix.applicability is Applicability.SAFE and len(fix.steps) == 1 and not entry.conflicts
    if simple and entry.severity is harmful[0].severity and (command := shell_for(report.facts).command(fix.steps[0])):
        return Verdict(state, f"{words} Run{' this first' if len(harmful) > len(settled) else ''}:", command)
    if not several or entry.severity is Severity.INFO:
        return Verdict(state, words)
    # What is done by hand and has steps is told with its finding, where they stand.
    title = "" if fix.applicability is Applicability.MANUAL and fix.steps else f": {fix.title.rstrip('.')}"
    return Verdict(state, f"{words} Begin with {', '.join(entry.codes)}{title}.")


def _named(finding: Finding) -> str:
    """What a finding is called where there is room for one sentence."""
    return finding.title.partition(". ")[0].rstrip(".")
