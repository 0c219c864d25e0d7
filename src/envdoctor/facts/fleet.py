"""Many machines as one patient: groups of equal ones, and what is known of each."""

from envdoctor.facts.base import Section
from envdoctor.facts.system import Worker

UNKNOWN = "?"  # the value of what could not be read; under ALL, of a whole section
ALL = "(all)"


class Absent(Section, frozen=True, kw_only=True):
    """A machine that was expected and of which nothing is known, or whose recording can't be read, and ``why``."""

    name: str
    why: str


class Member(Section, frozen=True, kw_only=True):
    """One recording: ``machine`` tells hosts apart (``None``: not known), ``role`` is worker, scheduler, client or empty."""

    name: str
    machine: str | None = None
    rank: int | None = None
    role: str = ""
    worker: Worker | None = None


class Group(Section, frozen=True, kw_only=True):
    """Machines that are equal in every section.

    ``sections`` holds what was compared: values by name, by section. ``threads`` is the most that one loaded BLAS takes,
    ``usable`` and ``logical`` count CPUs; ``quota``: a cgroup limits them. All ``None`` where not known.
    """

    name: str
    members: list[Member]
    sections: dict[str, dict[str, str]]
    threads: int | None = None
    usable: int | None = None
    logical: int | None = None
    quota: bool = False


class Fleet(Section, frozen=True, kw_only=True):
    """``groups``, the largest first; ``one_job``: the machines work on one thing together, so that they have to agree.

    ``job`` names it. ``missing`` are those that nothing is known of.
    """

    groups: list[Group]
    one_job: bool = False
    job: str | None = None
    missing: list[Absent] = []

    @property
    def machines(self) -> int:
        """How many there are, the missing ones among them."""
        return sum(len(group.members) for group in self.groups) + len(self.missing)

    @property
    def noun(self) -> str:
        """What is counted: processes where several share a machine, or have a part in a cluster; else machines."""
        members = [member for group in self.groups for member in group.members]
        known = [member.machine for member in members if member.machine]
        return "process" if any(member.role for member in members) or len(set(known)) < len(known) else "machine"

    def counted(self, number: int) -> str:
        """``1 machine``, ``3 processes``."""
        return f"{number} {self.noun}{('es' if self.noun == 'process' else 's') if number != 1 else ''}"
