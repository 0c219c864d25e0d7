"""The operating system around the patient."""

from envdoctor.facts.base import Section


class System(Section, frozen=True, kw_only=True):
    """``platform`` is ``sys.platform``'s word (linux, darwin, win32); ``machine`` the hardware's (x86_64, arm64 …).

    ``distribution`` and ``distribution_version`` are ``ID`` and ``VERSION_ID`` of os-release; ``family`` is whose
    packages a Linux distribution shares (debian, fedora, arch, alpine, suse, gentoo), ``None`` where that is not known.
    """

    platform: str
    machine: str
    release: str = ""
    distribution: str | None = None
    distribution_version: str | None = None
    family: str | None = None
