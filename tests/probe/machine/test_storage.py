"""Room, rights and kinds of file systems: read from real mounts where root may make them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.facts import Storage, System
from envdoctor.probe.machine.storage import SCHEDULERS, with_storage
from envdoctor.probe.world import World
from envdoctor.testing import interpreter
from tests.support.patients import write

pytestmark = [pytest.mark.posix, pytest.mark.skipif(sys.platform == "win32", reason="has statvfs")]
LINUX = System(platform="linux", machine="x86_64")


def seen(root: Path, **environ: str) -> dict[str, Storage]:
    world = World(root=str(root), home="/home/ada", cwd="/", environ=environ, platform="linux")
    found = with_storage(world, LINUX, interpreter(paths={"purelib": "/env/site-packages"}))
    assert isinstance(found, System)
    return {item.role: item for item in found.storage}


def test_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    for folder in ("home/ada", "env/site-packages", "tmp"):
        (tmp_path / folder).mkdir(parents=True)
    items = seen(tmp_path)
    assert all(item.exists and item.writable and item.network is None for item in items.values())
    assert (items["temporary"].path, items["temporary"].named_by) == ("/tmp", None)
    items = seen(tmp_path, TMPDIR="/scratch/job")
    assert (items["temporary"].exists, items["temporary"].named_by) == (False, "TMPDIR")


def test_the_nearest_mount_tells_whether_packages_lie_on_a_network(tmp_path: Path) -> None:
    (tmp_path / "env/site-packages").mkdir(parents=True)
    row = "36 35 0:41 / {} rw,relatime - {} server:/export rw\n"
    write(tmp_path / "proc/self/mountinfo", row.format("/", "ext4") + row.format("/env", "nfs4"))
    assert seen(tmp_path)["packages"].network == "nfs4"
    write(tmp_path / "proc/self/mountinfo", row.format("/env", "nfs4") + row.format("/env/site-packages", "ext4"))
    assert seen(tmp_path)["packages"].network is None
    write(tmp_path / "proc/self/mountinfo", row.format("/", "ext4"))
    assert seen(tmp_path)["packages"].network is None


@pytest.mark.parametrize(("name", "command", "variable"), SCHEDULERS)
def test_a_batch_system_counts_where_no_job_is_active(tmp_path: Path, name: str, command: str, variable: str) -> None:
    write(tmp_path / "usr/bin" / command, "")

    def found(**environ: str) -> str | None:
        world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ=environ, platform="linux")
        told = with_storage(world, LINUX, interpreter())
        assert isinstance(told, System)
        return told.scheduler

    assert found(PATH="/bin:/usr/bin") == name
    assert found(PATH="/bin") is None
    assert found(PATH="/usr/bin", **{variable: "7"}) is None


@pytest.mark.root
@pytest.mark.skipif(sys.platform != "linux", reason="mounts file systems as Linux does")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("size=64k", {"read_only": False, "no_execute": False}),
        ("size=1m,noexec", {"read_only": False, "no_execute": True}),
        ("size=1m,ro", {"read_only": True, "no_execute": False}),
        ("size=1m,nr_inodes=20", {"read_only": False}),
    ],
)
def test_real_file_systems_tell_their_room_and_rights(tmp_path: Path, options: str, expected: dict[str, bool]) -> None:
    unshare = shutil.which("unshare") or pytest.skip("no unshare")
    code = (
        "import json, sys\nfrom msgspec.structs import asdict\nfrom envdoctor.facts import Missing, System\n"
        "from envdoctor.probe.machine.storage import with_storage\nfrom envdoctor.probe.world import World\n"
        "world = World(home=sys.argv[1], cwd='/', environ={}, platform='linux')\n"
        "print(json.dumps(asdict(with_storage(world, System(platform='linux', machine='x'), Missing('x')).storage[0])))"
    )
    script = f'mount -t tmpfs -o {options} tmpfs "$1" && exec "$2" -c "$3" "$1"'
    ended = subprocess.run(
        [unshare, "--mount", "sh", "-c", script, "sh", str(tmp_path), sys.executable, code],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    if "ermitted" in ended.stderr or "denied" in ended.stderr:
        pytest.skip(ended.stderr.strip())
    told = json.loads(ended.stdout)
    assert {name: told[name] for name in expected} == expected
    assert told["free"] <= 1 << 20
    if "inodes" in options:
        assert told["files"] < 20
