"""How many processes and threads may be started, and who starts several of them."""

from envdoctor.facts.base import Missing, Section


class TaskLimit(Section, frozen=True, kw_only=True):
    """A cgroup's limit of tasks (processes and threads): its ``file``, the ``maximum``, and the ``current`` number."""

    file: str
    maximum: int
    current: int | None = None


class Workers(Section, frozen=True, kw_only=True):
    """Worker processes that the project's settings ask for: ``count``, ``None`` for "as many as processors".

    ``limited``: the same file sets a variable that limits threads.
    """

    tool: str
    file: str
    setting: str
    count: int | None
    limited: bool = False


class Limits(Section, frozen=True, kw_only=True):
    """``processes`` is RLIMIT_NPROC, ``None`` where there is none or it does not bind the user. ``memory``
    is what a process may map, in bytes (the smaller of RLIMIT_AS and RLIMIT_DATA), ``None`` where nothing limits it.

    ``tasks`` are the cgroups' limits, the one with the least room first.
    """

    processes: int | None = None
    memory: int | None = None
    tasks: list[TaskLimit] | Missing = []
    workers: list[Workers] = []
