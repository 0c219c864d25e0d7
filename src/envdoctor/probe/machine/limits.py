"""Limits on threads, from the kernel and from the project's settings."""

import os
import re

from envdoctor.facts.base import Missing
from envdoctor.facts.limits import Limits, TaskLimit, Workers
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.machine.cgroup import PLATFORMS, levels, parse_cgroup, parse_mountinfo
from envdoctor.probe.world import World

SETTINGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "setup.cfg", "tox.ini")
_ADDOPTS = pattern(r"^\s*addopts\s*=\s*(\[[^\]]*\]|\"\"\".*?\"\"\"|[^\n]*(?:\n[ \t]+\S[^\n]*)*)", re.M | re.S)
_WORKERS = pattern(r"(?:^|[\s\"'\[,])(?:-n[\s\"',=]*|--numprocesses[\s\"',=]+)(\d+|auto|logical)(?=$|[\s\"'\],])")
_LIMIT = pattern(r"\b(?:OMP|OPENBLAS|MKL|BLIS)_NUM_THREADS\b")


def read(world: World, project: str | None) -> Limits:
    """Nothing is spawned and nothing raised."""
    return Limits(
        processes=_processes(),
        memory=_memory(),
        tasks=_tasks(world),
        workers=_workers(world, project) if project else [],
    )


def _memory() -> int | None:
    """The smaller of the soft RLIMIT_AS and RLIMIT_DATA, which bind root, too (man 2 getrlimit)."""
    try:
        import resource

        soft = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
        return min((limit for limit in soft if limit not in (resource.RLIM_INFINITY, -1)), default=None)
    except (ImportError, AttributeError, OSError, ValueError):
        return None


def _processes() -> int | None:
    """The soft RLIMIT_NPROC, which does not bind root (man 2 getrlimit)."""
    try:
        import resource

        soft = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    except (ImportError, AttributeError, OSError, ValueError):
        return None
    return None if soft == resource.RLIM_INFINITY or os.geteuid() == 0 else soft


def _tasks(world: World) -> list[TaskLimit] | Missing:
    """``pids.max`` of the process's group and of its ancestors, the one with the least room first.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#pid
    """
    if world.platform not in PLATFORMS:
        return []
    mountinfo, membership = world.text("/proc/self/mountinfo"), world.text("/proc/self/cgroup")
    if not isinstance(mountinfo, str) or not isinstance(membership, str):
        return mountinfo if isinstance(mountinfo, Missing) else membership if isinstance(membership, Missing) else []
    groups = parse_cgroup(membership)
    path = groups.get("pids", groups.get(""))
    found: dict[str, TaskLimit] = {}
    for mount in parse_mountinfo(mountinfo) if path else ():
        if mount.fstype == "cgroup2" if "pids" not in groups else mount.fstype == "cgroup" and "pids" in mount.options:
            for folder in levels(mount, path or ""):
                limit = _limit(world, folder)
                if limit:
                    found[limit.file] = limit
    return sorted(found.values(), key=lambda limit: limit.maximum - (limit.current or 0))


def _limit(world: World, folder: str) -> TaskLimit | None:
    most, now = world.text(f"{folder}/pids.max", 64), None
    if isinstance(most, str) and most.strip().isdigit():
        now = world.text(f"{folder}/pids.current", 64)
        current = int(now) if isinstance(now, str) and now.strip().isdigit() else None
        return TaskLimit(file=f"{folder}/pids.max", maximum=int(most), current=current)
    return None


def _workers(world: World, project: str) -> list[Workers]:
    """Where pytest's own options ask for pytest-xdist's workers; the first file that has any wins, as in pytest."""
    for name in SETTINGS:
        file = f"{project}/{name}"
        text = world.text(file, 1_000_000)
        if not isinstance(text, str) or "addopts" not in text:
            continue
        for setting in parse_addopts(text):
            count = int(setting[1]) if setting[1].isdigit() else None
            if count != 0:
                limited = bool(_LIMIT.search(text))
                return [Workers(tool="pytest-xdist", file=file, setting=setting[0], count=count, limited=limited)]
    return []


def parse_addopts(text: str) -> list[tuple[str, str]]:
    """The option and the number (or ``auto``, ``logical``) of pytest-xdist in ``addopts``."""
    found = []
    for options in _ADDOPTS.findall(text):
        for match in _WORKERS.finditer(options):
            found.append((match.group(0).strip(" \t\n\"'[,"), match.group(1)))
    return found
