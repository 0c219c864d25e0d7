"""Unreadable, gone and failing are three answers, and each names the path that bars the way."""

import errno
import os
from pathlib import Path

import pytest

from envdoctor.facts import Distribution, Missing, Packages
from envdoctor.probe.blas import whole as blas
from envdoctor.probe.imports import forecast
from envdoctor.probe.imports.forecast import Suspect
from envdoctor.probe.packages import whole
from envdoctor.probe.packages.obstacles import obstacle, with_unread
from envdoctor.probe.packages.records import first_components
from envdoctor.probe.world import World

pytestmark = pytest.mark.posix


def world(root: Path) -> World:
    return World(root=str(root), home="/home/ada", cwd="/home/ada", environ={})


def dist(root: Path, name: str, record: str = "") -> Path:
    folder = root / f"site-packages/{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n\n", encoding="utf-8")
    (folder / "INSTALLER").write_text("pip\n", encoding="utf-8")
    (folder / "RECORD").write_text(record, encoding="utf-8")
    return folder


def test_what_can_be_read_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x", encoding="utf-8")
    assert obstacle(world(tmp_path), "/a") is None
    assert obstacle(world(tmp_path), "/", is_folder=True) is None


@pytest.mark.parametrize(
    "kind, state", [("nothing", "gone"), ("dangling", "gone"), ("file", "gone"), ("loop", "failing")]
)
def test_a_folder_that_is_none(tmp_path: Path, kind: str, state: str) -> None:
    place = tmp_path / "site"
    if kind == "file":
        place.write_text("", encoding="utf-8")
    elif kind != "nothing":
        place.symlink_to("site" if kind == "loop" else "nowhere")
    found = obstacle(world(tmp_path), "/site", is_folder=True)
    assert found is not None
    assert (found.path, found.state) == ("/site", state)


def test_a_fifo_in_a_files_place_is_failing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    found = obstacle(world(tmp_path), "/a")
    assert found is not None
    assert found.state == "failing"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_the_folder_above_that_may_not_be_entered_is_named(tmp_path: Path) -> None:
    (tmp_path / "shut/inside").mkdir(parents=True)
    (tmp_path / "shut").chmod(0)
    found = obstacle(world(tmp_path), "/shut/inside", needed_by=("fit",))
    (tmp_path / "shut").chmod(0o755)
    assert found is not None
    assert (found.path, found.state, found.mode, found.mine) == ("/shut", "unreadable", "d---------", True)


@pytest.mark.parametrize("name", ["RECORD", "INSTALLER"])
def test_metadata_that_is_a_folder_or_a_pipe_is_not_taken_for_absent(tmp_path: Path, name: str) -> None:
    for made, make in (("one", Path.mkdir), ("two", os.mkfifo)):
        file = dist(tmp_path, made) / name
        file.unlink()
        make(file)
    found = whole.read(world(tmp_path), ["/site-packages"])
    assert sorted(found.unread_files) == [f"/site-packages/{made}-1.0.dist-info/{name}" for made in ("one", "two")]


def extension(root: Path, name: str, number: str) -> Path:
    """Of a package that science rests on, so that all its libraries are looked at."""
    dist(root, name, f"{name}/core{number}.so,,\n")
    (root / f"site-packages/{name}").mkdir()
    return root / f"site-packages/{name}/core{number}.so"


@pytest.mark.parametrize("kind", ["loop", "pipe", "long"])
def test_a_library_that_can_not_be_read_is_named_with_its_package(tmp_path: Path, kind: str) -> None:
    file = extension(tmp_path, "numpy", ".cpython-311-x86_64-linux-gnu")
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(file.name if kind == "loop" else f"{'x' * 300}")  # a name that no file system takes
    here = world(tmp_path)
    doubts: list[Suspect] = []

    def doubt(records: list[tuple[Distribution, bytes]], entries: list[str]) -> None:
        doubts.extend(forecast.suspects(here, records, entries))

    found = with_unread(here, whole.read(here, ["/site-packages"], doubts=doubt))
    (one,) = found.obstacles
    assert one.path.endswith("/numpy/core.cpython-311-x86_64-linux-gnu.so")
    assert (one.state, one.needed_by) == ("failing", ["numpy"])


def test_a_library_that_is_gone_is_no_obstacle(tmp_path: Path) -> None:
    extension(tmp_path, "numpy", ".cpython-311-x86_64-linux-gnu")
    here = world(tmp_path)
    found = with_unread(here, whole.read(here, ["/site-packages"]))
    assert found.obstacles == []
    assert found.missing_files


def test_a_want_of_descriptors_is_nobodys_file() -> None:
    here = world(Path("/nowhere"))
    here.refused("/site-packages/numpy/core.so", OSError(errno.EMFILE, "Too many open files"))
    found = with_unread(here, Packages(distributions=[]))
    assert found.obstacles == []
    assert list(found.unread_files) == ["/site-packages/numpy/core.so"]


def test_a_library_that_the_loader_has_and_the_disk_denies_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "numpy/_core/_multiarray_umath.so"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    here = World(root="/", home="/home/ada", cwd="/home/ada", environ={})
    told = {"examined": [{"package": "numpy", "extension": str(file)}], "brought": {"numpy": [str(file)]}}
    assert blas.read(here, [], None, told, "").errors == []
    here.refused(str(file), OSError(errno.EIO, "Input/output error"))
    assert blas.read(here, [], None, told, "").errors == Missing(f"{file}: Input/output error")


def test_a_record_with_many_folders_is_read_in_time() -> None:
    lines = b"".join(b"t%d/__init__.py,,\n" % number for number in range(100_000))
    assert len(first_components(lines)) == 100_000  # in a tenth of a second; the square of it takes minutes


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize(
    "mode, barred", [(0o700, []), (0o000, ["/site-packages/fit"]), (0o311, ["/site-packages/fit"])]
)
def test_a_package_whose_folder_may_not_be_read(tmp_path: Path, mode: int, barred: list[str]) -> None:
    dist(tmp_path, "fit", "fit/__init__.py,,\n")
    package = tmp_path / "site-packages/fit"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    package.chmod(mode)
    found = whole.read(world(tmp_path), ["/site-packages"])
    package.chmod(0o755)
    assert [item.path for item in found.obstacles] == barred
    assert all(item.needed_by == ["fit"] for item in found.obstacles)
