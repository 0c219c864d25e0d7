"""Sentences that several formats share."""

from collections.abc import Iterator

from envdoctor.ecosystem.units import plural
from envdoctor.engine.checks import Status
from envdoctor.facts.fleet import ALL, UNKNOWN, Fleet, Group
from envdoctor.fixes.steps import Edit
from envdoctor.fleets.verdict import Found, Verdict, machines
from envdoctor.privacy.redact import Redactor, credentials
from envdoctor.privacy.text import clean
from envdoctor.report.verdict import shell_for

STACK = (("numpy", "NumPy"), ("scipy", "SciPy"), ("torch", "PyTorch"), ("distributed", "Dask"), ("mpi4py", "mpi4py"))
NOT_THERE = "not there"


def safe(text: str, redactor: Redactor | None) -> str:
    """Without credentials, and without what moves a cursor; with a ``redactor``, without names."""
    return clean(redactor.text(text) if redactor else credentials(text))


def described(group: Group) -> str:
    """``Python 3.12.1 · NumPy 2.4.1 · 4 threads on 4 CPUs``."""
    packages = group.sections.get("packages", {})
    parts = [f"Python {group.sections.get('python', {}).get('version', UNKNOWN)}"]
    parts += [f"{name} {packages[key]}" for key, name in STACK if key in packages][:3]
    if group.usable is not None:
        cpus = plural(group.usable, "CPU")
        parts.append(f"{plural(group.threads, 'BLAS thread')} on {cpus}" if group.threads else cpus)
    return " · ".join(parts)


def differs(group: Group, reference: Group) -> dict[str, list[str]]:
    """What is different from the ``reference``, by section: ``numpy 2.4.1 → 1.26.4``."""
    found = {}
    for section, values in group.sections.items():
        before = reference.sections.get(section, {})
        if ALL in values or ALL in before:
            changes = [f"{UNKNOWN}: could not be read"] if (ALL in values) != (ALL in before) else []
        else:
            names = sorted(values.keys() | before.keys())
            changes = [
                f"{name} {before.get(name, NOT_THERE)} → {values.get(name, NOT_THERE)}"
                for name in names
                if before.get(name) != values.get(name)
            ]
        if changes:
            found[section] = changes
    roles = {member.role for member in group.members}, {member.role for member in reference.members}
    if not found and roles[0] != roles[1]:
        found["role"] = [" ".join(sorted(roles[0]))]
    return found


def names(group: Group, fleet: Fleet) -> str:
    """The first and the last of the group, or all of a few."""
    members = [member.name for member in group.members]
    return ", ".join(members) if len(members) <= 2 else f"{members[0]} … {members[-1]}"


def headline(verdict: Verdict) -> str:
    """What all comes to, in one sentence."""
    fleet, counts = verdict.fleet, verdict.counts
    total = fleet.counted(fleet.machines)
    if not verdict.reports:
        return f"Inconclusive: nothing is known of {'any of ' if fleet.machines != 1 else ''}{total}."
    equal = len(fleet.groups) == 1 and not fleet.missing
    alike = f"{total}, all equal" if equal else f"{total} in {plural(len(fleet.groups), 'group')}"
    if fleet.machines == 1:
        alike = total
    if verdict.status == "findings":
        parts = [plural(counts[word], word) for word in ("error", "warning") if counts[word]]
        concerned = {name for item in verdict.open if item.severity.rank < 2 for name in item.members}
        where = f" on {machines(concerned_in_order(verdict, concerned), fleet)}" if concerned else ""
        return f"{alike}: {' and '.join(parts)}{where}."
    if verdict.status == "inconclusive":
        reports = verdict.reports.values()
        unknown = {it.check.name: it.reason for each in reports for it in each.outcomes if it.status is Status.UNKNOWN}
        why = max(unknown.values(), key=list(unknown.values()).count, default="")
        return (
            f"{alike}. No fault found; {plural(len(unknown), 'check')} could not be made{f' ({why})' if why else ''}."
        )
    return f"{alike}. Healthy: nothing to do."


def concerned_in_order(verdict: Verdict, concerned: set[str]) -> Iterator[str]:
    """These names in the order of the groups, the missing last."""
    for group in reversed(verdict.fleet.groups):
        yield from (member.name for member in group.members if member.name in concerned)
    yield from (absent.name for absent in verdict.fleet.missing if absent.name in concerned)


def commands(item: Found, verdict: Verdict) -> list[str]:
    """The command lines of the first cure, in the words of the shell on the machine that it is for."""
    report = verdict.reports.get(item.group)
    if report is None or not item.advice.fixes:
        return []
    shell = shell_for(report.facts)
    return [command for step in item.advice.fixes[0].steps if (command := shell.command(step))]


def edits(item: Found) -> list[str]:
    """What the first cure has a person write into a file: ``setting: value (in FILE)``."""
    steps = item.advice.fixes[0].steps if item.advice.fixes else ()
    return [f"{step.change} (in {step.file})" for step in steps if isinstance(step, Edit)]


def hint(verdict: Verdict) -> str:
    """What to do where the severity depends on something that nobody has said; empty elsewhere."""
    if verdict.fleet.one_job or len(verdict.fleet.groups) < 2:
        return ""
    return "These recordings are not of one job, so differences are notes. If the machines work together: --one-job"
