"""FLT009: the processes on a machine start more threads together than it has CPUs for them."""

from collections.abc import Iterator

from envdoctor.api import Edit, Evidence, Finding, Fleet, Group, Member, Remedy, Rule, SetEnv, Severity, check

FLT009 = Rule("FLT009", "crowded-machine", Severity.WARNING, guide=("blas-9",))


@check(FLT009)
def crowded_machine(fleet: Fleet) -> Iterator[Finding]:
    """Processes (and the tasks that a worker runs at a time) × BLAS threads, against the CPUs that they may use together."""
    hosts: dict[str, list[tuple[Member, Group]]] = {}
    for group in fleet.groups:
        for member in group.members:
            if member.machine and member.role in ("", "worker"):
                hosts.setdefault(member.machine, []).append((member, group))
    crowded = {host: found for host, processes in hosts.items() if (found := _crowd(processes))}
    if not crowded:
        return
    worst = max(crowded, key=lambda host: crowded[host][1] / crowded[host][2])
    processes, threads, cpus = crowded[worst]
    members = tuple(member.name for host in crowded for member, _ in hosts[host])
    tasks = sum(_tasks(member) for member, _ in hosts[worst])
    share = max(1, cpus // tasks)
    rows = [
        Evidence(host, f"{found[0]} processes, {found[1]} threads, {found[2]} CPUs")
        for host, found in list(crowded.items())[:8]
    ]
    remedies: tuple[Remedy, ...] = (SetEnv({"OMP_NUM_THREADS": str(share)}),)
    if any(member.role == "worker" for member, _ in hosts[worst]):
        change = f"distributed.nanny.pre-spawn-environ: {{OMP_NUM_THREADS: {share}}}"
        remedies = (
            Edit("~/.config/dask/distributed.yaml", change, title="have Dask's nanny limit its workers"),
            *remedies,
        )
    where = f"the most crowded of {len(crowded)} machines" if len(crowded) > 1 else "one machine"
    yield Finding(
        FLT009,
        worst,
        tuple(rows),
        f"{processes} processes with {threads} BLAS threads share {cpus} CPUs on {where}",
        "Threads without a CPU wait for one another: two levels of parallelism are slower than one.",
        remedies=remedies,
        members=members,
    )


def _tasks(member: Member) -> int:
    return (member.worker.threads if member.worker else None) or 1


def _crowd(processes: list[tuple[Member, Group]]) -> tuple[int, int, int] | None:
    """Processes, threads and CPUs where the threads are too many and BLAS starts several in one; ``None`` elsewhere."""
    known = [(member, group) for member, group in processes if group.threads is not None and group.usable is not None]
    tasks = sum(_tasks(member) for member, _ in known)
    if tasks < 2 or all((group.threads or 1) <= 1 for _, group in known):
        return None
    threads = sum(_tasks(member) * (group.threads or 1) for member, group in known)
    usable = [group.usable or 1 for _, group in known]
    cpus = sum(usable)  # each bound to CPUs of its own, at best
    logical = [group.logical for _, group in known if group.logical]
    cpus = min([cpus, *logical])
    if any(group.quota for _, group in known):  # they share the job's
        cpus = min(cpus, max(usable))
    return (len(known), threads, cpus) if threads > cpus else None
