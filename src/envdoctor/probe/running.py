"""What has changed under this very process: packages that were replaced, variables, and the CPUs it may use.

https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html: "(deleted)" follows a mapped file that is gone.
"""

import os
import sys
from collections.abc import Iterable, Mapping

from envdoctor.data import mapping
from envdoctor.ecosystem.names import normalise
from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution, Packages
from envdoctor.facts.process import Process, Replaced
from envdoctor.privacy.redact import allowed
from envdoctor.probe.machine.cpu import parse_cpu_list

DELETED = " (deleted)"
SLACK = 1.0  # seconds by which the clocks of files and processes may differ


def read(packages: Packages | Missing, environ: Mapping[str, str]) -> Process:
    """The process as it is now, against what it started with and what lies on the disk."""
    found = [] if isinstance(packages, Missing) else packages.distributions
    places = {item.location for item in found if item.location}
    masks = _masks()
    return Process(
        replaced=replaced(_versions(), found, _started()),
        deleted=parse_maps(_text("/proc/self/maps"), places),
        affinity=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        widest=len(set().union(*masks)) if masks else None,
        changed=changed(_at_start(), environ),
        notebook="ipykernel" in sys.modules,
    )


def parse_maps(text: str, places: Iterable[str]) -> list[str]:
    """The compiled files below ``places`` that are mapped and gone."""
    lines = (line.partition("/") for line in text.splitlines() if line.endswith(DELETED))
    files = {f"/{rest.removesuffix(DELETED)}" for _, slash, rest in lines if slash}
    folders = tuple(f"{place.rstrip('/')}/" for place in places)
    return sorted(path for path in files if path.startswith(folders) and ".so" in os.path.basename(path))


def replaced(
    versions: Mapping[str, tuple[str, str]], distributions: Iterable[Distribution], started: float | None
) -> list[Replaced]:
    """The modules (name to version and file) whose distribution was put there after the process had ``started`` (seconds
    since the epoch), and is of another version."""
    if started is None:
        return []
    names = mapping("import_names", "modules") if versions else {}
    by_key: dict[str, Distribution] = {}
    for item in distributions:
        by_key.setdefault(item.key, item)
    found = []
    for module, (version, file) in sorted(versions.items()):
        own = by_key.get(normalise(names.get(module) or module))
        if own is None or not isinstance(own.version, str):
            continue
        if not _within(file, own.location) or release(version) == release(own.version):
            continue
        if _written(own.path) > started + SLACK:
            found.append(Replaced(module=module, loaded=version, installed=own.version, distribution=own.name))
    return found


def release(version: str) -> str:
    """A version without its local part; what a build writes there is in one of the two only."""
    return version.partition("+")[0].strip().lower()


def changed(start: Mapping[str, str] | None, now: Mapping[str, str]) -> dict[str, str | None]:
    """The variables that are not as they were at the start, with what they were; none where that is not known."""
    if start is None:
        return {}
    before, after = allowed(start), allowed(now)
    return {name: before.get(name) for name in sorted({*before, *after}) if before.get(name) != after.get(name)}


def _within(file: str, folder: str) -> bool:
    return bool(file and folder) and os.path.abspath(file).startswith(os.path.abspath(folder) + os.sep)


def _written(metadata: str) -> float:
    """When the newest file of the metadata was put there."""
    times = [0.0]
    for name in ("RECORD", "INSTALLER", "METADATA", "PKG-INFO"):
        try:
            times.append(os.stat(os.path.join(metadata, name)).st_ctime)
        except OSError:
            continue
    return max(times)


def _versions() -> dict[str, tuple[str, str]]:
    """The top-level modules that are imported and say a version, with their files."""
    found = {}
    for name, module in list(sys.modules.items()):
        if "." in name or name.startswith("_"):
            continue
        own = getattr(module, "__dict__", {})
        version, file = own.get("__version__"), own.get("__file__")
        if type(version) is str and type(file) is str:
            found[name] = (version, file)
    return found


def _started() -> float | None:
    import psutil

    try:
        return float(psutil.Process().create_time())
    except (psutil.Error, OSError):
        return None


def _masks() -> list[set[int]]:
    """The CPUs that each thread of this process may use."""
    found = []
    try:
        tasks = os.listdir("/proc/self/task")
    except OSError:
        return []
    for task in tasks:
        for line in _text(f"/proc/self/task/{task}/status").splitlines():
            if line.startswith("Cpus_allowed_list:"):
                found.append(set(parse_cpu_list(line.partition(":")[2])))
    return found


def _at_start() -> dict[str, str] | None:
    text = _text("/proc/self/environ")
    pairs = [pair.partition("=") for pair in text.split("\0") if pair]
    return {name: value for name, equals, value in pairs if equals} or None


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""
