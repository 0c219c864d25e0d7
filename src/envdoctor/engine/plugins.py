"""Where checks come from: the built-in ones, and the entry points of installed distributions.

Entry points are read from their files here, not by ``importlib.metadata``: that takes as long as a
check-up, and gives up on the first ``entry_points.txt`` it can't decode.
"""

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from envdoctor.ecosystem.entry_points import parsed
from envdoctor.ecosystem.names import normalise
from envdoctor.engine.checks import Check
from envdoctor.engine.findings import Finding
from envdoctor.engine.rules import Rule
from envdoctor.engine.run import RegisteredCheck, words
from envdoctor.facts import UnknownFact
from envdoctor.privacy.lazy import pattern

GROUP = "envdoctor.checks"
BUILT_IN = "envdoctor_checks"
_CODE = pattern(r"[A-Z][A-Z0-9]{1,30}")
_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,80}")
OF_FLEETS = "envdoctor_checks.fleet"  # they judge many machines together, and are no part of a check-up


class EntryPoint:
    """``name = value`` of one distribution, named by its metadata folder."""

    __slots__ = ("distribution", "name", "value", "version")

    def __init__(self, name: str, value: str, distribution: str, version: str) -> None:
        self.name = name
        self.value = value
        self.distribution = distribution
        self.version = version


class CheckSet:
    """All checks that were found, and the plug-ins they came from (distribution name, version)."""

    def __init__(self, checks: list[RegisteredCheck], plugins: list[tuple[str, str]]) -> None:
        self.checks = checks
        self.plugins = plugins


def built_in(fleets: bool = False) -> CheckSet:
    """The checks that come with envdoctor; with ``fleets`` those, too, that judge many machines together."""
    modules = (OF_FLEETS, BUILT_IN) if fleets else (BUILT_IN,)
    return CheckSet([RegisteredCheck(check) for name in modules for check in importlib.import_module(name).CHECKS], [])


def collect(fleets: bool = False) -> CheckSet:
    """The built-in checks and those of every plug-in; a plug-in that fails stands in as an unknown check."""
    checks = built_in(fleets).checks
    taken = {code for registered in checks for code in registered.check.codes}
    plugins = []
    for point in entry_points(sys.path):
        plugins.append((point.distribution, point.version))
        try:
            found = _import(point)
            for check in found:
                _sound(check)
            clash = sorted(taken & {code for check in found for code in check.codes})
            if clash:
                raise ValueError(f"its codes {', '.join(clash)} are taken")
        except BaseException as error:
            checks.append(RegisteredCheck(_broken(point, error), point.distribution))
            continue
        taken.update(code for check in found for code in check.codes)
        judged = [check for check in found if fleets or "fleet" not in check.needs]
        checks += [RegisteredCheck(check, point.distribution) for check in judged]
    return CheckSet(checks, plugins)


def entry_points(path: Iterable[str]) -> Iterator[EntryPoint]:
    """Entry points of our group along ``path``; a file that can't be read or decoded counts as having none."""
    seen = set()
    for entry in path:
        try:
            names = os.listdir(entry or ".")
        except OSError:
            continue
        for name in sorted(names):
            if name.endswith((".dist-info", ".egg-info")) and not name.startswith("~"):  # pip's leftovers
                path = os.path.join(entry, name, "entry_points.txt")
                if not os.access(path, os.R_OK):  # most have none, and to learn it by an exception takes twice as long
                    continue
                try:
                    # O_NONBLOCK: a pipe in its place must not hold us.
                    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
                    with open(fd, "rb") as file:
                        data = file.read(200_000) or b""
                except OSError:
                    continue
                distribution, _, version = name.rpartition(".")[0].partition("-")
                key = normalise(distribution)
                if GROUP.encode() in data and key not in seen:  # of two versions, the first is imported
                    seen.add(key)
                    for point, value in parsed(data.decode("utf-8", "replace"), GROUP):
                        yield EntryPoint(point, value, distribution.replace("_", "-"), version.partition("-py")[0])


def _import(point: EntryPoint) -> list[Check]:
    from envdoctor.engine import foreign

    module, _, attributes = point.value.partition(":")

    def load() -> list[object]:
        found: object = importlib.import_module(module.strip())
        for attribute in (attributes.strip() or "CHECKS").split("."):
            found = getattr(found, attribute)
        if not isinstance(found, Iterable):
            raise TypeError(f"{type(found).__name__!r} object is not iterable")
        return list(islice(found, foreign.MOST_CHECKS + 1))

    with foreign.aside():
        given = foreign.in_time(load)
    checks = [check for check in given if isinstance(check, Check)]
    for check in given:
        if not isinstance(check, Check):
            raise TypeError(f"{check!r:.80} is no check")
    if len(checks) > foreign.MOST_CHECKS:
        raise ValueError(f"more than {foreign.MOST_CHECKS:,} checks")
    return checks


def _sound(check: Check) -> None:
    """Raise `TypeError` for a check whose parts are not what they have to be."""
    from envdoctor.engine import foreign

    said = foreign.misfit(check.rules, tuple[Rule, ...], f"the rules of {check.name!r:.60}")
    said = said or foreign.misfit(check.needs, tuple[str, ...], "needs") or foreign.misfit(check.name, str, "its name")
    for rule in () if said else check.rules:
        if not _CODE.fullmatch(rule.code) or not _NAME.fullmatch(rule.name):
            said = f"{rule.code!r:.40}, {rule.name!r:.60}: a code is letters and digits (ABC001), a name words-with-hyphens"
    if said:
        raise TypeError(said)


def _broken(point: EntryPoint, error: BaseException) -> Check:
    reason = f"the plug-in {point.distribution} can't be loaded ({point.value}): {type(error).__name__}: {words(error)}"

    def examine() -> Iterator[Finding]:
        raise UnknownFact(reason)

    return Check(f"plug-in-{point.distribution}", (), examine, ())
