"""The processors, and how many of them this process may use, read from outside the patient."""

import os
from math import ceil

from envdoctor.facts.base import Missing
from envdoctor.facts.cpu import Cpu, Quota
from envdoctor.probe.machine.cgroup import PLATFORMS, read_limits
from envdoctor.probe.world import World

SYSTEM = "/sys/devices/system/cpu"
# One processor's block is 2 to 4 kB. Hundreds of them would take tens of milliseconds to make.
FIRST_PROCESSOR = 8192


def read(world: World) -> Cpu:
    """What there is, and what of it may be used: counts of CPUs; nothing is spawned and nothing raised.

    Files come from ``world``, the affinity from this process, whose children inherit it.
    Where a limit could not be read ``quota`` is `Missing`, and ``usable`` heeds the limits that could.
    """
    online = read_online(world)
    logical = len(online) if online else os.cpu_count() or 1
    affinity = read_affinity(logical)
    limits, fault = read_limits(world)
    model, features = read_model(world)
    return Cpu(
        logical=logical,
        physical=read_physical(world, online) if online else None,
        affinity=affinity,
        quota=fault or (limits[0].cpus if limits else None),
        quotas=limits or fault or [],
        usable=usable_cpus(affinity, limits),
        model=model,
        features=features,
    )


def usable_cpus(affinity: int, limits: list[Quota]) -> int:
    """min(affinity, ⌈smallest limit⌉), at least 1: a quota of 1.5 CPUs keeps two threads busy."""
    return max(1, min([affinity, *(ceil(limit.cpus) for limit in limits)]))


def parse_cpu_list(text: str) -> list[int]:
    """The CPU numbers in the kernel's list format (``0-3,8``); raises ValueError.

    https://man7.org/linux/man-pages/man7/cpuset.7.html (List format)
    """
    cpus: list[int] = []
    for part in filter(None, text.strip().split(",")):
        first, dash, last = part.partition("-")
        span = range(int(first), int(last if dash else first) + 1)
        if not span or span.start < 0 or span.stop > 1 << 16:  # kernels are built for 8192 at most
            raise ValueError(f"{text[:40]!r} is not a list of CPUs")
        cpus += span
    return cpus


def parse_cpuinfo(text: str) -> tuple[str | None, list[str] | None]:
    """The model's name and the features in ``/proc/cpuinfo``: the first of each, ``None`` where there is none.

    x86 calls them ``flags``, Arm ``Features``; Arm gives no model's name as a rule.
    The last line counts only when it is whole.
    """
    model = features = None
    for line in text.split("\n")[:-1]:
        name, colon, value = line.partition(":")
        name = name.rstrip()
        if not colon:
            continue
        if name == "model name" and model is None:
            model = value.strip() or None
        elif name in ("flags", "Features") and features is None:
            features = value.split()
    return model, features


def read_online(world: World) -> list[int]:
    """The numbers of the online CPUs, where the system lists them; else empty.

    Not `os.cpu_count`, which ``PYTHON_CPU_COUNT`` overrides since Python 3.13
    (https://docs.python.org/3/using/cmdline.html#envvar-PYTHON_CPU_COUNT) and which musl answers
    with the affinity.
    """
    text = world.text(f"{SYSTEM}/online", 4096)
    if world.platform not in PLATFORMS or not isinstance(text, str):
        return []
    try:
        return parse_cpu_list(text)
    except ValueError:
        return []


def read_affinity(logical: int) -> int:
    """The CPUs of this process's mask; ``logical`` where the system has no such mask or keeps it to itself."""
    ask = getattr(os, "sched_getaffinity", None)  # Linux and FreeBSD
    if ask is None:
        return logical
    try:
        return len(ask(0))
    except OSError:
        return logical


def read_physical(world: World, online: list[int]) -> int | None | Missing:
    """The cores that the online CPUs belong to; ``None`` where the system does not tell.

    https://docs.kernel.org/admin-guide/cputopology.html
    """
    # Without simultaneous multithreading a CPU is a core, and hundreds of files need not be opened.
    smt = world.text(f"{SYSTEM}/smt/active", 16)
    if isinstance(smt, str) and smt.strip() == "0":
        return len(online)
    cores = 0
    seen: set[int] = set()
    for cpu in online:
        if cpu in seen:
            continue
        file = f"{SYSTEM}/cpu{cpu}/topology/thread_siblings_list"
        text = world.text(file, 4096)
        if not isinstance(text, str):
            return text
        try:
            seen.update(parse_cpu_list(text))
        except ValueError as error:
            return Missing(f"{file}: {error}")
        cores += 1
    return cores


def read_model(world: World) -> tuple[str | None, list[str] | Missing]:
    """The first processor's model and features; nothing is spawned to learn them on macOS and Windows."""
    if world.platform not in PLATFORMS:
        return None, Missing(f"processor features are not read on {world.platform}")
    text = world.text("/proc/cpuinfo", FIRST_PROCESSOR)
    if not isinstance(text, str):
        return None, text or Missing("/proc/cpuinfo: no such file")
    model, features = parse_cpuinfo(text)
    return model, Missing("/proc/cpuinfo: no flags, no Features") if features is None else features
