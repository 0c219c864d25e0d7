"""Whether installed distributions meet one another's requirements, for the patient and not for us.

The grammar and the meaning are packaging's (https://packaging.pypa.io). Most requirements in the
wild are plain, ``name>=1.2,<3`` and ``; extra == "x"``; those are answered without importing it,
which would take a quarter of the time of a whole check-up.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from envdoctor.ecosystem.markers import plain_marker, plainly_within
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.versions import admits, excludes_all, read_requirement
from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution
from envdoctor.privacy.lazy import pattern

_NAME = pattern(r"[\w.-]*")
_EXTRA = pattern(r"extra\s*==\s*['\"]([\w.-]+)")
_DEVELOPMENT = pattern(
    r"(?i)(?:^|[-_.])(?:tests?|testing|dev\w*|docs?|documentation|lint\w*|ci|build|typ\w*|mypy|bench\w*|examples?|tutorials?|qa|"
    r"check\w*|format\w*|style|all|full|complete|release|pre-commit|nox|tox|coverage)(?:$|[-_.])"
)
Asked = list[tuple[str, str]]  # names, each with an extra that is asked of it


class Problem(Struct, frozen=True):
    """A requirement that is not met: ``found`` is the version that is there, ``None`` where nothing is.

    ``reason`` is set instead where the requirement itself can't be read. ``through`` is the extra of another
    distribution that brings the requirement (``dask[array]``), empty where it is the distribution's own.
    """

    requirement: str
    name: str
    wanted: str
    found: str | None
    reason: str = ""
    through: str = ""

    @property
    def key(self) -> str:
        return normalise(self.name)


class Demand(Struct, frozen=True):
    """What one distribution (``by``) asks of another: its requirement, and the specifier in it (``>=1.2,<3``)."""

    by: str
    requirement: str
    specifier: str


class RequirementChecker:
    """Judges requirements against a set of installed distributions; of two with one key the first counts."""

    def __init__(self, distributions: Iterable[Distribution], markers: Mapping[str, str]) -> None:
        self._markers = {**markers, "extra": ""}
        self.first: dict[str, Distribution] = {}
        self._twins: dict[str, list[str]] = {}  # versions of what is installed twice in one folder
        for distribution in distributions:
            first = self.first.setdefault(distribution.key, distribution)
            if (
                first is not distribution
                and first.location == distribution.location
                and isinstance(distribution.version, str)
            ):
                self._twins.setdefault(distribution.key, []).append(distribution.version)
        self._judged: dict[tuple[str, str], Problem | None] = {}
        self._sound: set[tuple[str, str]] = set()  # (key, extra) pairs that bring nothing unmet, however far they lead
        self._parsed: dict[str, tuple[Any, str]] = {}
        self._lines: dict[str, list[tuple[str, str]]] | None = None
        self._demands: dict[str, list[Demand]] = {}
        self._together: dict[str, str | None] = {}

    def problem(self, requirement: str, extra: str = "") -> Problem | None:
        """What is wrong with one Requires-Dist line, ``None`` where it is met or does not concern the patient."""
        key = (requirement, extra)
        if key not in self._judged:
            problem, asked = self._judge(requirement, extra)
            self._judged[key] = problem or self._extras(asked)
        return self._judged[key]

    def too_old_for_extras(self, distribution: Distribution) -> list[tuple[str, Problem]]:
        """The extras of a distribution that ask for a newer release of something that is installed, each with what they ask.

        Nobody knows which extras were asked for; those for the package's own development are left out.
        """
        found: dict[str, tuple[str, Problem]] = {}
        for line in requirements_of(distribution):
            if "extra" not in line:  # most are not: looked for before anything is cut
                continue
            text, _, marker = line.partition(";")
            if "extra" not in marker or normalise(name_in(text)) not in self.first:
                continue
            lower = ",".join(part.strip() for part in text[len(name_in(text)) :].strip(" ()").split(",") if ">" in part)
            if not lower or "[" in lower or "@" in lower:
                continue
            extra = next((word for word in _EXTRA.findall(marker) if not _DEVELOPMENT.search(word)), "")
            if not extra:
                continue
            problem, _ = self._judge(f"{name_in(text)}{lower};{marker}", extra)
            if problem is not None and problem.found and not problem.reason:
                found.setdefault(problem.key, (extra, problem))
        return list(found.values())

    def concerns(self, requirement: str, extra: str = "") -> bool:
        """Whether the patient is meant; one that can't be read means nobody."""
        marker = requirement.partition(";")[2]
        truth = plain_marker(marker, {**self._markers, "extra": extra}) if marker else True
        if truth is None:
            parsed, _ = self._parse(requirement)
            return parsed is not None and self._evaluate(parsed, extra)[0]
        return truth

    def demands(self, key: str) -> list[Demand]:
        """Everything that the installed distributions ask of the one with ``key``, extras left out."""
        if self._lines is None:  # by name, once: thousands may be asked for
            self._lines = {}
            for distribution in self.first.values():
                for line in requirements_of(distribution):
                    self._lines.setdefault(normalise(name_in(line)), []).append((distribution.name, line))
        if key not in self._demands:
            self._demands[key] = [
                Demand(name, line, str(parsed.specifier))
                for name, line in self._lines.get(key, ())
                if self.concerns(line) and (parsed := self._parse(line)[0]) is not None
            ]
        return self._demands[key]

    def needed(self) -> set[str]:
        """The keys of all that the installed distributions require here, extras left out."""
        return {
            normalise(name_in(line))
            for distribution in self.first.values()
            for line in requirements_of(distribution)
            if self.concerns(line)
        }

    def joint(self, key: str) -> str | None:
        """One specifier that holds all demands on the one with ``key``; ``None`` where they exclude each other."""
        if key not in self._together:
            self._together[key] = self._join(key)
        return self._together[key]

    def _join(self, key: str) -> str | None:
        parts = sorted({part for demand in self.demands(key) for part in demand.specifier.split(",") if part})
        try:
            return None if excludes_all(",".join(parts)) else ",".join(parts)
        except ValueError:
            return None

    def against(self, key: str, specifier: str) -> list[Demand]:
        """What installed distributions ask of the one with ``key`` that no version within ``specifier`` can meet."""
        found = []
        for demand in self.demands(key):
            parts = sorted({part for part in f"{specifier},{demand.specifier}".split(",") if part})
            try:
                if demand.specifier and excludes_all(",".join(parts)):
                    found.append(demand)
            except ValueError:
                continue
        return found

    def _judge(self, requirement: str, extra: str) -> tuple[Problem | None, Asked]:
        """What is wrong with a requirement itself; if nothing is, the extras that it asks for."""
        text, semicolon, marker = requirement.partition(";")
        concerns = plain_marker(marker, {**self._markers, "extra": extra}) if semicolon else True
        if concerns is False:
            return None, []
        if concerns:
            extras = self._plain(text)
            if extras is not None:
                return None, [(name_in(text), word) for word in extras]
        return self._packaging(requirement, extra)

    def _plain(self, text: str) -> list[str] | None:
        """The extras that a requirement without marker and URL asks for, if plainly met; ``None``: ask packaging."""
        name = name_in(text)
        distribution = self.first.get(normalise(name))
        if distribution is None or not isinstance(distribution.version, str):
            return None
        rest = text[len(name) :].strip()
        extras: list[str] = []
        if rest.startswith("["):
            words, closed, rest = rest[1:].partition("]")
            extras = [word.strip() for word in words.split(",")]
            if not closed or not all(word and name_in(word) == word for word in extras):
                return None
            rest = rest.strip()
        return extras if not rest or plainly_within(distribution.version, rest) else None

    def _parse(self, requirement: str) -> tuple[Any, str]:
        """The requirement as packaging reads it, or ``None`` and why not."""
        if requirement not in self._parsed:
            self._parsed[requirement] = read_requirement(requirement)
        return self._parsed[requirement]

    def _evaluate(self, parsed: Any, extra: str) -> tuple[bool, str]:
        """Whether packaging says that a requirement concerns the patient, and why that can't be told."""
        try:
            return not parsed.marker or bool(parsed.marker.evaluate({**self._markers, "extra": extra})), ""
        except (KeyError, ValueError, RecursionError, TypeError) as error:
            return False, (str(error) or "nested too deeply").partition("\n")[0]

    def _packaging(self, requirement: str, extra: str) -> tuple[Problem | None, Asked]:
        parsed, unreadable = self._parse(requirement)
        concerns = False
        if parsed is not None:
            concerns, unreadable = self._evaluate(parsed, extra)
        if unreadable:
            return Problem(requirement, requirement, "", None, reason=f"not a valid requirement: {unreadable}"), []
        if not concerns:
            return None, []
        wanted = str(parsed.specifier)
        distribution = self.first.get(normalise(parsed.name))
        if distribution is None:
            return Problem(requirement, parsed.name, wanted, None), []
        version = distribution.version
        if isinstance(version, Missing):
            return None, []  # its own metadata is at fault, and that is told elsewhere
        try:
            versions = [version, *self._twins.get(distribution.key, ())]  # of twins, nobody knows which is there
            if not any(admits(parsed.specifier, item) for item in versions):
                return Problem(requirement, parsed.name, wanted, version), []
        except ValueError:
            why = f"version {version!r} does not follow PEP 440"
            return Problem(requirement, parsed.name, wanted, version, reason=why), []
        return None, [(parsed.name, word) for word in sorted(parsed.extras)]

    def _extras(self, asked: Asked) -> Problem | None:
        """The first unmet requirement that asked-for extras of installed distributions bring.

        Each pair of distribution and extra is looked at once: extras go round in circles, and fan out.
        """
        heap, seen = asked[::-1], set()
        while heap:
            name, extra = heap.pop()
            pair = (normalise(name), normalise(extra))
            if pair in seen or pair in self._sound:
                continue
            seen.add(pair)
            for line in requirements_of(self.first[pair[0]]):
                if "extra" not in line or (self.concerns(line) and "[" not in line.partition(";")[0]):
                    continue  # what holds without the extra is judged as the distribution's own
                problem, further = self._judge(line, extra)
                if problem:
                    return msgspec.structs.replace(problem, through=f"{name}[{extra}]")
                heap += further[::-1]
        self._sound |= seen
        return None


def requirements_of(distribution: Distribution) -> list[str]:
    """The Requires-Dist lines of a distribution; none where they can't be read."""
    return distribution.requires if isinstance(distribution.requires, list) else []


def name_in(requirement: str) -> str:
    """The name at the beginning of a requirement."""
    name = _NAME.match(requirement)
    return name.group() if name else ""
