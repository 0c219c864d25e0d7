"""Versions compared, and specifiers that exclude one another.

What follows PEP 440 is packaging's matter (https://packaging.pypa.io), imported when it is first asked: the many
requirements that are met plainly are answered by `envdoctor.ecosystem.markers.plainly_within` without it. Versions of
programs, drivers and libraries, which follow nobody's rules, compare by their `numbers`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet


def numbers(version: str, most: int | None = None) -> tuple[int, ...]:
    """The numbers that a dotted version begins with, at most ``most``: (535, 104, 5) of ``535.104.05``, (1, 2) of
    ``1.2rc1.post0``; none where it begins with a word."""
    found: list[int] = []
    for part in version.split(".")[:most]:
        digits = part[: next((at for at, letter in enumerate(part) if letter not in "0123456789"), len(part))]
        if digits:
            found.append(int(digits[:20]))
        if digits != part:
            break
    return tuple(found)


def minor_of(version: str) -> str:
    """``3.12`` of ``3.12.1``."""
    return ".".join(version.split(".")[:2])


def same_version(one: str, other: str) -> bool:
    """Whether two spellings are of one version (``2.0-rc1``, ``2.0rc1``); what is none of PEP 440's equals itself."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def is_newer(one: str, other: str) -> bool:
    """Whether ``one`` is the later version; False where either is none of PEP 440's."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) > Version(other)
    except InvalidVersion:
        return False


def read_requirement(text: str) -> tuple["Requirement | None", str]:
    """A requirement as packaging reads it (PEP 508), or ``None`` and why it is none, in one line."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text), ""
    except (InvalidRequirement, RecursionError, ValueError) as error:
        return None, (str(error) or "nested too deeply").partition("\n")[0]


def admits(specifier: "SpecifierSet", version: str) -> bool:
    """Whether a version is within a specifier, previews included. Raises ValueError where it is none of PEP 440's."""
    from packaging.version import Version

    return specifier.contains(Version(version), prereleases=True)


def is_within(version: str, specifier: str) -> bool | None:
    """Whether a version, early ones included, is within a specifier; ``None`` where either is none of PEP 440's."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return None


def same_specifiers(one: Sequence[str], other: Sequence[str]) -> bool | None:
    """Whether two sets of specifiers are the same by PEP 440; ``None`` where one of them is none."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return {SpecifierSet(text) for text in one} == {SpecifierSet(text) for text in other}
    except InvalidSpecifier:
        return None


def is_specifier(text: str) -> bool:
    """Whether it is a specifier of PEP 440, and not empty."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return bool(SpecifierSet(text))
    except InvalidSpecifier:
        return False


def tightest(parts: Sequence[str]) -> list[str]:
    """The parts of a specifier without those that another implies: beside ``==1.2`` all that admit 1.2, of several ``>=`` all
    but the highest, of ``<`` all but the lowest."""
    parts = list(dict.fromkeys(parts))
    if len(parts) < 2:
        return parts
    for pin in parts:
        if pin.startswith("==") and pin[2:3] != "=" and "*" not in pin:
            return [pin, *(part for part in parts if part != pin and is_within(pin[2:].strip(), part) is not True)]
    from packaging.version import InvalidVersion, Version

    try:
        for operator, pick in ((">=", max), ("<", min), ("<=", min)):
            bounds = [part for part in parts if part.startswith(operator) and part[len(operator)] not in "=<>"]
            if len(bounds) > 1:
                keep = pick(bounds, key=lambda part: Version(part.lstrip("<>=")))
                parts = [part for part in parts if part not in bounds or part == keep]
    except (InvalidVersion, IndexError):
        pass
    return parts


def exclude_each_other(one: str, other: str) -> bool:
    """Whether no version is within both of two specifiers; ``False`` where that can't be told."""
    try:
        return excludes_all(f"{one},{other}")
    except ValueError:
        return False


def excludes_all(specifier: str) -> bool:
    """Whether no version is within all parts of a specifier (``>=2,<1``). Raises ValueError where it is none."""
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(specifier).is_unsatisfiable()
