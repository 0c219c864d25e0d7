"""One verdict on many machines: every group is judged once, and what holds for several of them is told once."""

import time
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from envdoctor import __version__
from envdoctor.checkup import Options, diagnose
from envdoctor.ecosystem.units import plural
from envdoctor.engine.checks import Outcome, Status
from envdoctor.engine.findings import Evidence
from envdoctor.engine.rules import Severity
from envdoctor.engine.run import run
from envdoctor.facts import Facts
from envdoctor.facts.fleet import Fleet, Group
from envdoctor.fleets.groups import Gathered
from envdoctor.report.advice import Advice, advise, fingerprint
from envdoctor.report.report import Report, exit_code, worst

# What one process takes for itself says nothing where several share a machine: FLT009 counts them together.
OF_ONE_ALONE = ("THR002", "THR003")
MOST_NAMES = 4  # of machines, in one line


class Found(Struct, frozen=True):
    """One finding, the machines that it concerns, and the ``group`` whose environment the cures are for."""

    advice: Advice
    members: tuple[str, ...]
    group: str = ""

    @property
    def severity(self) -> Severity:
        return self.advice.finding.severity

    @property
    def code(self) -> str:
        return self.advice.finding.rule.code

    @property
    def title(self) -> str:
        return self.advice.finding.title


class Verdict(Struct, frozen=True):
    """The fleet, what was found (the worst first), how the checks ended, and the report on one machine of each group."""

    fleet: Fleet
    found: tuple[Found, ...]
    outcomes: tuple[Outcome, ...]
    reports: dict[str, Report]
    plan: Options
    seconds: float

    @property
    def open(self) -> list[Found]:
        """What nothing suppresses."""
        return [item for item in self.found if item.advice.suppressed is None]

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity."""
        return {severity.value: sum(item.severity is severity for item in self.open) for severity in Severity}

    @property
    def exit_code(self) -> int:
        """As for one machine; a group that could not be examined makes it 3, unless something was found."""
        own = exit_code(self.outcomes, [item.advice for item in self.open], self.plan.settings)
        groups = [3 for report in self.reports.values() if report.exit_code == 3]
        return worst([own, *groups, *(() if self.reports else (3,))])

    @property
    def status(self) -> str:
        """healthy, findings or inconclusive."""
        if self.counts["error"] or self.counts["warning"]:
            return "findings"
        inconclusive = not self.reports or any(report.status == "inconclusive" for report in self.reports.values())
        return "inconclusive" if inconclusive or self.exit_code == 3 else "healthy"

    @property
    def reference(self) -> Group | None:
        """The largest group, which the others are compared with."""
        return self.fleet.groups[0] if self.fleet.groups else None


def judge(gathered: Gathered, plan: Options, began: float) -> Verdict:
    """The verdict; ``plan`` holds the rules for one machine and those for a fleet. ``began``: `time.perf_counter`."""
    fleet = gathered.fleet
    of_fleet = [each for each in plan.checks if "fleet" in each.check.needs]
    of_one = msgspec.structs.replace(
        plan, check_set=type(plan.check_set)([each for each in plan.check_set.checks if each not in of_fleet], [])
    )
    outcomes = tuple(run(Many(fleet), each) for each in of_fleet)
    found = _differences(gathered, outcomes, plan)
    reports: dict[str, Report] = {}
    merged: dict[tuple[str, Severity, bool], Found] = {}
    for group in fleet.groups:
        report = reports[group.name] = diagnose(gathered.facts[group.name], of_one, time.perf_counter())
        names = tuple(member.name for member in group.members)
        several = any(member.role == "worker" for member in group.members)
        for item in report.advice:
            if several and item.finding.rule.code in OF_ONE_ALONE:
                continue
            key = item.fingerprint, item.finding.severity, item.suppressed is None
            before = merged.get(key)
            merged[key] = (
                Found(item, names, group.name)
                if before is None
                else Found(before.advice, before.members + names, before.group)
            )
    found += merged.values()
    found.sort(key=lambda item: item.severity.rank)  # stable: what differs stands before what is wrong on each
    return Verdict(fleet, tuple(found), outcomes, reports, plan, time.perf_counter() - began)


class Many(Struct, frozen=True):
    """What the rules for a fleet read."""

    fleet: Fleet


def _differences(gathered: Gathered, outcomes: Iterable[Outcome], plan: Options) -> list[Found]:
    """What the rules for a fleet have found, each with cures for the environment of the first machine concerned."""
    home = {member.name: group.name for group in gathered.fleet.groups for member in group.members}
    found = []
    for outcome in outcomes:
        for finding in outcome.findings:
            group = next((home[name] for name in finding.members if name in home), None)
            group = group or next(iter(gathered.facts), "")
            facts = gathered.facts.get(group)
            if facts is None:
                finding = msgspec.structs.replace(finding, remedies=())
                found.append(Found(Advice(finding, (), (), fingerprint(finding)), finding.members))
                continue
            one = msgspec.structs.replace(outcome, findings=(finding,))
            advice = advise(facts, [one], plan.selection, plan.config.suppressions, plan.baseline, plan.settings.prefer)
            found += [Found(item, finding.members, group) for item in advice]
    return found


def as_report(verdict: Verdict, facts: Facts) -> Report:
    """The verdict as the report on one patient, for formats that other programs read: each finding names its machines.

    ``facts`` are those of a machine of the largest group.
    """
    advice = []
    for item in verdict.found:
        seen = Evidence("machines", machines(item.members, verdict.fleet))
        finding = msgspec.structs.replace(item.advice.finding, evidence=(seen, *item.advice.finding.evidence))
        advice.append(msgspec.structs.replace(item.advice, finding=finding))
    return Report(
        version=__version__,
        plugins=tuple(verdict.plan.check_set.plugins),
        facts=facts,
        outcomes=(*verdict.outcomes, *_joined(verdict.reports)),
        advice=tuple(advice),
        settings=verdict.plan.settings,
        seconds=verdict.seconds,
        notes=(f"{verdict.fleet.counted(verdict.fleet.machines)} in {plural(len(verdict.fleet.groups), 'group')}",),
    )


def _joined(reports: dict[str, Report]) -> list[Outcome]:
    """How every check ended on all groups together: found before unknown, unknown before passed."""
    rank = [Status.FOUND, Status.UNKNOWN, Status.PASSED, Status.NOT_APPLICABLE]
    joined: dict[str, Outcome] = {}
    for report in reports.values():
        for outcome in report.outcomes:
            before = joined.get(outcome.check.name)
            if before is None or rank.index(outcome.status) < rank.index(before.status):
                joined[outcome.check.name] = outcome
    return list(joined.values())


def machines(names: Iterable[str], fleet: Fleet, most: int = MOST_NAMES) -> str:
    """``node3``, ``node3, node7``, ``997 of 1000: node1, node2, node4 …``, ``all 1000``."""
    listed = list(names)
    if len(listed) == fleet.machines > 1:
        return f"all {len(listed)}"
    if len(listed) <= most:
        return ", ".join(listed)
    return f"{len(listed)} of {fleet.machines}: {', '.join(listed[: most - 1])} …"
