"""Pythons that a package manager of the system owns: each with a look-alike that nobody owns."""

import sqlite3
from pathlib import Path

import pytest

from envdoctor.facts import Missing
from envdoctor.probe.packages import whole as packages
from envdoctor.probe.prefix import installation, prefix
from envdoctor.probe.world import World
from tests.origin.trees import chain, grow, kinds, put

STATUS = """Package: python3.11-minimal
Status: install ok installed
Maintainer: Matthias Klose <doko@debian.org>
Version: 3.11.2-6+deb12u6
Description: minimal subset
 more

Package: zlib1g
Version: 1:1.2.13
"""


def debian(root: Path, owned: str = "/usr/bin/python3.11", status: str = STATUS) -> None:
    """dpkg's database (man 1 dpkg: /var/lib/dpkg/status, info/PACKAGE.list)."""
    grow(root, "usr/bin/python3.11", "usr/bin/python3 -> python3.11", "usr/lib/python3.11/", "bin -> usr/bin")
    put(root, "var/lib/dpkg/info/python3.11-minimal.list", f"/.\n/usr\n/usr/bin\n{owned}\n")
    put(root, "var/lib/dpkg/status", status)


def test_dpkg_owns_debians_python(tmp_path: Path) -> None:
    debian(tmp_path)
    (link,) = chain(tmp_path, "/usr", distribution="debian")
    assert link.kind == "debian"
    assert link.evidence == ["dpkg: /usr/bin/python3.11 belongs to python3.11-minimal 3.11.2-6+deb12u6"]


def test_a_list_from_before_the_merged_usr_counts(tmp_path: Path) -> None:
    debian(tmp_path, owned="/bin/python3.11")
    assert kinds(chain(tmp_path, "/usr", distribution="ubuntu")) == ["debian"]


def test_a_python_in_usr_that_no_package_owns_is_not_debians(tmp_path: Path) -> None:
    debian(tmp_path, owned="/usr/bin/python3.1")
    assert kinds(chain(tmp_path, "/usr", distribution="debian")) == ["unknown"]


def test_a_python_in_usr_local_is_not_debians(tmp_path: Path) -> None:
    debian(tmp_path)
    grow(tmp_path, "usr/local/bin/python3")
    assert kinds(chain(tmp_path, "/usr/local", distribution="debian")) == ["unknown"]


def test_deadsnakes_is_told_from_the_distributions_own(tmp_path: Path) -> None:
    """Versions of https://launchpad.net/~deadsnakes end in the release's name."""
    debian(tmp_path, status=STATUS.replace("3.11.2-6+deb12u6", "3.11.11-1+noble1"))
    (link,) = chain(tmp_path, "/usr", distribution="ubuntu")
    assert (link.kind, link.detail) == ("os-package", "deadsnakes python3.11-minimal")


def rpm(root: Path, folder: str = "/usr/lib/sysimage/rpm") -> None:
    """rpm's tables (rpm: lib/backend/sqlite.cc)."""
    grow(root, "usr/bin/python3.13", "usr/bin/python3 -> python3.13", f"{folder}/")
    database = sqlite3.connect(root / folder.lstrip("/") / "rpmdb.sqlite")
    database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    for table in ("Name", "Basenames"):
        database.execute(f"CREATE TABLE {table} (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)")
    database.execute("INSERT INTO Name VALUES ('python3', 7, 0)")
    database.execute("INSERT INTO Basenames VALUES ('python3.13', 7, 0)")
    database.commit()
    database.close()


@pytest.mark.posix
@pytest.mark.parametrize(
    ("distribution", "kind"), [("fedora", "fedora"), ("rocky", "fedora"), ("opensuse-leap", "os-package")]
)
def test_rpm_owns_fedoras_python(tmp_path: Path, distribution: str, kind: str) -> None:
    rpm(tmp_path)
    (link,) = chain(tmp_path, "/usr", distribution=distribution)
    assert (link.kind, link.evidence) == (kind, ["rpm: /usr/bin/python3.13 belongs to python3"])


def test_the_database_of_rpm_is_left_as_it_was(tmp_path: Path) -> None:
    rpm(tmp_path)
    folder = tmp_path / "usr/lib/sysimage/rpm"
    before = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    chain(tmp_path, "/usr", distribution="fedora")
    assert [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())] == before


def test_a_python_that_rpm_does_not_know_is_not_fedoras(tmp_path: Path) -> None:
    rpm(tmp_path)
    grow(tmp_path, "usr/bin/python3.14", "usr/lib/python3.14/")
    assert kinds(chain(tmp_path, "/usr", "bin/python3.14", distribution="fedora")) == ["unknown"]


@pytest.mark.posix
def test_an_older_database_of_rpm_counts_by_what_os_release_says(tmp_path: Path) -> None:
    grow(tmp_path, "usr/bin/python3", "var/lib/rpm/Packages")
    (link,) = chain(tmp_path, "/usr", distribution="centos")
    assert link.kind == "fedora"
    assert "/var/lib/rpm: a database format that is not read here" in link.evidence


APK = """C:Q1abc=
P:python3
V:3.12.8-r1
m:Natanael Copa <ncopa@alpinelinux.org>
F:usr
F:usr/bin
R:python3
a:0:0:777
R:python3.12
a:0:0:755
F:usr/lib

C:Q1def=
P:other
V:1
F:usr/bin
R:other
"""


@pytest.mark.posix
def test_apk_owns_alpines_python(tmp_path: Path) -> None:
    """https://wiki.alpinelinux.org/wiki/Apk_spec"""
    grow(tmp_path, "usr/bin/python3.12", "usr/bin/python3 -> python3.12")
    put(tmp_path, "lib/apk/db/installed", APK)
    (link,) = chain(tmp_path, "/usr", distribution="alpine")
    assert (link.kind, link.evidence) == ("alpine", ["apk: /usr/bin/python3.12 belongs to python3 3.12.8-r1"])
    assert kinds(chain(tmp_path, "/usr", distribution="wolfi")) == ["os-package"]


def test_a_python_that_apk_does_not_know_is_not_alpines(tmp_path: Path) -> None:
    grow(tmp_path, "usr/bin/python3.13")
    put(tmp_path, "lib/apk/db/installed", APK)
    assert kinds(chain(tmp_path, "/usr", "bin/python3.13", distribution="alpine")) == ["unknown"]


def test_pacman_owns_archs_python(tmp_path: Path) -> None:
    """https://wiki.archlinux.org/title/Pacman: /var/lib/pacman/local/NAME-VERSION-RELEASE/files"""
    grow(tmp_path, "usr/bin/python3.13", "usr/bin/python3 -> python3.13")
    put(tmp_path, "var/lib/pacman/local/python-3.13.1-1/files", "%FILES%\nusr/\nusr/bin/\nusr/bin/python3.13\n")
    (link,) = chain(tmp_path, "/usr", distribution="arch")
    assert (link.kind, link.evidence) == ("arch", ["pacman: /usr/bin/python3.13 belongs to python 3.13.1-1"])


def test_portage_owns_gentoos_python(tmp_path: Path) -> None:
    """https://devmanual.gentoo.org/general-concepts/portage-cache/: /var/db/pkg/CATEGORY/NAME/CONTENTS"""
    grow(tmp_path, "usr/bin/python3.13", "usr/bin/python3 -> python3.13")
    put(tmp_path, "var/db/pkg/dev-lang/python-3.13.1/CONTENTS", "dir /usr\nobj /usr/bin/python3.13 0123 1\n")
    assert kinds(chain(tmp_path, "/usr", distribution="gentoo")) == ["os-package"]


IMAGE = {
    "PYTHON_VERSION": "3.12.1",
    "PYTHON_SHA256": "8dfb8f426fcd226657f9e2bd5f1e96e53264965176fa17d32658e873591aeb21",
}


@pytest.mark.posix
def test_the_container_image_of_python_is_told(tmp_path: Path) -> None:
    """https://github.com/docker-library/python: Dockerfile-linux.template"""
    grow(tmp_path, "usr/local/bin/python3.12", "usr/local/bin/python3 -> python3.12")
    assert kinds(chain(tmp_path, "/usr/local", environ=IMAGE)) == ["docker-python"]


def test_another_python_in_that_image_is_not_the_images(tmp_path: Path) -> None:
    debian(tmp_path)
    assert kinds(chain(tmp_path, "/usr", environ=IMAGE, distribution="debian")) == ["debian"]
    grow(tmp_path, "usr/local/bin/python3.11")
    other = {"version": "3.11.9", "base_prefix": "/usr/local"}
    assert kinds(chain(tmp_path, "/usr/local", "bin/python3.11", environ=IMAGE, interpreter=other)) == ["unknown"]


def test_a_python_made_from_source_has_the_builds_makefile(tmp_path: Path) -> None:
    grow(tmp_path, "opt/py/bin/python3", "opt/py/lib/python3.12/config-3.12-x86_64-linux-gnu/Makefile")
    config = {"prefix": "/opt/py", "LDVERSION": "3.12", "MULTIARCH": "x86_64-linux-gnu"}
    said = {"config": config, "paths": {"stdlib": "/opt/py/lib/python3.12"}}
    assert kinds(chain(tmp_path, "/opt/py", interpreter=said)) == ["source"]
    moved = {**said, "config": {**config, "prefix": "/somewhere/else"}}
    assert kinds(chain(tmp_path, "/opt/py", interpreter=moved)) == ["unknown"]


def test_a_python_that_says_nothing_of_itself_is_unknown(tmp_path: Path) -> None:
    grow(tmp_path, "opt/debian/homebrew/pyenv/bin/python3")
    assert kinds(chain(tmp_path, "/opt/debian/homebrew/pyenv")) == ["unknown"]


def test_metadata_that_pip_wrote_among_the_systems_is_looked_up_in_the_database(tmp_path: Path) -> None:
    debian(tmp_path)
    site = "/usr/lib/python3/dist-packages"
    for name in ("six", "attrs"):
        put(tmp_path, f"{site}/{name}-1.0.dist-info/METADATA", f"Name: {name}\nVersion: 1.0\n")
        put(tmp_path, f"{site}/{name}-1.0.dist-info/INSTALLER", "pip\n")
    put(tmp_path, "var/lib/dpkg/info/python3-six.list", f"/.\n{site}/six-1.0.dist-info/METADATA\n")
    world = World(root=str(tmp_path), home="/home/ada", cwd="/", environ={}, platform="linux")
    here = prefix.read(world, "/usr", "/usr/bin/python3")
    seen = installation.read(world, here, Missing("not asked"), packages.read(world, [site]))
    assert seen.owned == {f"{site}/attrs-1.0.dist-info": None, f"{site}/six-1.0.dist-info": "python3-six"}
