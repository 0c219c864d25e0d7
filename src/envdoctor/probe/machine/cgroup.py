"""The CPU bandwidth limits of this process's control groups (Linux, v1 and v2), read from files."""

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.facts.cpu import Quota
from envdoctor.probe.world import World

PLATFORMS = ("linux", "android")  # sys.platform has said "android" there since Python 3.13


class Mount(Struct, frozen=True, kw_only=True):
    """A mounted control group hierarchy.

    ``root`` is the group that shows at ``point``; it may begin with ``/..``, since it is told from
    the reader's own cgroup namespace. ``fstype`` is ``cgroup`` (v1) or ``cgroup2``; the
    ``options`` of a v1 mount name its controllers.
    """

    root: str
    point: str
    fstype: str
    options: tuple[str, ...] = ()


def parse_mountinfo(text: str) -> list[Mount]:
    """The control group mounts in ``/proc/self/mountinfo``, in its order; lines of another form are passed over.

    https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    """
    mounts = []
    for line in text.split("\n"):
        # Spaces inside a field are escaped, so the first " - " ends the optional fields, however many.
        left, _, right = line.partition(" - ")
        if not right.startswith("cgroup"):  # most lines of a busy host: not worth splitting
            continue
        place, kind = left.split(" "), right.split(" ")
        if len(place) >= 6 and len(kind) >= 3 and kind[0] in ("cgroup", "cgroup2"):
            options = tuple(kind[2].split(","))
            root, point = _unescape(place[3]), _unescape(place[4])
            mounts.append(Mount(root=root, point=point, fstype=kind[0], options=options))
    return mounts


def _unescape(field: str) -> str:
    """``\\040`` is a space: blanks and backslashes are octal in mountinfo."""
    head, *rest = field.split("\\")
    for part in rest:
        octal = part[:3]
        is_octal = len(octal) == 3 and not octal.strip("01234567")
        head += chr(int(octal, 8)) + part[3:] if is_octal else "\\" + part
    return head


def parse_cgroup(text: str) -> dict[str, str]:
    """The path of the process's control group by controller, as in ``/proc/self/cgroup``; v2's key is ``""``.

    https://man7.org/linux/man-pages/man7/cgroups.7.html
    """
    groups = {}
    # Not splitlines: a group's name may hold any byte but a newline and a slash.
    for line in text.split("\n"):
        fields = line.split(":", 2)
        if len(fields) == 3:
            for controller in fields[1].split(","):
                groups[controller] = fields[2]
    return groups


def parse_cpu_max(text: str) -> float | None:
    """The limit in a v2 ``cpu.max``, in CPUs; ``None`` for ``max``, which is no limit.

    Raises ValueError, its message led by the file's name.
    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
    """
    fields = text.split()
    if len(fields) != 2:
        raise ValueError(f"cpu.max: {text[:40]!r} is not a quota and a period")
    period = _microseconds("cpu.max", fields[1])
    return None if fields[0] == "max" else _microseconds("cpu.max", fields[0]) / period


def parse_cfs(quota: str, period: str) -> float | None:
    """The limit in a v1 ``cpu.cfs_quota_us`` and ``cpu.cfs_period_us``, in CPUs; ``None`` for -1, no limit.

    Raises ValueError, its message led by the file's name.
    https://docs.kernel.org/scheduler/sched-bwc.html#management
    """
    if quota.strip() == "-1":
        return None
    return _microseconds("cpu.cfs_quota_us", quota) / _microseconds("cpu.cfs_period_us", period)


def _microseconds(name: str, text: str) -> int:
    digits = text.strip()
    # int() alone would take "1_000" and other scripts' digits; 19 digits are the kernel's 64 bits.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19 and int(digits) > 0):
        raise ValueError(f"{name}: {text[:40]!r} is not a number of microseconds")
    return int(digits)


def levels(mount: Mount, path: str) -> list[str]:
    """The directories of a control group and its ancestors, the group's own first, as far as ``mount`` shows them.

    Empty when the mount does not show the group. Both the mount's root and ``path`` are told from
    the reader's namespace, so that a leading ``/..`` means the same in both
    (https://man7.org/linux/man-pages/man7/cgroup_namespaces.7.html).
    """
    root = [name for name in mount.root.split("/") if name]
    own = [name for name in path.split("/") if name]
    below = own[len(root) :]
    # Under a root of "/.." the group "/" lies one level down, but by a name that no file tells.
    if own[: len(root)] != root or ".." in below:
        return []
    point = mount.point.rstrip("/")
    return ["/".join([point, *below[:depth]]) for depth in range(len(below), -1, -1)]


def read_limits(world: World) -> tuple[list[Quota], Missing | None]:
    """Every CPU bandwidth limit on this process, smallest first; and the fault, where one may have been overlooked.

    The groups looked at are the process's own and its ancestors up to the root of the mount:
    a limit further up, which a container cannot see, is not told.
    """
    if world.platform not in PLATFORMS:
        return [], None
    mountinfo, membership = world.text("/proc/self/mountinfo"), world.text("/proc/self/cgroup")
    if mountinfo is None:
        return [], Missing("/proc/self/mountinfo: no such file")
    if isinstance(mountinfo, Missing):
        return [], mountinfo
    if isinstance(membership, Missing):
        return [], membership
    groups = parse_cgroup(membership or "")  # a kernel without control groups has no such file
    # A controller sits in one hierarchy only: named in a v1 line, it is not in v2.
    path = groups.get("cpu", groups.get(""))
    if path is None:
        return [], None
    v2 = "cpu" not in groups
    results = []
    for directories in _ways(parse_mountinfo(mountinfo), path, v2):
        limits, fault = _walk(world, directories, v2)
        if fault is None:
            return limits, None
        results.append((limits, fault))
    return results[0] if results else ([], Missing(f"/proc/self/mountinfo: no mount shows the control group {path}"))


def _ways(mounts: list[Mount], path: str, v2: bool) -> list[list[str]]:
    """The `levels` by every mount that shows the group, the longest first."""
    on_top = {mount.point: mount for mount in mounts}  # of two on one point, the later hides the earlier
    wanted = [
        mount
        for mount in on_top.values()
        if (mount.fstype == "cgroup2" if v2 else mount.fstype == "cgroup" and "cpu" in mount.options)
    ]
    return sorted(filter(None, (levels(mount, path) for mount in wanted)), key=len, reverse=True)


def _walk(world: World, directories: list[str], v2: bool) -> tuple[list[Quota], Missing | None]:
    """The limits of some groups, smallest first, and the first fault met."""
    look = _unified if v2 else _legacy
    found = [look(world, directory) for directory in directories]
    limits = [limit for limit in found if isinstance(limit, Quota)]
    fault = next((limit for limit in found if isinstance(limit, Missing)), None)
    return sorted(limits, key=lambda limit: limit.cpus), fault


def _unified(world: World, directory: str) -> Quota | None | Missing:
    """The limit that one v2 group sets."""
    file = f"{directory}/cpu.max"
    text = world.text(file, 4096)
    if not isinstance(text, str):
        return text or _unlimited(world, directory)
    try:
        cpus = parse_cpu_max(text)
    except ValueError as error:
        return Missing(f"{directory}/{error}")
    return None if cpus is None else Quota(cpus=cpus, file=file, setting=text.strip())


def _legacy(world: World, directory: str) -> Quota | None | Missing:
    """The limit that one v1 group sets."""
    file = f"{directory}/cpu.cfs_quota_us"
    text = world.text(file, 4096)
    if not isinstance(text, str):
        return text or _unlimited(world, directory)
    if text.strip() == "-1":  # spares the second file
        return None
    period = world.text(f"{directory}/cpu.cfs_period_us", 4096)
    if not isinstance(period, str):
        return period or Missing(f"{directory}/cpu.cfs_period_us: no such file")
    try:
        cpus = parse_cfs(text, period)
    except ValueError as error:
        return Missing(f"{directory}/{error}")
    return None if cpus is None else Quota(cpus=cpus, file=file, setting=text.strip())


def _unlimited(world: World, directory: str) -> Missing | None:
    """A group without the file has no limit: a v2 root, a controller not enabled, a kernel without bandwidth control.

    What has no ``cgroup.procs`` is no group: something else is mounted over it.
    """
    return None if world.is_file(f"{directory}/cgroup.procs") else Missing(f"{directory}: not a control group")
