"""A relative of a distribution is told by what os-release says it derives from, and treated as its relative."""

from pathlib import Path

import pytest

from envdoctor.ecosystem.distros import LinuxFamily, linux_family
from envdoctor.engine.remedies import InstallSystem
from envdoctor.facts import System
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.system import install_packages, manager_of
from envdoctor.guide.profile import profile_of
from envdoctor.probe.environment import read_system
from envdoctor.probe.world import World
from envdoctor.testing import blas, facts, findings, openblas
from envdoctor_checks.blas.slow_blas import slow_blas

# Lines of /etc/os-release as the distributions ship it; the last four are made up.
RELEASES = {
    "kali": ('ID=kali\nID_LIKE="debian"\n', "debian", "apt-get"),
    "zorin": ('NAME="Zorin OS"\nID=zorin\nID_LIKE="ubuntu debian"\n', "debian", "apt-get"),
    "devuan": ('ID=devuan\nID_LIKE=debian\nVERSION_ID="5"\n', "debian", "apt-get"),
    "rocky": ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora", "dnf"),
    "amzn": ('ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n', "fedora", "dnf"),
    "opensuse-leap": ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse", "zypper"),
    "endeavouros": ("ID=endeavouros\nID_LIKE=arch\n", "arch", "pacman"),
    "postmarketos": ('ID="postmarketos"\nID_LIKE="alpine"\n', "alpine", "apk"),
    "marine-lab-os": ('ID=marine-lab-os\nID_LIKE="ubuntu debian"\n', "debian", "apt-get"),
    "institut-linux": ("ID=institut-linux\nID_LIKE='centos'\n", "fedora", "dnf"),
    "cluster-os": ('ID=Cluster-OS\nID_LIKE="SLES"\n', "suse", "zypper"),
    "grandchild": ('ID=grandchild\nID_LIKE="marine-lab-os debian"\n', "debian", "apt-get"),
}


def system_of(root: Path, release: str) -> System:
    (root / "etc").mkdir()
    (root / "etc" / "os-release").write_text(release, encoding="utf-8")
    return read_system(World(root=str(root), home="/home/ada", cwd="/", environ={}, platform="linux"))


@pytest.mark.parametrize("name", RELEASES)
def test_a_relative_has_the_family_of_what_it_derives_from(name: str, tmp_path: Path) -> None:
    release, family, manager = RELEASES[name]
    system = system_of(tmp_path, release)
    assert system.family == family
    assert profile_of(facts(system=system), "advanced", "").family == family
    target = Target(facts(system=system))
    assert manager_of(target) == manager
    fix = install_packages(target, {manager: ["it"]}, "")
    assert manager in str(fix.steps[0])


@pytest.mark.parametrize("name", [name for name, (_, family, _) in RELEASES.items() if family == "debian"])
def test_slow_blas_offers_the_system_package_to_every_relative_of_debian(name: str, tmp_path: Path) -> None:
    reference = openblas(
        vendor="netlib", version="3.11.0", threading_layer=None, path="/usr/lib/x86_64-linux-gnu/blas/libblas.so.3"
    )
    system = system_of(tmp_path, RELEASES[name][0])
    (finding,) = findings(slow_blas, blas=blas(reference), system=system)
    assert isinstance(finding.remedies[0], InstallSystem)


@pytest.mark.parametrize("release", ["ID=void\n", "ID=nixos\n", 'ID=myown\nID_LIKE="myother"\n', "ID_LIKE=\n", ""])
def test_a_distribution_without_known_relatives_is_left_to_words(release: str, tmp_path: Path) -> None:
    system = system_of(tmp_path, release)
    assert system.family is None
    target = Target(facts(system=system))
    assert not install_packages(target, {"apt-get": ["libopenblas0"]}, "").steps


@pytest.mark.parametrize("name", ["kali", "zorin", "devuan", "ubuntu", "debian", "elementary"])
def test_a_recording_without_the_family_is_judged_by_the_name(name: str) -> None:
    assert linux_family(System(platform="linux", machine="x86_64", distribution=name)) is LinuxFamily.DEBIAN


def test_a_family_that_is_recorded_comes_before_the_name() -> None:
    system = System(platform="linux", machine="x86_64", distribution="marine-lab-os", family="fedora")
    assert linux_family(system) is LinuxFamily.FEDORA


@pytest.mark.parametrize("family", LinuxFamily)
def test_each_family_has_a_package_manager_or_words(family: LinuxFamily) -> None:
    system = System(platform="linux", machine="x86_64", family=family.value)
    assert manager_of(Target(facts(system=system))) or family is LinuxFamily.GENTOO
