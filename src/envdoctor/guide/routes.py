"""Which way the guide points, then and now: routes are data, chosen by system, level, GPU and preference."""

from functools import cache
from typing import Any

from msgspec import Struct

from envdoctor.data import table
from envdoctor.fixes.shell import Shell

SYSTEMS = ("linux", "macos", "windows")
LEVELS = ("beginner", "advanced")
PREFERENCES = ("conda", "pip", "system")


class Profile(Struct, frozen=True, kw_only=True):
    """For whom a route is sought. ``family`` is Linux's (debian, fedora, arch, alpine; may be empty)."""

    system: str
    level: str
    gpu: bool
    prefer: str
    machine: str = "x86_64"
    family: str = ""
    python: str = "3.13"
    cuda: str = "12"
    name: str = "work"


class Step(Struct, frozen=True, kw_only=True):
    """One step: ``says`` what to do, ``statement`` is the guide's that it follows (and what has changed since).

    ``progress`` names what tells that it is done. ``commands`` are by system, family, or ``all``.
    """

    id: str
    says: str
    statement: str
    progress: str = ""
    source: str = ""
    systems: tuple[str, ...] = SYSTEMS
    levels: tuple[str, ...] = LEVELS
    gpu: tuple[str, ...] = ("yes", "no")
    commands: dict[str, list[Any]] = {}

    def fits(self, who: Profile) -> bool:
        return who.system in self.systems and who.level in self.levels and ("yes" if who.gpu else "no") in self.gpu

    def lines(self, who: Profile, shell: Shell) -> list[str]:
        """The commands for this system and shell, each ready to be pasted."""
        chosen = next((self.commands[key] for key in (who.family, who.system, "all") if key in self.commands), [])
        return [_line(command, who, shell) for command in chosen]


class Route(Struct, frozen=True, kw_only=True):
    """A way from nothing to a working environment. ``era`` is 2020 (the guide's) or today."""

    id: str
    era: str
    title: str
    source: str
    step: tuple[Step, ...]
    systems: tuple[str, ...] = SYSTEMS
    levels: tuple[str, ...] = LEVELS
    gpu: tuple[str, ...] = ("yes", "no")
    prefer: tuple[str, ...] = PREFERENCES

    def fits(self, who: Profile) -> bool:
        where = who.system in self.systems and who.level in self.levels
        return where and ("yes" if who.gpu else "no") in self.gpu and who.prefer in self.prefer

    def steps(self, who: Profile) -> list[Step]:
        return [step for step in self.step if step.fits(who)]


class Aside(Struct, frozen=True, kw_only=True):
    """Statements that are told beside every route."""

    id: str
    title: str
    source: str
    statements: tuple[str, ...]


@cache
def routes() -> tuple[Route, ...]:
    return table("guide/routes", "route", Route)


@cache
def asides() -> dict[str, Aside]:
    return {aside.id: aside for aside in table("guide/routes", "section", Aside)}


def route(who: Profile, era: str) -> Route:
    """The first route of an era that fits. Every combination has one (a test walks through them all)."""
    return next(way for way in routes() if way.era == era and way.fits(who))


def statements_used() -> dict[str, list[str]]:
    """Statement id → routes and asides that print it."""
    used: dict[str, list[str]] = {}
    for way in routes():
        for step in way.step:
            names = used.setdefault(step.statement, [])
            if way.id not in names:
                names.append(way.id)
    for aside in asides().values():
        for statement in aside.statements:
            used.setdefault(statement, []).append(aside.title)
    return used


def _line(command: Any, who: Profile, shell: Shell) -> str:
    if isinstance(command, dict) and "activate" in command:
        return shell.activate(str(command["activate"]))
    if isinstance(command, dict):
        return " | ".join(_line(part, who, shell) for part in command["pipe"])
    return shell.run([_filled(str(word), who) for word in command])


def _filled(word: str, who: Profile) -> str:
    for name in ("machine", "python", "cuda", "name"):
        word = word.replace(f"{{{name}}}", str(getattr(who, name)))
    return word
