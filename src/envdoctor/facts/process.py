"""The running process that is its own patient: what has changed under it since it started."""

from envdoctor.facts.base import Section


class Replaced(Section, frozen=True, kw_only=True):
    """A module that was imported before its distribution was replaced.

    ``loaded`` is the version that the process has, ``installed`` the one on the disk now (``None``: the module's file is gone).
    ``distribution`` is the distribution's name, empty where none is left.
    """

    module: str
    loaded: str
    installed: str | None
    distribution: str = ""


class Process(Section, frozen=True, kw_only=True):
    """``deleted`` are files of packages that the process has mapped and that are gone from the disk, or are others by now.

    ``affinity`` is how many CPUs the main thread may use, ``widest`` how many any thread of the process may: a thread keeps
    what it was started with. ``None`` where the system does not tell. ``changed`` are variables (of those that may be
    recorded) that are not as they were at the start, each with its value then (``None``: not set). ``notebook``: it is a Jupyter kernel.
    """

    replaced: list[Replaced] = []
    deleted: list[str] = []
    affinity: int | None = None
    widest: int | None = None
    changed: dict[str, str | None] = {}
    notebook: bool = False
