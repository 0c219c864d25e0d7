"""Linux distributions by family: whose package manager, and whose names of packages, a relative shares.

os-release names a distribution (``ID``), and what it derives from, the closest first (``ID_LIKE``):
https://www.freedesktop.org/software/systemd/man/latest/os-release.html
"""

from collections.abc import Iterable
from enum import StrEnum

from envdoctor.facts.system import System


class LinuxFamily(StrEnum):
    """Called after the distribution that the others derive from."""

    DEBIAN = "debian"
    FEDORA = "fedora"
    ARCH = "arch"
    ALPINE = "alpine"
    SUSE = "suse"
    GENTOO = "gentoo"


# What stands in ``ID`` and in ``ID_LIKE``. Most relatives say in ID_LIKE whom they derive from; they are named here for
# recordings that hold the ID alone. IDs as collected in https://github.com/which-distro/os-release
_MEMBERS = {
    LinuxFamily.DEBIAN: (
        "debian ubuntu linuxmint lmde raspbian pop kali devuan elementary neon zorin deepin mx parrot peppermint pureos "
        "tails trisquel siduction bunsenlabs sparky antix proxmox"
    ),
    LinuxFamily.FEDORA: (
        "fedora rhel centos rocky almalinux ol amzn scientific nobara ultramarine eurolinux cloudlinux circle virtuozzo "
        "oraclelinux bazzite bluefin"
    ),
    LinuxFamily.ARCH: "arch archarm manjaro manjaro-arm endeavouros garuda cachyos artix arcolinux parabola steamos",
    LinuxFamily.ALPINE: "alpine postmarketos",
    LinuxFamily.SUSE: "suse opensuse opensuse-leap opensuse-tumbleweed opensuse-slowroll sles sled sle-micro sle_hpc sles_sap",
    LinuxFamily.GENTOO: "gentoo funtoo calculate redcore",
}
_FAMILIES = {word: family for family, words in _MEMBERS.items() for word in words.split()}


def family_of_words(words: Iterable[str]) -> LinuxFamily | None:
    """The family of the first word, of ``ID`` and ``ID_LIKE`` in this order, that is in one."""
    return next((_FAMILIES[word] for word in (item.lower() for item in words) if word in _FAMILIES), None)


def linux_family(system: System) -> LinuxFamily | None:
    """The family of a system; of one whose recording has none yet, by its distribution's name."""
    return family_of_words(word for word in (system.family, system.distribution) if word)
