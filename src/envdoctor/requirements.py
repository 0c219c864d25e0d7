"""Whether installed distributions meet one another's requirements, for the patient and not for us.

The grammar and the meaning are packaging's (https://packaging.pypa.io). Most requirements in the
wild are plain, ``name>=1.2,<3`` and ``; extra == "x"``; those are answered without importing it,
which would take a quarter of the time of a whole check-up.
"""

import operator
from collections.abc import Iterable, Mapping

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution
from envdoctor.names import normalise

OPERATORS = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "~=": operator.ge,
}


class Problem(Struct, frozen=True):
    """A requirement that is not met: ``found`` is the version that is there, ``None`` where nothing is.

    ``reason`` is set instead where the requirement itself can't be read.
    """

    requirement: str
    name: str
    wanted: str
    found: str | None
    reason: str = ""


class Resolver:
    """Judges requirements against a set of installed distributions; of two with one key the first counts."""

    def __init__(self, distributions: Iterable[Distribution], markers: Mapping[str, str]) -> None:
        self._markers = dict(markers)
        self._versions: dict[str, str | Missing] = {}
        self._requires: dict[str, list[str]] = {}
        for distribution in distributions:
            if distribution.key not in self._versions:
                self._versions[distribution.key] = distribution.version
                self._requires[distribution.key] = (
                    distribution.requires if isinstance(distribution.requires, list) else []
                )
        self._judged: dict[tuple[str, str], Problem | None] = {}

    def problem(self, requirement: str, extra: str = "") -> Problem | None:
        """What is wrong with one Requires-Dist line, ``None`` where it is met or does not concern the patient."""
        key = (requirement, extra)
        if key not in self._judged:
            self._judged[key] = self._judge(requirement, extra, 0)
        return self._judged[key]

    def _judge(self, requirement: str, extra: str, depth: int) -> Problem | None:
        text, semicolon, marker = requirement.partition(";")
        concerns = plain_marker(marker, {**self._markers, "extra": extra}) if semicolon else True
        if concerns is False or (concerns and self._plain(text)):
            return None
        return self._packaging(requirement, extra, depth)

    def _plain(self, text: str) -> bool | None:
        """Whether a plain requirement (no extras, no URL) is met; ``None``: ask packaging."""
        end = len(text)
        for index, character in enumerate(text):
            if not (character.isalnum() or character in "-_."):
                end = index
                break
        version = self._versions.get(normalise(text[:end]))
        if not isinstance(version, str):
            return None
        rest = text[end:].strip()
        return True if not rest else plainly_within(version, rest)

    def _packaging(self, requirement: str, extra: str, depth: int) -> Problem | None:
        from packaging.requirements import InvalidRequirement, Requirement
        from packaging.version import InvalidVersion, Version

        try:
            parsed = Requirement(requirement)
            if parsed.marker and not parsed.marker.evaluate({**self._markers, "extra": extra}):
                return None
        except (InvalidRequirement, RecursionError, KeyError, ValueError) as error:
            line = (str(error) or "nested too deeply").partition("\n")[0]
            return Problem(requirement, requirement, "", None, reason=f"not a valid requirement: {line}")
        wanted = str(parsed.specifier)
        key = normalise(parsed.name)
        if key not in self._versions:
            return Problem(requirement, parsed.name, wanted, None)
        version = self._versions[key]
        if isinstance(version, Missing):
            return None  # its own metadata is at fault, and that is told elsewhere
        try:
            if not parsed.specifier.contains(Version(version), prereleases=True):
                return Problem(requirement, parsed.name, wanted, version)
        except InvalidVersion:
            return Problem(
                requirement, parsed.name, wanted, version, reason=f"version {version!r} does not follow PEP 440"
            )
        if depth < 2:
            return self._extras(parsed.name, key, sorted(parsed.extras), depth)
        return None

    def _extras(self, name: str, key: str, extras: list[str], depth: int) -> Problem | None:
        """The first unmet requirement that an asked-for extra of an installed distribution brings."""
        for extra in extras:
            for line in self._requires.get(key, ()):
                if "extra" in line and (problem := self._judge(line, extra, depth + 1)):
                    return Problem(
                        f"{name}[{extra}]: {line}", problem.name, problem.wanted, problem.found, problem.reason
                    )
        return None


def plain_marker(marker: str, values: Mapping[str, str]) -> bool | None:
    """The truth of a marker of comparisons joined by ``and``, or by ``or``; ``None``: ask packaging.

    A false part decides an ``and``, a true one an ``or``, whatever the others are.
    """
    if " or " in marker and (" and " in marker or "(" in marker):
        return None
    disjunction = " or " in marker
    truths = [_comparison(part, values) for part in marker.split(" or " if disjunction else " and ")]
    if disjunction in truths:
        return disjunction
    return None if None in truths else not disjunction


def _comparison(text: str, values: Mapping[str, str]) -> bool | None:
    """``variable operator "literal"``: equality of words, and order of the patient's version."""
    text = text.strip().strip("()").strip()
    name = text
    for index, character in enumerate(text):
        if not (character.isalnum() or character in "_."):
            name = text[:index]
            break
    rest = text[len(name) :].strip()
    sign = rest[:2] if rest[:2] in OPERATORS else rest[:1]
    literal = rest[len(sign) :].strip()
    if (
        len(literal) < 2
        or literal[0] not in "\"'"
        or literal[-1] != literal[0]
        or literal[0] in literal[1:-1]
        or name not in values
    ):
        return None
    literal = literal[1:-1]
    if name in ("python_version", "python_full_version"):
        return plainly_within(values[name], sign + literal)
    if name == "extra":
        return normalise(values[name]) == normalise(literal) if sign == "==" else None
    if name in ("platform_release", "platform_version", "implementation_version") or sign not in ("==", "!="):
        return None
    return (values[name] == literal) is (sign == "==")


def plainly_within(version: str, specifiers: str) -> bool | None:
    """Whether a release such as ``1.26.4`` meets specifiers such as ``>=1.2,<3``; ``None`` where one is not plain."""
    release = _release(version)
    if release is None:
        return None
    verdict = True
    for specifier in specifiers.strip().strip("()").split(","):
        specifier = specifier.strip()
        sign = specifier[:2] if specifier[:2] in OPERATORS else specifier[:1]
        bound = _release(specifier[len(sign) :].strip())
        if bound is None or sign not in OPERATORS or (sign == "~=" and len(bound) < 2):
            return None
        width = max(len(release), len(bound))
        left = release + (0,) * (width - len(release))
        right = bound + (0,) * (width - len(bound))
        verdict = verdict and OPERATORS[sign](left, right)
        if sign == "~=":
            verdict = verdict and release[: len(bound) - 1] == bound[:-1]
    return verdict


def _release(text: str) -> tuple[int, ...] | None:
    """``1.26.4`` as numbers; ``None`` for anything with an epoch, a wildcard, a suffix."""
    parts = text.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else None
