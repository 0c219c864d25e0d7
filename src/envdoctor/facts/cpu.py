"""Which processors there are, and how many of them this process may use."""

from envdoctor.facts.base import Missing, Section


class Quota(Section, frozen=True, kw_only=True):
    """One CPU bandwidth limit found in the cgroup tree.

    ``cpus`` is quota ÷ period, in CPUs; ``setting`` is the file's own text (``400000 100000``).
    """

    cpus: float
    file: str
    setting: str


class Cpu(Section, frozen=True, kw_only=True):
    """Processors as the patient sees them.

    ``logical`` counts online logical CPUs, ``physical`` cores (``None`` where the system does not
    tell), ``affinity`` the CPUs of the process's mask. ``quota`` is the cgroup limit in CPUs (the
    minimum over the cgroup and its ancestors; ``None``: no limit), and ``quotas`` the limits it
    came from, smallest first. ``usable`` is min(affinity, ⌈quota⌉), at least 1.
    ``model`` and ``features`` describe the processor (features: x86 flags or Arm features).
    """

    logical: int
    physical: int | None | Missing = None
    affinity: int
    quota: float | None | Missing = None
    quotas: list[Quota] | Missing = []
    usable: int
    model: str | None = None
    features: list[str] | Missing = []
