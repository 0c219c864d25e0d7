"""The operating system's packages, and Pythons that are no environment: what is new gets one of its own."""

from collections.abc import Mapping, Sequence
from typing import assert_never

import msgspec

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.distros import LinuxFamily, linux_family
from envdoctor.ecosystem.requirements import name_in
from envdoctor.facts import Missing
from envdoctor.fixes.fresh import beside
from envdoctor.fixes.model import Applicability, Fix, unmarked
from envdoctor.fixes.names import debian_name
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Pip, Uv

INSTALL = {
    "apt-get": ("apt-get", "install"),
    "dnf": ("dnf", "install"),
    "apk": ("apk", "add"),
    "pacman": ("pacman", "-S"),
    "zypper": ("zypper", "install"),
    "brew": ("brew", "install"),
}
REMOVE = {
    "apt-get": ("apt-get", "remove"),
    "dnf": ("dnf", "remove"),
    "apk": ("apk", "del"),
    "pacman": ("pacman", "-R"),
    "zypper": ("zypper", "remove"),
    "brew": ("brew", "uninstall"),
}
DEBIAN_FOLDERS = ("/usr/lib/python3/dist-packages", "/usr/lib/python3")


def manager_of(bedside: Target) -> str:
    """The system's package manager: by its distribution's family, else the first that is at hand; empty for none."""
    system = bedside.facts.system
    family = None if isinstance(system, Missing) else linux_family(system)
    return _manager(family) or next((name for name in INSTALL if name in bedside.commands), "")


def _manager(family: LinuxFamily | None) -> str:
    match family:
        case LinuxFamily.DEBIAN:
            return "apt-get"
        case LinuxFamily.FEDORA:
            return "dnf"
        case LinuxFamily.ALPINE:
            return "apk"
        case LinuxFamily.ARCH:
            return "pacman"
        case LinuxFamily.SUSE:
            return "zypper"
        case LinuxFamily.GENTOO | None:
            return ""  # builds from source: what is at hand decides, or words
        case _:
            assert_never(family)


def _rooted(bedside: Target, words: Sequence[str]) -> Run:
    """With sudo, unless there is none (containers run as root) or the manager works without (Homebrew)."""
    rooted = words[0] != "brew" and ("sudo" in bedside.commands or not bedside.commands)
    return run(*(["sudo"] if rooted else []), *words)


def install_packages(bedside: Target, packages: Mapping[str, Sequence[str]], title: str) -> Fix:
    """The packages for the manager of this system; words where it has none of those named."""
    manager = manager_of(bedside)
    names = packages.get(manager) or packages.get("apt" if manager == "apt-get" else "")
    if not names:
        wanted = " or ".join(dict.fromkeys(name for group in packages.values() for name in group))
        return Fix(
            title=f"{title}: " * bool(title) + f"install {wanted} with the system's package manager",
            steps=(),
            applicability=Applicability.MANUAL,
        )
    return Fix(
        title=title or f"install {' '.join(names)}",
        steps=(_rooted(bedside, [*INSTALL[manager], *names]),),
        applicability=Applicability.UNSAFE,
        reason="it concerns the whole computer, and needs its administrator",
        undo=bedside.shell.run(_rooted(bedside, [*REMOVE[manager], *names]).argv),
    )


def with_venv(bedside: Target) -> Run:
    """Debian packs ensurepip apart, and ``python3 -m venv`` stops without it."""
    return _rooted(bedside, [*INSTALL["apt-get"], f"python{bedside.minor or '3'}-venv"])


class Bare:
    """A Python that is no environment. Nothing is put into it; the guide and PEP 668 say why."""

    def __init__(self, bedside: Target) -> None:
        self._bedside = bedside

    def _folder(self) -> str:
        return self._bedside.project_path(".venv")

    def _reason(self) -> str:
        if self._bedside.guard == "externally-managed":
            return "this Python belongs to the operating system, which refuses pip (EXTERNALLY-MANAGED)"
        return "this Python is not an environment: what is put into it concerns every program that uses it"

    def install(self, requirements: list[str], force: bool) -> Fix:
        ours = {item.key: item for item in self._bedside.distributions if item.location in DEBIAN_FOLDERS}
        if (
            force
            and manager_of(self._bedside) == "apt-get"
            and all(name_in(item).lower() in ours for item in requirements)
        ):
            again = [*INSTALL["apt-get"], "--reinstall", *map(debian_name, requirements)]
            return Fix(
                title="from the system's packages",
                steps=(_rooted(self._bedside, again),),
                applicability=Applicability.UNSAFE,
                reason="it concerns the whole computer, and needs its administrator",
            )
        if self._bedside.prefer == "conda":
            from envdoctor.fixes.tools.conda import Base

            return Base(self._bedside).install(requirements, force)
        if self._bedside.prefer == "system" and manager_of(self._bedside) == "apt-get":
            fix = install_packages(self._bedside, {"apt-get": [debian_name(item) for item in requirements]}, "")
            return msgspec.structs.replace(fix, title="from the system's packages, in the version they have")
        fix = Fix(
            title="in an environment of its own",
            steps=self._made(list(map(unmarked, requirements)), ""),
            applicability=Applicability.UNSAFE,
            reason=f"{self._reason()}; work in {self._folder()} from then on",
            undo=self._gone(),
            patient=self._folder(),
        )
        return beside(self._bedside, fix)

    def _made(self, wanted: list[str], python: str) -> tuple[Run, ...]:
        """A virtual environment with these in it: by uv where it is at hand, else by the Python itself."""
        folder = self._folder()
        if "uv" in self._bedside.commands:
            steps = [Uv.environment(python or self._bedside.python, folder)]
            return tuple(steps + ([Uv(folder).install(*wanted)] if wanted else []))
        steps = []
        maker = self._bedside.pythons.get(python, "") or self._bedside.python
        if self._bedside.facts.prefix.has_ensurepip is False and manager_of(self._bedside) == "apt-get":
            steps.append(with_venv(self._bedside))
        steps.append(Pip.environment(maker, folder))
        inside = paths.python(folder, self._bedside.windows)
        return tuple(steps + ([Pip(inside).install(*wanted)] if wanted else []))

    def _gone(self) -> str:
        """Words: who pastes a command would lose an environment that stood there before."""
        return f"remove {self._folder()}, if it was not there before"

    def remove(self, names: list[str]) -> Fix:
        override = ["--break-system-packages"] if self._bedside.guard == "externally-managed" else []
        return Fix(
            title="",
            steps=(run(self._bedside.python, "-m", "pip", "uninstall", "--yes", *override, *names),),
            applicability=Applicability.UNSAFE,
            reason="programs that run with this Python may use them; install them into an environment first",
        )

    def recreate(self, python: str) -> Fix:
        minor, _ = self._bedside.available(python)
        if "uv" not in self._bedside.commands and (python and minor != python):
            words = f"install Python {python}, with uv for instance (https://docs.astral.sh/uv/getting-started/installation/)"
            command = Uv.environment(python, self._folder())
            by_hand = Fix(title=f"{words}, then run this", steps=(command,), applicability=Applicability.MANUAL)
            return beside(self._bedside, by_hand)
        wanted = python or minor
        fix = Fix(
            title=f"make an environment{f' with Python {wanted}' if wanted else ''} and work in it",
            steps=self._made([], python or minor),
            applicability=Applicability.UNSAFE,
            reason="the Python that is here stays as it is, for the programs that need it",
            undo=self._gone(),
            patient=self._folder(),
        )
        return beside(self._bedside, fix)
