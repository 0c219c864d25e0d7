"""FLT010: the workers on a machine may take more memory than there is for them."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Fleet, Manual, Member, Rule, Severity, check

FLT010 = Rule("FLT010", "memory-limit-too-high", Severity.WARNING)
ROUNDING = 1.02  # Dask rounds what it finds


@check(FLT010)
def memory_limit_too_high(fleet: Fleet) -> Iterator[Finding]:
    """A worker spills to disk and stops in time only if its limit is below what the machine, or its cgroup, grants."""
    hosts: dict[str, list[Member]] = {}
    for group in fleet.groups:
        for member in group.members:
            if member.worker and isinstance(member.worker.memory, int):
                hosts.setdefault(member.machine or member.name, []).append(member)
    rows, members = [], []
    for host, workers in hosts.items():
        limits = [
            each.worker.memory_limit for each in workers if each.worker and isinstance(each.worker.memory_limit, int)
        ]
        granted = min(each.worker.memory for each in workers if each.worker and isinstance(each.worker.memory, int))
        if sum(limits) > granted * ROUNDING:
            rows.append(Evidence(host, f"{len(limits)} workers may take {_size(sum(limits))} of {_size(granted)}"))
            members += [each.name for each in workers]
    if rows:
        yield Finding(
            FLT010,
            rows[0].label,
            tuple(rows[:12]),
            f"the memory limits of the workers are above what there is: {rows[0].value}",
            "A worker stores data on disk, or is started again, when it comes near its limit. With a limit above what the machine "
            "or its cgroup grants, the system ends it first, without a word.",
            remedies=(Manual("Start the workers with a lower `--memory-limit`, or fewer on a machine"),),
            members=tuple(members),
        )


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"
