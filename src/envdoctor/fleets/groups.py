"""Groups of equal machines: each recording leaves a fingerprint a section, and only the first of a group is kept whole."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256

from msgspec import Struct

from envdoctor.ecosystem.threads import counted
from envdoctor.facts import Facts, Limits, Machine, Missing
from envdoctor.facts.fleet import Absent, Fleet, Group, Member
from envdoctor.report.difference import SECTIONS, Values, told

# What differs from process to process on one machine, and tells nothing about the environment.
EACH_ITS_OWN = frozenset(
    (
        *("JPY_PARENT_PID", "VSCODE_PID", "WSL_INTEROP", "PYTEST_XDIST_WORKER", "SLURM_JOB_ID", "TERM_PROGRAM"),
        *("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK"),
        *("NVIDIA_VISIBLE_DEVICES", "DASK_PARENT", "DASK_INTERNAL__INHERIT_CONFIG", "CONDA_PROMPT_MODIFIER"),
        *("SHELL", "CONDA_SHLVL"),
    )
)


def _python(facts: Facts) -> Values:
    if not facts.patient.origin:  # the collector does not find out who made an environment: unknown is no difference
        yield "made by", Missing("not read")
    yield from SECTIONS["python"](facts)


def _cpu(facts: Facts) -> Values:
    yield from SECTIONS["cpu"](facts)
    if not isinstance(facts.cpu, Missing) and isinstance(facts.cpu.features, list):
        yield from ((feature, "yes") for feature in facts.cpu.features)


def _limits(facts: Facts) -> Values:
    if not isinstance(facts.limits, Limits):
        yield "(all)", facts.limits
        return
    yield "processes", facts.limits.processes
    if isinstance(facts.limits.tasks, list):
        yield "tasks of the cgroup", min((limit.maximum for limit in facts.limits.tasks), default=None)


def _environment(facts: Facts) -> Values:
    """The variables, the environment's own folders written the same for all: where it lies is no difference."""
    prefix = facts.prefix.path
    for name, value in SECTIONS["environment"](facts):
        if name not in EACH_ITS_OWN:
            yield name, value.replace(prefix, "<prefix>") if isinstance(value, str) and len(prefix) > 1 else value


def _mpi(facts: Facts) -> Values:
    told = facts.machine.mpi if facts.machine else None
    if told:
        yield "started by", told.launcher
        yield "mpi4py takes", told.library


COMPARED = SECTIONS | {"python": _python, "cpu": _cpu, "limits": _limits, "environment": _environment, "mpi": _mpi}


class _Kept:
    """A group while it grows."""

    def __init__(self, facts: Facts, sections: dict[str, dict[str, str]]) -> None:
        self.facts = facts
        self.sections = sections
        self.members: list[Member] = []


class Gathering:
    """Takes recordings one after the other. Its size grows with the groups; of the other machines it keeps the names."""

    def __init__(self) -> None:
        self._kept: dict[bytes, _Kept] = {}
        self._missing: list[Absent] = []
        self._machines: list[tuple[str, Machine]] = []

    def add(self, name: str, facts: Facts) -> None:
        """One more machine."""
        sections = {section: told(values(facts)) for section, values in COMPARED.items()}
        machine = facts.machine
        role = machine.role if machine else ""
        mark = sha256(repr((role, [sorted(found.items()) for found in sections.values()])).encode("utf-8", "replace"))
        kept = self._kept.get(mark.digest())
        if kept is None:
            kept = self._kept[mark.digest()] = _Kept(facts, sections)
        if machine:
            self._machines.append((name, machine))
        kept.members.append(
            Member(
                name=name,
                machine=machine.label if machine else None,
                rank=machine.rank if machine else None,
                role=role,
                worker=machine.worker if machine else None,
            )
        )

    def miss(self, name: str, why: str) -> None:
        """A machine of which nothing is known."""
        self._missing.append(Absent(name=name, why=why))

    def fleet(self, one_job: bool = False) -> "Gathered":
        """All of them; ``one_job`` says that they work together, which is otherwise told by launchers and schedulers."""
        job = self._job()
        ordered = sorted(self._kept.values(), key=_first_comes)
        names = {letters(number): kept for number, kept in enumerate(ordered)}
        groups = [_group(name, kept) for name, kept in names.items()]
        missing = [*self._missing, *(self._absent_ranks() if job or one_job else ())]
        fleet = Fleet(groups=groups, one_job=one_job or job is not None, job=job, missing=missing)
        return Gathered(fleet, {name: kept.facts for name, kept in names.items()})

    def _job(self) -> str | None:
        """What all of the machines belong to; ``None`` where they don't, or don't say."""
        machines = [machine for _, machine in self._machines]
        if not machines or len(machines) < sum(len(kept.members) for kept in self._kept.values()):
            return None
        jobs = {machine.job for machine in machines}
        if len(jobs) == 1 and (job := jobs.pop()):
            return job
        worlds = {(machine.launcher, machine.ranks) for machine in machines}
        ranks = {machine.rank for machine in machines}
        alone = len(worlds) == 1 and None not in ranks and len(ranks) == len(machines) > 1
        launcher, count = worlds.pop() if alone else (None, None)
        return f"{launcher}, {count} ranks" if count and not jobs - {None} else None

    def _absent_ranks(self) -> Iterator[Absent]:
        """The ranks of the world without a recording, where every rank was to make one."""
        counts = {machine.ranks for _, machine in self._machines}
        ranks = {machine.rank for _, machine in self._machines}
        total = counts.pop() if len(counts) == 1 else None
        each = any(machine.local_rank for _, machine in self._machines)  # else one a machine was recorded
        if total and each and None not in ranks and total < 1_000_000:
            for rank in range(total):
                if rank not in ranks:
                    yield Absent(name=f"rank {rank}", why="there is no recording of it")


class Gathered(Struct, frozen=True):
    """The fleet, and the facts of one machine of each group, by the group's name."""

    fleet: Fleet
    facts: Mapping[str, Facts]


def _first_comes(kept: _Kept) -> tuple[bool, int, list[tuple[int, str]]]:
    """The largest group of those that do the work: a client and a scheduler are not what workers are compared with."""
    first = kept.members[0]
    return first.role in ("client", "scheduler"), -len(kept.members), natural(first.name)


def _group(name: str, kept: _Kept) -> Group:
    facts = kept.facts
    blas, cpu = counted(facts), facts.cpu
    threads = [] if isinstance(blas, Missing) else [item.threads for item in blas.libraries if item.loaded]
    known = None if isinstance(cpu, Missing) else cpu
    return Group(
        name=name,
        members=sorted(kept.members, key=lambda member: natural(member.name)),
        sections=kept.sections,
        threads=max((count for count in threads if isinstance(count, int)), default=None),
        usable=known.usable if known else None,
        logical=known.logical if known else None,
        quota=bool(known and isinstance(known.quota, float)),
    )


_DIGITS = re.compile(r"(\d+)")


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts node9 before node10."""
    return [(int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in _DIGITS.split(name)]


def letters(number: int) -> str:
    """A, B … Z, AA, AB …"""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
