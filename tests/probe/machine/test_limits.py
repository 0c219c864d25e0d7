"""Limits on tasks, and workers in a project's settings, read from fixture trees."""

from pathlib import Path

import pytest

from envdoctor.facts import TaskLimit, Workers
from envdoctor.probe.machine.limits import parse_addopts, read
from envdoctor.probe.world import World


def a_machine(root: Path, files: dict[str, str]) -> World:
    """A v2 hierarchy with the process in /a/b, and ``files``."""
    defaults = {
        "proc/self/mountinfo": "25 21 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "proc/self/cgroup": "0::/a/b\n",
    }
    for name, text in (defaults | files).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return World(root=str(root), home="/root", cwd="/", environ={}, platform="linux")


def test_the_group_with_the_least_room_comes_first(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/a/b/pids.max": "max\n",
        "sys/fs/cgroup/a/pids.max": "100\n",
        "sys/fs/cgroup/a/pids.current": "90\n",
        "sys/fs/cgroup/pids.max": "4096\n",
        "sys/fs/cgroup/pids.current": "95\n",
    }
    assert read(a_machine(tmp_path, files), None).tasks == [
        TaskLimit(file="/sys/fs/cgroup/a/pids.max", maximum=100, current=90),
        TaskLimit(file="/sys/fs/cgroup/pids.max", maximum=4096, current=95),
    ]


def test_the_first_version_of_the_controller_is_read_too(tmp_path: Path) -> None:
    files = {
        "proc/self/mountinfo": "30 25 0:26 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n",
        "proc/self/cgroup": "5:pids:/job\n0::/\n",
        "sys/fs/cgroup/pids/job/pids.max": "50\n",
    }
    (limit,) = read(a_machine(tmp_path, files), None).tasks  # type: ignore[misc]
    assert (limit.file, limit.maximum, limit.current) == ("/sys/fs/cgroup/pids/job/pids.max", 50, None)


def test_without_a_limit_there_is_none(tmp_path: Path) -> None:
    assert read(a_machine(tmp_path, {}), None).tasks == []


@pytest.mark.posix
@pytest.mark.parametrize(
    ("space", "data", "memory"),
    [(-1, -1, None), (1 << 30, -1, 1 << 30), (-1, 1 << 29, 1 << 29), (1 << 30, 1 << 29, 1 << 29)],
)
def test_the_smaller_limit_on_memory_counts(
    space: int, data: int, memory: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    soft = {resource.RLIMIT_AS: space, resource.RLIMIT_DATA: data}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (soft.get(kind, -1), -1))
    assert read(a_machine(tmp_path, {}), None).memory == memory


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('addopts = "-n auto -q"', [("-n auto", "auto")]),
        ('addopts = ["-ra", "-n", "8"]', [('-n", "8', "8")]),
        ("[pytest]\naddopts = -q\n    -n4\n", [("-n4", "4")]),
        ('addopts = "--numprocesses=logical"', [("--numprocesses=logical", "logical")]),
        ('addopts = "-q --no-header"', []),
        ('addopts = "-q"\nother = "-n 4"', []),
    ],
)
def test_workers_are_read_from_addopts(text: str, found: list[tuple[str, str]]) -> None:
    assert parse_addopts(text) == found


def test_workers_and_a_limit_beside_them_are_told(tmp_path: Path) -> None:
    world = a_machine(tmp_path, {"p/pytest.ini": "[pytest]\naddopts = -n 4\nenv = OMP_NUM_THREADS=1\n"})
    told = Workers(tool="pytest-xdist", file="/p/pytest.ini", setting="-n 4", count=4, limited=True)
    assert read(world, "/p").workers == [told]


def test_no_workers_are_none(tmp_path: Path) -> None:
    assert read(a_machine(tmp_path, {"p/pytest.ini": "[pytest]\naddopts = -n 0\n"}), "/p").workers == []
