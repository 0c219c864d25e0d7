"""Pythons that belong to the operating system, to the ``python`` container image, or to whoever compiled them."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.distros import LinuxFamily, linux_family
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.base import Missing
from envdoctor.facts.installation import Owner, Place
from envdoctor.facts.patient import Link
from envdoctor.origin.clues import Clues, made


def package(place: Place, clues: Clues) -> Link | None:
    """A system package owns the executable."""
    owner = place.owner
    if not isinstance(owner, Owner):
        return _unasked(place, clues, owner)
    name = " ".join(word for word in (owner.package, owner.version) if word)
    evidence = f"{owner.manager}: {place.real_executable} belongs to {name}"
    kind = _kind(owner, clues)
    if kind is OriginKind.OS_PACKAGE and owner.manager == "dpkg":
        return made(place, kind, f"deadsnakes {owner.package}", evidence, f"maintainer: {owner.maintainer}")
    return made(place, kind, _distribution(clues, kind), evidence)


def _kind(owner: Owner, clues: Clues) -> OriginKind:
    family = linux_family(clues.system) if clues.system is not None else None
    named = clues.system is not None and bool(clues.system.distribution)
    if owner.manager == "dpkg":
        # deadsnakes packages Pythons that the distribution has not: https://launchpad.net/~deadsnakes
        # its versions end in the release's name (3.13.1-1+noble1)
        foreign = "deadsnakes" in (owner.maintainer or "").lower() or _deadsnakes_version(owner.version or "")
        return OriginKind.OS_PACKAGE if foreign else OriginKind.DEBIAN
    if owner.manager == "rpm":
        return OriginKind.FEDORA if family is LinuxFamily.FEDORA or not named else OriginKind.OS_PACKAGE
    if owner.manager == "apk":
        return OriginKind.ALPINE if family is LinuxFamily.ALPINE or not named else OriginKind.OS_PACKAGE
    return OriginKind.ARCH if owner.manager == "pacman" else OriginKind.OS_PACKAGE


def _deadsnakes_version(version: str) -> bool:
    tail = version.rpartition("+")[2] if "+" in version else ""
    names = ("xenial", "bionic", "focal", "jammy", "noble", "plucky", "questing", "resolute")
    return tail.rstrip("0123456789") in names


def _distribution(clues: Clues, kind: str) -> str:
    """``12`` for Debian 12, ``ubuntu 24.04`` for a relative."""
    system = clues.system
    if system is None or not system.distribution:
        return ""
    number = system.distribution_version or ""
    return number if system.distribution == kind else f"{system.distribution} {number}".strip()


def _unasked(place: Place, clues: Clues, owner: Missing | None) -> Link | None:
    """Without an answer from a database: what distributions change in Python itself tells."""
    if place.real != "/usr":
        return None
    base = clues.base(place)
    identity = (clues.system.distribution if clues.system is not None else None) or ""
    if base is not None and base.paths.get("purelib", "").endswith("dist-packages"):
        return made(
            place, OriginKind.DEBIAN, _distribution(clues, "debian"), f"sysconfig: purelib = {base.paths['purelib']}"
        )
    why = [owner.reason] if isinstance(owner, Missing) else []
    if isinstance(owner, Missing) and clues.system is not None and linux_family(clues.system) is LinuxFamily.FEDORA:
        return made(place, OriginKind.FEDORA, _distribution(clues, "fedora"), f"os-release: {identity}", *why)
    if isinstance(owner, Missing) or "EXTERNALLY-MANAGED" in place.telling:
        return made(
            place,
            OriginKind.OS_PACKAGE,
            _distribution(clues, ""),
            *(why or [paths.join(place.stdlib or "", "EXTERNALLY-MANAGED")]),
        )
    return None


def docker_python(place: Place, clues: Clues) -> Link | None:
    """The ``python`` image compiles into /usr/local and says so (https://github.com/docker-library/python)."""
    version = clues.variables.get("PYTHON_VERSION", "")
    marks = [name for name in ("PYTHON_SHA256", "GPG_KEY", "PYTHON_PIP_VERSION") if name in clues.variables]
    if place.real != "/usr/local" or not version or "PYTHON_SHA256" not in marks:
        return None
    own = clues.version(place)
    if own and own != version:
        return None
    return made(place, OriginKind.DOCKER_PYTHON, version, f"PYTHON_VERSION={version}", *marks)


def source(place: Place, clues: Clues) -> Link | None:
    """``make install``: the Makefile of the build lies in the standard library, made for this very prefix."""
    base = clues.base(place)
    if "pybuilddir.txt" in place.telling:
        return made(place, OriginKind.SOURCE, clues.version(place), "pybuilddir.txt: a build tree")
    if base is None or "Makefile" not in place.telling or base.config.get("prefix") not in (place.path, place.real):
        return None
    return made(
        place, OriginKind.SOURCE, clues.version(place), f"sysconfig: prefix = {place.path}, and the build's Makefile"
    )
