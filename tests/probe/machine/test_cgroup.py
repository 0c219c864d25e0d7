"""Limits found in control groups: the shapes of files are those of machines named beside them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from envdoctor.facts.base import Missing
from envdoctor.facts.cpu import Quota
from envdoctor.probe.machine.cgroup import (
    Mount,
    levels,
    parse_cfs,
    parse_cgroup,
    parse_cpu_max,
    parse_mountinfo,
    read_limits,
)
from envdoctor.probe.world import World

# Read off a virtual machine (kernel 6.18) with v1 controllers mounted singly, beside a v2 hierarchy.
HYBRID_MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard,resv_strict,resuid=65534,resgid=65534
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""
HYBRID_GROUPS = """\
9:name=systemd:/
4:memory:/process_api/dc99847df29ab25e4035d33b5d602dce
3:cpuset:/
2:cpuacct:/
1:cpu:/
0::/
"""

# https://github.com/elastic/apm-agent-java/pull/2352 (Docker, v2, private namespace)
DOCKER_V2_MOUNTS = """\
473 387 0:143 / / rw,relatime master:181 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/HOY5T
474 473 0:146 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
477 473 0:149 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
486 477 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw
"""

# https://github.com/dotnet/coreclr/pull/13895 (Docker under systemd, v1, no namespace) and, for the
# order "cpuacct,cpu" in both files, https://github.com/moby/moby/issues/9365
DOCKER_SCOPE = "/system.slice/docker-654dd7b6b8bbfe1739ae3309b471e95ccc82b3a3f56b7879f0a811d68b5c4e1d.scope"
DOCKER_V1_MOUNTS = (
    f"354 347 0:28 {DOCKER_SCOPE} /sys/fs/cgroup/cpuacct,cpu ro,nosuid,nodev,noexec,relatime"
    " - cgroup cgroup rw,cpuacct,cpu\n"
)
DOCKER_V1_GROUPS = f"4:memory:{DOCKER_SCOPE}\n3:cpuacct,cpu:{DOCKER_SCOPE}\n2:cpuset:/\n"

# https://github.com/moby/moby/issues/34584 (a Kubernetes pod, v1, cgroupfs driver)
POD = "/kubepods/besteffort/pod9a18ffb8-8513-11e7-b26e-7e29fbe2a5a3"
CONTAINER = f"{POD}/d28e0087cf8f3f0429f755d60b0de415b20fcf76736ded7bab6e30e7b739ee36"
KUBERNETES_V1_MOUNTS = (
    f"396 394 0:21 {CONTAINER} /sys/fs/cgroup/cpu ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpu\n"
)

V2 = Mount(root="/", point="/sys/fs/cgroup", fstype="cgroup2", options=("rw",))
V2_MOUNTS = "25 21 0:22 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
V1_MOUNTS = (
    "30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
)


def a_machine(root: Path, mounts: str, groups: str, files: dict[str, str]) -> World:
    """A tree with the two files of /proc, and ``files`` below /sys/fs/cgroup, each in a group of its own."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text(mounts)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        file = root / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        for folder in (file.parent, *file.parent.parents):
            if folder == root / "sys/fs":
                break
            (folder / "cgroup.procs").touch()
    return World(root=str(root), home="/root", cwd="/", environ={}, platform="linux")


def reason_of(fault: Missing | None) -> str:
    assert fault is not None
    return fault.reason


# ---- /proc/self/mountinfo


def test_only_control_group_mounts_are_kept() -> None:
    cpu, cpuacct, cpuset, systemd, unified = parse_mountinfo(HYBRID_MOUNTS)
    assert cpu == Mount(root="/", point="/sys/fs/cgroup/cpu", fstype="cgroup", options=("rw", "cpu"))
    assert unified == Mount(root="/", point="/sys/fs/cgroup/unified", fstype="cgroup2", options=("rw",))
    assert [mount.options[-1] for mount in (cpuacct, cpuset, systemd)] == ["cpuacct", "cpuset", "name=systemd"]


def test_optional_fields_are_passed_over_however_many() -> None:
    # https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html, field 7
    line = "30 25 0:26 / /cg rw shared:10 master:17 propagate_from:2 - cgroup2 cgroup rw\n"
    assert [mount.point for mount in parse_mountinfo(line)] == ["/cg"]


def test_a_dash_in_the_mount_root_does_not_end_the_fields() -> None:
    (mount,) = parse_mountinfo(DOCKER_V1_MOUNTS)
    assert (mount.root, mount.point) == (DOCKER_SCOPE, "/sys/fs/cgroup/cpuacct,cpu")


def test_octal_escapes_are_undone() -> None:
    # The mount point's \\040 read off a machine with a bind mount on "/tmp/ed m"; the set of escapes:
    # https://github.com/golang/go/blob/master/src/internal/runtime/cgroup/cgroup.go (unescapePath)
    line = r"63 43 0:29 /a\134x2d /tmp/ed\040m\011 rw,relatime - cgroup cgroup rw,cpu"
    (mount,) = parse_mountinfo(line)
    assert (mount.root, mount.point) == ("/a\\x2d", "/tmp/ed m\t")


@pytest.mark.parametrize("text", ["", "\n", "garbage", "a b - cgroup", "1 2 3 - cgroup2 cgroup rw", " - cgroup "])
def test_lines_of_another_form_are_passed_over(text: str) -> None:
    assert parse_mountinfo(text) == []


def test_a_backslash_that_begins_no_escape_stays() -> None:
    (mount,) = parse_mountinfo("1 2 0:1 / /a\\9\\048\\ rw - cgroup2 cgroup rw")
    assert mount.point == "/a\\9\\048\\"


def test_other_file_systems_named_like_cgroups_are_passed_over() -> None:
    # lxcfs: https://github.com/lxc/lxcfs/issues/502
    lines = "7 1 0:50 / /proc/cpuinfo rw,nosuid,nodev - fuse.lxcfs lxcfs rw\n8 1 0:9 / /x rw - cgroup3 none rw\n"
    assert parse_mountinfo(lines) == []


# ---- /proc/self/cgroup


def test_each_controller_has_its_path_and_v2_has_the_empty_name() -> None:
    groups = parse_cgroup(HYBRID_GROUPS)
    assert (groups["cpu"], groups[""], groups["memory"]) == ("/", "/", "/process_api/dc99847df29ab25e4035d33b5d602dce")


@pytest.mark.parametrize("together", ["cpu,cpuacct", "cpuacct,cpu"])
def test_controllers_mounted_together_are_told_apart_in_either_order(together: str) -> None:
    # Debian and CentOS 7 differ: https://github.com/moby/moby/issues/9365
    assert parse_cgroup(f"3:{together}:/a\n2:cpuset:/b\n")["cpu"] == "/a"


def test_a_path_may_hold_colons() -> None:
    # containerd under systemd: https://github.com/elastic/apm-agent-nodejs/issues/3550
    path = "/system.slice/containerd.service/kubepods-burstable-podff49.slice:cri-containerd:0f99ad5f"
    assert parse_cgroup(f"4:cpu,cpuacct:{path}\n")["cpu"] == path


def test_a_path_may_hold_what_other_texts_take_for_a_line_end() -> None:
    assert parse_cgroup("0::/a\x0bb\x85c\n") == {"": "/a\x0bb\x85c"}


def test_broken_lines_are_passed_over() -> None:
    assert parse_cgroup("\nnothing\n1:cpu\n") == {}


# ---- cpu.max, cpu.cfs_quota_us: https://docs.kernel.org/admin-guide/cgroup-v2.html,
# https://docs.kernel.org/scheduler/sched-bwc.html


def test_cpu_max_is_quota_over_period() -> None:
    assert parse_cpu_max("400000 100000\n") == 4.0
    assert parse_cpu_max("150000 100000\n") == 1.5


def test_cpu_max_of_max_is_no_limit() -> None:
    assert parse_cpu_max("max 100000\n") is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "max", "400000", "400000 0", "0 100000", "-1 100000", "max 0", "a b", "4e5 100000", "400000us 100000"),
        *("1_0 100000", "\u0661 100000", "400000 100000 0", "9" * 400 + " 1"),
    ],
)
def test_garbage_in_cpu_max_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"^cpu\.max: '.* is not"):
        parse_cpu_max(text)


def test_cfs_is_quota_over_period() -> None:
    assert parse_cfs("50000\n", "100000\n") == 0.5


def test_a_cfs_quota_of_minus_one_is_no_limit() -> None:
    assert parse_cfs("-1\n", "100000\n") is None


@pytest.mark.parametrize(
    ("quota", "period", "file"),
    [
        *((quota, "100000", "cpu.cfs_quota_us") for quota in ("0", "", "max", "-2", "1 2", "1.5")),
        *(("100000", period, "cpu.cfs_period_us") for period in ("0", "", "-1", "x")),
    ],
)
def test_garbage_in_cfs_files_is_refused_by_name(quota: str, period: str, file: str) -> None:
    with pytest.raises(ValueError, match=rf"^{file}: '"):
        parse_cfs(quota, period)


# ---- which directories


def test_the_levels_run_from_the_own_group_to_the_mount_root() -> None:
    # systemd: https://systemd.io/CGROUP_DELEGATION/
    assert levels(V2, "/user.slice/user-1000.slice/session-2.scope") == [
        "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope",
        "/sys/fs/cgroup/user.slice/user-1000.slice",
        "/sys/fs/cgroup/user.slice",
        "/sys/fs/cgroup",
    ]


def test_a_mount_of_the_group_itself_shows_it_at_the_mount_point() -> None:
    (mount,) = parse_mountinfo(KUBERNETES_V1_MOUNTS)
    assert levels(mount, CONTAINER) == ["/sys/fs/cgroup/cpu"]
    assert levels(mount, f"{CONTAINER}/inner") == ["/sys/fs/cgroup/cpu/inner", "/sys/fs/cgroup/cpu"]


def test_a_mount_of_another_group_shows_nothing() -> None:
    (mount,) = parse_mountinfo(KUBERNETES_V1_MOUNTS)
    assert levels(mount, "/") == []
    assert levels(mount, f"{CONTAINER}0") == []


@pytest.mark.parametrize(
    ("root", "path", "expected"),
    [
        # Read off a machine with `unshare --cgroup` in group /edtry/inner: the old mount, then the
        # process moved to the hierarchy's root, then a bind mount of /edtry.
        ("/../..", "/", []),
        ("/../..", "/../..", ["/cg"]),
        ("/..", "/", []),
        # `nsenter -C`: https://github.com/util-linux/util-linux/issues/2006
        ("/", "/../../../user.slice/user-60122.slice", []),
        ("/..", "/../sibling", ["/cg/sibling", "/cg"]),
        ("/..", "/../../sibling", []),
    ],
)
def test_paths_above_the_namespace_are_followed_only_where_names_are_told(
    root: str, path: str, expected: list[str]
) -> None:
    assert levels(Mount(root=root, point="/cg", fstype="cgroup2"), path) == expected


def test_a_mount_on_the_root_directory_gives_absolute_paths() -> None:
    assert levels(Mount(root="/", point="/", fstype="cgroup2"), "/a") == ["/a", ""]


# ---- whole machines


def test_docker_v2_in_its_own_namespace_has_the_limit_at_the_mount_point(tmp_path: Path) -> None:
    # `docker run --cpus 1.5`: https://docs.docker.com/engine/containers/resource_constraints/
    world = a_machine(tmp_path, DOCKER_V2_MOUNTS, "0::/\n", {"cpu.max": "150000 100000\n"})
    assert read_limits(world) == ([Quota(cpus=1.5, file="/sys/fs/cgroup/cpu.max", setting="150000 100000")], None)


def test_docker_v1_has_the_limit_at_the_mount_point(tmp_path: Path) -> None:
    files = {"cpuacct,cpu/cpu.cfs_quota_us": "200000\n", "cpuacct,cpu/cpu.cfs_period_us": "100000\n"}
    world = a_machine(tmp_path, DOCKER_V1_MOUNTS, DOCKER_V1_GROUPS, files)
    expected = Quota(cpus=2.0, file="/sys/fs/cgroup/cpuacct,cpu/cpu.cfs_quota_us", setting="200000")
    assert read_limits(world) == ([expected], None)


def test_kubernetes_v1_has_the_limit_at_the_mount_point(tmp_path: Path) -> None:
    files = {"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}
    limits, fault = read_limits(a_machine(tmp_path, KUBERNETES_V1_MOUNTS, f"2:cpu:{CONTAINER}\n", files))
    assert ([limit.cpus for limit in limits], fault) == ([0.5], None)


def test_kubernetes_v2_without_a_namespace_shows_the_pods_limit_too(tmp_path: Path) -> None:
    # Names as in https://github.com/netdata/netdata/issues/4868
    pod = "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pode1465238_4518_4c21_832f_fd9f87033dad.slice"
    scope = f"{pod}/cri-containerd-66be9b2efdf4d85288c319b8c1a2f50d2439b5617e36f45d9d0d0be1381113be.scope"
    files = {
        f"{scope}/cpu.max": "max 100000\n",
        f"{pod}/cpu.max": "300000 100000\n",
        "kubepods.slice/cpu.max": "max 100000\n",
    }
    world = a_machine(tmp_path, V2_MOUNTS, f"0::/{scope}\n", files)
    expected = Quota(cpus=3.0, file=f"/sys/fs/cgroup/{pod}/cpu.max", setting="300000 100000")
    assert read_limits(world) == ([expected], None)


def test_an_ancestors_quota_wins_when_it_is_stricter(tmp_path: Path) -> None:
    # systemd, CPUQuota= in a slice: https://github.com/systemd/systemd/issues/9623
    slices = "system.slice/system-child.slice"
    files = {
        f"{slices}/work.service/cpu.max": "400000 100000\n",
        f"{slices}/cpu.max": "50000 100000\n",
        "system.slice/cpu.max": "max 100000\n",
    }
    limits, fault = read_limits(a_machine(tmp_path, V2_MOUNTS, f"0::/{slices}/work.service\n", files))
    assert [(limit.cpus, limit.file) for limit in limits] == [
        (0.5, f"/sys/fs/cgroup/{slices}/cpu.max"),
        (4.0, f"/sys/fs/cgroup/{slices}/work.service/cpu.max"),
    ]
    assert fault is None


def test_a_group_whose_controller_is_not_enabled_has_no_limit_of_its_own(tmp_path: Path) -> None:
    # systemd enables the controller only where it is asked for: https://github.com/systemd/systemd/issues/9733
    files = {"user.slice/cpu.max": "100000 100000\n", "user.slice/user-1000.slice/cgroup.procs": ""}
    limits, fault = read_limits(a_machine(tmp_path, V2_MOUNTS, "0::/user.slice/user-1000.slice\n", files))
    assert ([limit.cpus for limit in limits], fault) == ([1.0], None)


def test_slurm_v1_has_the_limit_of_any_level(tmp_path: Path) -> None:
    # /slurm/uid_%/job_%/step_%: https://slurm.schedmd.com/cgroups.html
    step = "/slurm/uid_0/job_1/step_0"
    files = {
        f"cpu,cpuacct{step}/cpu.cfs_quota_us": "-1\n",
        "cpu,cpuacct/slurm/uid_0/job_1/cpu.cfs_quota_us": "800000\n",
        "cpu,cpuacct/slurm/uid_0/job_1/cpu.cfs_period_us": "100000\n",
        "cpu,cpuacct/slurm/cpu.cfs_quota_us": "-1\n",
        "cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
    }
    limits, fault = read_limits(a_machine(tmp_path, V1_MOUNTS, f"5:cpuacct,cpu:{step}\n1:name=systemd:/x\n", files))
    assert ([limit.cpus for limit in limits], fault) == ([8.0], None)


@pytest.mark.parametrize("group", ["/", "/.lxc"])
def test_lxc_shows_the_containers_limit_from_its_root_and_from_an_attached_shell(tmp_path: Path, group: str) -> None:
    # https://github.com/lxc/lxc/issues/3373: "/" for the container's own, "/.lxc" for lxc-attach
    files = {"cpu.max": "200000 100000\n", ".lxc/cpu.max": "max 100000\n"}
    limits, fault = read_limits(a_machine(tmp_path, V2_MOUNTS, f"0::{group}\n", files))
    assert ([limit.cpus for limit in limits], fault) == ([2.0], None)


def test_a_group_outside_the_namespace_is_unknown_not_unlimited(tmp_path: Path) -> None:
    # https://github.com/util-linux/util-linux/issues/2006, https://github.com/lxc/lxcfs/issues/598
    world = a_machine(tmp_path, V2_MOUNTS, "0::/../../user.slice\n", {"cpu.max": "200000 100000\n"})
    limits, fault = read_limits(world)
    assert limits == []
    assert reason_of(fault) == "/proc/self/mountinfo: no mount shows the control group /../../user.slice"


def test_on_a_hybrid_machine_v1_holds_the_cpu_controller(tmp_path: Path) -> None:
    files = {
        "cpu/cpu.cfs_quota_us": "100000\n",
        "cpu/cpu.cfs_period_us": "100000\n",
        "unified/cpu.max": "1000 100000\n",
    }
    limits, fault = read_limits(a_machine(tmp_path, HYBRID_MOUNTS, HYBRID_GROUPS, files))
    assert ([limit.file for limit in limits], fault) == (["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"], None)


def test_on_a_hybrid_machine_whose_cpu_controller_is_not_in_v1_it_is_in_v2(tmp_path: Path) -> None:
    # cgroup_no_v1=cpu: https://docs.kernel.org/admin-guide/cgroup-v2.html#mounting
    mounts = HYBRID_MOUNTS.replace("rw,cpu\n", "rw,freezer\n")
    groups = HYBRID_GROUPS.replace("1:cpu:", "1:freezer:")
    limits, fault = read_limits(a_machine(tmp_path, mounts, groups, {"unified/cpu.max": "300000 100000\n"}))
    assert ([limit.file for limit in limits], fault) == (["/sys/fs/cgroup/unified/cpu.max"], None)


def test_of_two_mounts_that_show_the_group_the_one_with_more_ancestors_is_read(tmp_path: Path) -> None:
    # The node image of kind and minikube binds the container's group into the host's tree:
    # https://github.com/kubernetes/minikube/issues/11139
    mounts = (
        "2 1 0:26 /docker/5ffb /sys/fs/cgroup/cpu/docker/5ffb rw - cgroup cgroup rw,cpu\n"
        "1 9 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    )
    files = {
        "cpu/docker/5ffb/cpu.cfs_quota_us": "400000\n",
        "cpu/docker/5ffb/cpu.cfs_period_us": "100000\n",
        "cpu/docker/cpu.cfs_quota_us": "100000\n",
        "cpu/docker/cpu.cfs_period_us": "100000\n",
    }
    limits, fault = read_limits(a_machine(tmp_path, mounts, "1:cpu:/docker/5ffb\n", files))
    assert ([limit.cpus for limit in limits], fault) == ([1.0, 4.0], None)


def test_of_two_mounts_on_one_point_the_later_counts(tmp_path: Path) -> None:
    # Docker mounts the container's group over a bind mount of the host's tree:
    # https://github.com/sosy-lab/benchexec/issues/289
    mounts = (
        "1 9 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        "2 1 0:26 /docker/5ffb /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n"
    )
    files = {
        "cpu/cpu.cfs_quota_us": "200000\n",
        "cpu/cpu.cfs_period_us": "100000\n",
        # A group of Docker's within the container's, where the hidden mount would have had the container's.
        "cpu/docker/5ffb/cpu.cfs_quota_us": "100000\n",
        "cpu/docker/5ffb/cpu.cfs_period_us": "100000\n",
    }
    limits, fault = read_limits(a_machine(tmp_path, mounts, "1:cpu:/docker/5ffb\n", files))
    assert ([limit.cpus for limit in limits], fault) == ([2.0], None)


def test_a_mount_hidden_under_something_else_gives_way_to_one_that_is_not(tmp_path: Path) -> None:
    mounts = "1 9 0:26 / /hidden rw - cgroup2 cgroup rw\n2 9 0:26 /a /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
    limits, fault = read_limits(a_machine(tmp_path, mounts, "0::/a\n", {"cpu.max": "100000 100000\n"}))
    assert ([limit.cpus for limit in limits], fault) == ([1.0], None)


# ---- what may be wrong


def test_a_quota_of_zero_is_unknown_and_names_its_file(tmp_path: Path) -> None:
    limits, fault = read_limits(a_machine(tmp_path, V2_MOUNTS, "0::/a\n", {"a/cpu.max": "0 100000\n"}))
    assert (limits, reason_of(fault)) == ([], "/sys/fs/cgroup/a/cpu.max: '0' is not a number of microseconds")


def test_a_broken_period_is_unknown_and_names_its_file(tmp_path: Path) -> None:
    files = {"cpu,cpuacct/cpu.cfs_quota_us": "100000\n", "cpu,cpuacct/cpu.cfs_period_us": "soon\n"}
    limits, fault = read_limits(a_machine(tmp_path, V1_MOUNTS, "5:cpu,cpuacct:/\n", files))
    assert limits == []
    assert reason_of(fault).startswith("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us: 'soon")


def test_a_missing_period_is_unknown_and_names_its_file(tmp_path: Path) -> None:
    world = a_machine(tmp_path, V1_MOUNTS, "5:cpu,cpuacct:/\n", {"cpu,cpuacct/cpu.cfs_quota_us": "100000\n"})
    limits, fault = read_limits(world)
    assert (limits, reason_of(fault)) == ([], "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us: no such file")


def test_a_fault_on_one_level_keeps_the_limits_of_the_others(tmp_path: Path) -> None:
    files = {"a/b/cpu.max": "nonsense\n", "a/cpu.max": "200000 100000\n"}
    limits, fault = read_limits(a_machine(tmp_path, V2_MOUNTS, "0::/a/b\n", files))
    assert [limit.cpus for limit in limits] == [2.0]
    assert reason_of(fault).startswith("/sys/fs/cgroup/a/b/cpu.max: 'nonsense")


def test_a_directory_that_is_no_group_is_unknown(tmp_path: Path) -> None:
    # A tmpfs over /sys/fs/cgroup, as sandboxes mount it: its mount is not a control group mount.
    world = a_machine(tmp_path, V2_MOUNTS, "0::/\n", {})
    (tmp_path / "sys/fs/cgroup").mkdir(parents=True)
    limits, fault = read_limits(world)
    assert (limits, reason_of(fault)) == ([], "/sys/fs/cgroup: not a control group")


def test_without_a_mount_the_limit_is_unknown(tmp_path: Path) -> None:
    limits, fault = read_limits(a_machine(tmp_path, "", "0::/a\n", {}))
    assert (limits, reason_of(fault)) == ([], "/proc/self/mountinfo: no mount shows the control group /a")


def test_without_proc_the_limit_is_unknown(tmp_path: Path) -> None:
    world = World(root=str(tmp_path), home="/root", cwd="/", environ={}, platform="linux")
    assert read_limits(world) == ([], Missing("/proc/self/mountinfo: no such file"))


def test_a_kernel_without_control_groups_has_no_limit(tmp_path: Path) -> None:
    # CONFIG_CGROUPS=n: no /proc/self/cgroup, https://man7.org/linux/man-pages/man7/cgroups.7.html
    world = a_machine(tmp_path, "22 1 8:1 / / rw - ext4 /dev/root rw\n", "", {})
    (tmp_path / "proc/self/cgroup").unlink()
    assert read_limits(world) == ([], None)


def test_no_hierarchy_with_a_cpu_controller_means_no_limit(tmp_path: Path) -> None:
    assert read_limits(a_machine(tmp_path, HYBRID_MOUNTS, "1:name=systemd:/\n", {})) == ([], None)


@pytest.mark.parametrize("platform", ["darwin", "win32", "freebsd14"])
def test_other_systems_have_no_control_groups(tmp_path: Path, platform: str) -> None:
    world = World(root=str(tmp_path), home="/root", cwd="/", environ={}, platform=platform)
    assert read_limits(world) == ([], None)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, which pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="envdoctor-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="file permissions here are not POSIX")
@pytest.mark.parametrize("name", ["proc/self/mountinfo", "proc/self/cgroup", "sys/fs/cgroup/cpu.max"])
def test_an_unreadable_file_is_unknown_and_named(open_folder: Path, name: str) -> None:
    world = a_machine(open_folder, V2_MOUNTS, "0::/\n", {"cpu.max": "100000 100000\n"})
    (open_folder / name).chmod(0)
    user = os.geteuid()
    if user == 0:  # root reads whatever the mode says
        os.seteuid(65534)
    try:
        limits, fault = read_limits(world)
    finally:
        os.seteuid(user)
    assert (limits, reason_of(fault)) == ([], f"/{name}: Permission denied")
