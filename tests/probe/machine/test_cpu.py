"""Processors counted on fixture trees, and on this machine under a real quota and a real mask."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import envdoctor.probe.machine.cpu
from envdoctor.facts.base import Missing
from envdoctor.facts.cpu import Quota
from envdoctor.probe.machine.cgroup import levels, parse_cgroup, parse_mountinfo
from envdoctor.probe.machine.cpu import parse_cpu_list, parse_cpuinfo, read, usable_cpus
from envdoctor.probe.world import World, this_world

SOURCES = str(Path(envdoctor.probe.machine.cpu.__file__).parents[3])

# Read off a virtual machine; the flags are cut short.
X86 = """\
processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 26
model\t\t: 2
model name\t: AMD EPYC
fpu_exception\t: yes
flags\t\t: fpu vme avx2 avx512f
bugs\t\t: sysret_ss_attrs null_seg

processor\t: 1
model name\t: Another
flags\t\t: fpu
"""
# arch/arm64/kernel/cpuinfo.c, c_show:
# https://github.com/torvalds/linux/blob/master/arch/arm64/kernel/cpuinfo.c
ARM64 = """\
processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes pmull sha1
CPU implementer\t: 0x41
CPU part\t: 0xd0c

"""


def a_machine(root: Path, files: dict[str, str], platform: str = "linux") -> World:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return World(root=str(root), home="/root", cwd="/", environ={}, platform=platform)


def siblings(*lists: str) -> dict[str, str]:
    """The sysfs files of CPUs 0, 1, … with these lists of siblings."""
    folder = "sys/devices/system/cpu"
    files = {f"{folder}/cpu{cpu}/topology/thread_siblings_list": f"{text}\n" for cpu, text in enumerate(lists)}
    return {f"{folder}/online": f"0-{len(lists) - 1}\n", **files}


# ---- parsers


def test_a_cpu_list_has_numbers_and_ranges() -> None:
    # https://man7.org/linux/man-pages/man7/cpuset.7.html, list format
    assert parse_cpu_list("0-3,8,10-11\n") == [0, 1, 2, 3, 8, 10, 11]
    assert parse_cpu_list("0\n") == [0]
    assert parse_cpu_list("\n") == []


@pytest.mark.parametrize("text", ["x", "3-1", "0-4294967295", "-1", "1-", "0--2"])
def test_garbage_in_a_cpu_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a list|invalid literal"):
        parse_cpu_list(text)


def test_x86_names_its_model_and_flags_and_the_first_processor_counts() -> None:
    assert parse_cpuinfo(X86) == ("AMD EPYC", ["fpu", "vme", "avx2", "avx512f"])


def test_arm_names_features_and_no_model() -> None:
    assert parse_cpuinfo(ARM64) == (None, ["fp", "asimd", "evtstrm", "aes", "pmull", "sha1"])


def test_a_line_cut_short_by_the_reading_limit_is_not_believed() -> None:
    assert parse_cpuinfo("model name\t: AMD EPYC\nflags\t\t: fpu av") == ("AMD EPYC", None)


def test_another_processors_description_gives_nothing() -> None:
    # RISC-V: https://docs.kernel.org/arch/riscv/uabi.html
    assert parse_cpuinfo("processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdc\n\n") == (None, None)


# ---- what may be used


@pytest.mark.parametrize(
    ("affinity", "quotas", "expected"),
    [(8, [], 8), (8, [1.5], 2), (8, [4.0], 4), (2, [4.0], 2), (8, [0.01], 1), (8, [0.5, 6.0], 1), (0, [], 1)],
)
def test_usable_is_affinity_or_the_quota_rounded_up(affinity: int, quotas: list[float], expected: int) -> None:
    assert usable_cpus(affinity, [Quota(cpus=cpus, file="f", setting="s") for cpus in quotas]) == expected


def test_a_quota_is_told_with_every_limit_it_came_from(tmp_path: Path) -> None:
    files = {
        "proc/self/mountinfo": "25 21 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "proc/self/cgroup": "0::/a\n",
        "sys/fs/cgroup/a/cpu.max": "400000 100000\n",
        "sys/fs/cgroup/cpu.max": "50000 100000\n",
    }
    cpu = read(a_machine(tmp_path, files))
    assert (cpu.quota, cpu.usable) == (0.5, 1)
    assert cpu.quotas == [
        Quota(cpus=0.5, file="/sys/fs/cgroup/cpu.max", setting="50000 100000"),
        Quota(cpus=4.0, file="/sys/fs/cgroup/a/cpu.max", setting="400000 100000"),
    ]


def test_an_unreadable_limit_leaves_the_quota_unknown_and_the_rest_known(tmp_path: Path) -> None:
    files = {
        "proc/self/mountinfo": "25 21 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "proc/self/cgroup": "0::/a\n",
        "sys/fs/cgroup/a/cpu.max": "garbage\n",
        "sys/fs/cgroup/cpu.max": "50000 100000\n",
    }
    cpu = read(a_machine(tmp_path, files))
    assert isinstance(cpu.quota, Missing)
    assert isinstance(cpu.quotas, list)
    assert [quota.cpus for quota in cpu.quotas] == [0.5]
    assert cpu.usable == 1


def test_limits_that_could_not_be_looked_for_are_not_reported_as_none(tmp_path: Path) -> None:
    cpu = read(a_machine(tmp_path, siblings("0")))
    assert cpu.quota == cpu.quotas == Missing("/proc/self/mountinfo: no such file")
    assert cpu.usable == cpu.affinity >= 1


# ---- counts


def test_online_cpus_are_counted_and_siblings_share_a_core(tmp_path: Path) -> None:
    # Two cores of two threads: https://docs.kernel.org/admin-guide/cputopology.html
    cpu = read(a_machine(tmp_path, siblings("0,2", "1,3", "0,2", "1,3")))
    assert (cpu.logical, cpu.physical) == (4, 2)


def test_cores_with_and_without_a_second_thread_are_counted_apart(tmp_path: Path) -> None:
    # Performance and efficiency cores: the first have two threads, the second one.
    cpu = read(a_machine(tmp_path, siblings("0-1", "0-1", "2", "3")))
    assert (cpu.logical, cpu.physical) == (4, 3)


def test_without_multithreading_every_cpu_is_a_core(tmp_path: Path) -> None:
    # Read off a virtual machine: smt/active is 0 and smt/control "notsupported".
    files = {"sys/devices/system/cpu/online": "0-63\n", "sys/devices/system/cpu/smt/active": "0\n"}
    cpu = read(a_machine(tmp_path, files))
    assert (cpu.logical, cpu.physical) == (64, 64)


def test_cores_are_not_guessed(tmp_path: Path) -> None:
    assert read(a_machine(tmp_path, {"sys/devices/system/cpu/online": "0-3\n"})).physical is None
    assert read(a_machine(tmp_path / "bare", {})).physical is None


def test_a_broken_list_of_siblings_is_unknown_and_named(tmp_path: Path) -> None:
    physical = read(a_machine(tmp_path, siblings("zero"))).physical
    assert isinstance(physical, Missing)
    assert physical.reason.startswith("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list: ")


def test_without_a_list_of_online_cpus_python_is_asked(tmp_path: Path) -> None:
    assert read(a_machine(tmp_path, {})).logical == os.cpu_count()
    assert read(a_machine(tmp_path, {"sys/devices/system/cpu/online": "all of them\n"})).logical == os.cpu_count()


def test_model_and_features_come_from_cpuinfo(tmp_path: Path) -> None:
    cpu = read(a_machine(tmp_path, {"proc/cpuinfo": X86}))
    assert (cpu.model, cpu.features) == ("AMD EPYC", ["fpu", "vme", "avx2", "avx512f"])


def test_features_that_are_not_told_are_unknown(tmp_path: Path) -> None:
    assert read(a_machine(tmp_path, {})).features == Missing("/proc/cpuinfo: no such file")
    cpu = read(a_machine(tmp_path, {"proc/cpuinfo": "processor\t: 0\n"}))
    assert cpu.features == Missing("/proc/cpuinfo: no flags, no Features")


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_only_python_is_asked(tmp_path: Path, platform: str) -> None:
    files = {"proc/cpuinfo": X86, **siblings("0,1", "0,1")}
    cpu = read(a_machine(tmp_path, files, platform))
    assert (cpu.logical, cpu.physical, cpu.model) == (os.cpu_count(), None, None)
    assert (cpu.quota, cpu.quotas, cpu.usable) == (None, [], cpu.affinity)
    assert cpu.features == Missing(f"processor features are not read on {platform}")


# ---- this machine

TELL = """
import msgspec, sys
from envdoctor.probe.machine.cpu import read
from envdoctor.probe.world import this_world
sys.stdout.write(msgspec.json.encode(read(this_world())).decode())
"""
ENTER = "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); os.execvp(sys.argv[2], sys.argv[2:])"
PYTHON_TELL = [sys.executable, "-c", TELL]


def told_by(*command: str) -> dict[str, Any]:
    """What `read` says in a child process."""
    environ = {**os.environ, "PYTHONPATH": SOURCES}
    result = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def told_inside(group: Path, *command: str) -> dict[str, Any]:
    """What ``command`` says when started in a control group."""
    return told_by(sys.executable, "-c", ENTER, str(group / "cgroup.procs"), *command)


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="no /sys, no /proc")
def test_this_machine_is_counted_as_python_counts_it() -> None:
    if "PYTHON_CPU_COUNT" in os.environ:
        pytest.skip("os.cpu_count has been overridden")
    cpu = read(this_world())
    assert (cpu.logical, cpu.affinity) == (os.cpu_count(), len(os.sched_getaffinity(0)))
    assert isinstance(cpu.physical, int)
    assert 1 <= cpu.physical <= cpu.logical
    assert 1 <= cpu.usable <= cpu.affinity
    assert isinstance(cpu.features, list)
    assert "fpu" in cpu.features or "fp" in cpu.features


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="masks are set so on Linux only")
def test_a_mask_of_one_cpu_leaves_one_usable() -> None:
    narrow = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
    told = told_by(sys.executable, "-c", narrow + TELL)
    assert (told["affinity"], told["usable"]) == (1, 1)
    assert told["logical"] == read(this_world()).logical


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="read from /sys on Linux only")
@pytest.mark.skipif(sys.version_info < (3, 13), reason="Python has the override since 3.13")
def test_pythons_own_override_does_not_change_the_machine() -> None:
    # https://docs.python.org/3/using/cmdline.html#envvar-PYTHON_CPU_COUNT
    told = told_by("env", "PYTHON_CPU_COUNT=77", *PYTHON_TELL)
    assert told["logical"] == read(this_world()).logical


Maker = Callable[[str, int], Path]


def own_group(folder: Path) -> Path | None:
    """This process's group in a v1 cpu hierarchy that can be written, mounted at ``folder`` if nowhere else."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return None
    path = parse_cgroup(Path("/proc/self/cgroup").read_text()).get("cpu")
    if path is None:
        return None
    for _ in range(2):
        for mount in parse_mountinfo(Path("/proc/self/mountinfo").read_text()):
            found = levels(mount, path) if mount.fstype == "cgroup" and "cpu" in mount.options else []
            # access() knows of read-only mounts, which containers have
            if found and os.access(found[0], os.W_OK) and Path(found[0], "cpu.cfs_quota_us").exists():
                return Path(found[0])
        subprocess.run(["mount", "-t", "cgroup", "-o", "cpu", "none", str(folder)], capture_output=True, check=False)
    return None


@pytest.fixture
def make_group(tmp_path: Path) -> Iterator[Maker]:
    """Make a control group with a quota in microseconds per 100 ms; all are removed afterwards."""
    folder = tmp_path / "cpu"
    folder.mkdir()
    base = own_group(folder)
    if base is None:
        pytest.skip("no v1 cpu hierarchy that can be written")
    made: list[Path] = []

    def make(name: str, quota: int) -> Path:
        group = base / f"envdoctor-{os.getpid()}" / name
        for missing in [parent for parent in (group.parent, group) if not parent.exists()]:
            missing.mkdir()
            made.append(missing)
        (group / "cpu.cfs_period_us").write_text("100000")
        (group / "cpu.cfs_quota_us").write_text(str(quota))
        return group

    try:
        yield make
    finally:
        for group in reversed(made):
            for _ in range(100):  # a group is busy until its last process has been reaped
                try:
                    group.rmdir()
                    break
                except OSError:
                    time.sleep(0.02)
        if os.path.ismount(folder):
            subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.root
@pytest.mark.real
def test_a_real_quota_of_one_cpu_is_read(make_group: Maker) -> None:
    group = make_group("work", 100_000)
    told = told_inside(group, *PYTHON_TELL)
    assert (told["quota"], told["usable"]) == (1.0, 1)
    assert told["quotas"][0]["setting"] == "100000"
    assert told["quotas"][0]["file"].endswith(f"/{group.parent.name}/work/cpu.cfs_quota_us")


@pytest.mark.root
@pytest.mark.real
def test_a_real_parents_quota_holds_where_the_child_has_none(make_group: Maker) -> None:
    parent = make_group(".", 100_000)
    child = make_group("work", -1)
    told = told_inside(child, *PYTHON_TELL)
    assert (told["quota"], told["usable"]) == (1.0, 1)
    assert told["quotas"][0]["file"].endswith(f"/{parent.name}/cpu.cfs_quota_us")


@pytest.mark.root
@pytest.mark.real
def test_a_real_quota_is_read_from_within_a_namespace(make_group: Maker, tmp_path: Path) -> None:
    unshare = shutil.which("unshare") or pytest.skip("no unshare")
    mounted = tmp_path / "namespaced"
    mounted.mkdir()
    script = f'mount -t cgroup -o cpu none "{mounted}" && exec "$@"'
    wrapped = [unshare, "--cgroup", "--mount", "sh", "-c", script, "sh", *PYTHON_TELL]
    told = told_inside(make_group("work", 100_000), *wrapped)
    assert (told["quota"], told["usable"]) == (1.0, 1)
    assert told["quotas"][0]["file"] == f"{mounted}/cpu.cfs_quota_us"


@pytest.mark.root
@pytest.mark.real
def test_a_real_namespace_without_a_mount_of_its_own_leaves_the_quota_unknown(make_group: Maker) -> None:
    unshare = shutil.which("unshare") or pytest.skip("no unshare")
    told = told_inside(make_group("work", 100_000), unshare, "--cgroup", *PYTHON_TELL)
    assert told["quota"] == {"missing": "/proc/self/mountinfo: no mount shows the control group /"}
