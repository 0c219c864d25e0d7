"""Where checks come from: the built-in ones, and the entry points of installed distributions.

Entry points are read from their files here, not by ``importlib.metadata``: that takes as long as a
check-up, and gives up on the first ``entry_points.txt`` it can't decode.
"""

import importlib
import os
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial

from envdoctor.ecosystem.entry_points import parsed
from envdoctor.ecosystem.names import normalise
from envdoctor.engine.checks import Check
from envdoctor.engine.findings import Finding
from envdoctor.engine.run import RegisteredCheck
from envdoctor.facts import UnknownFact

GROUP = "envdoctor.checks"
BUILT_IN = "envdoctor_checks"
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
    points = list(entry_points(sys.path))
    if not points:
        return CheckSet(checks, [])
    from envdoctor.engine.foreign import IMPORT_SECONDS, ForeignError, Host

    taken = {code for registered in checks for code in registered.check.codes}
    began = time.monotonic()
    for point, host in [(point, Host(point.distribution, point.value)) for point in points]:
        try:
            found = host.checks(max(0.0, began + IMPORT_SECONDS - time.monotonic()))
            clash = sorted(taken & {code for check in found for code in check.codes})
            if clash:
                raise ForeignError(f"its codes {', '.join(clash)} are taken")
        except ForeignError as error:
            checks.append(RegisteredCheck(_broken(point, error), point.distribution))
            continue
        taken.update(code for check in found for code in check.codes)
        checks += [
            RegisteredCheck(check, point.distribution, partial(host.outcome, check, number, point.distribution))
            for number, check in enumerate(found)
            if fleets or "fleet" not in check.needs
        ]
    return CheckSet(checks, [(point.distribution, point.version) for point in points])


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


def _broken(point: EntryPoint, error: Exception) -> Check:
    reason = f"the plug-in {point.distribution} can't be loaded ({point.value}): {error}"

    def examine() -> Iterator[Finding]:
        raise UnknownFact(reason)

    return Check(f"plug-in-{point.distribution}", (), examine, ())
