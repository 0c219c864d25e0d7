"""Which way the guide points, then and now: routes are data, chosen by system, level, GPU and preference."""

from functools import cache
from typing import Any

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem.versions import numbers
from envdoctor.fixes.shell import Shell

SYSTEMS = ("linux", "macos", "windows")
LEVELS = ("beginner", "advanced")
PREFERENCES = ("conda", "pixi", "pip", "venv", "poetry", "pdm", "system")
# The guide of 2020 knows three ways: what it says of conda and pip goes for these tools, too.
FAMILIES = {"pixi": "conda", "venv": "pip", "poetry": "pip", "pdm": "pip"}


class Profile(Struct, frozen=True, kw_only=True):
    """For whom a route is sought. ``family`` is Linux's (debian, fedora, arch, alpine; may be empty).

    ``prefer`` is a tool, ``pip`` stands for uv. ``torch`` says how PyTorch for the GPU here is to be had: ``plain`` from
    PyPI, ``index`` from PyTorch's ``index`` (``cu126``) at ``url`` as ``requirement``, ``none`` not at all.
    """

    system: str
    level: str
    gpu: bool
    prefer: str
    machine: str = "x86_64"
    family: str = ""
    python: str = "3.13"
    name: str = "work"
    torch: str = "plain"
    index: str = ""
    url: str = ""
    requirement: str = "torch"

    @property
    def arch(self) -> str:
        return "arm64" if self.machine.lower() in ("arm64", "aarch64") else "x86_64"


class Step(Struct, frozen=True, kw_only=True):
    """One step: ``says`` what to do, ``statement`` is the guide's that it follows (and what has changed since).

    ``progress`` names what tells that it is done, with all of ``wants`` installed. ``commands`` and ``after`` (what has
    to be known before the next command works) are by system, family, or ``all``. ``snippet`` goes into pyproject.toml
    before the commands run. ``machines`` and ``torch`` (see `Profile`) are conditions; empty: any.
    """

    id: str
    says: str
    statement: str
    progress: str = ""
    wants: tuple[str, ...] = ()
    source: str = ""
    systems: tuple[str, ...] = SYSTEMS
    levels: tuple[str, ...] = LEVELS
    gpu: tuple[str, ...] = ("yes", "no")
    machines: tuple[str, ...] = ()
    torch: tuple[str, ...] = ()
    commands: dict[str, list[Any]] = {}
    after: dict[str, str] = {}
    snippet: str = ""

    def fits(self, who: Profile) -> bool:
        place = who.system in self.systems and (not self.machines or who.arch in self.machines)
        card = ("yes" if who.gpu else "no") in self.gpu and (not self.torch or who.torch in self.torch)
        return place and card and who.level in self.levels

    def lines(self, who: Profile, shell: Shell) -> list[str]:
        """The commands for this system and shell, each ready to be pasted."""
        return [_line(command, who, shell) for command in _by_system(self.commands, who, [])]

    def then(self, who: Profile) -> str:
        """What has to be known before the next command works."""
        return filled(_by_system(self.after, who, ""), who)


class Route(Struct, frozen=True, kw_only=True):
    """A way from nothing to a working environment. ``era`` is 2020 (the guide's) or today.

    ``why`` says why this one leads here; ``checked`` is the day on which its source and commands were looked at.
    """

    id: str
    era: str
    title: str
    source: str
    checked: str
    step: tuple[Step, ...]
    why: str = ""
    systems: tuple[str, ...] = SYSTEMS
    levels: tuple[str, ...] = LEVELS
    gpu: tuple[str, ...] = ("yes", "no")
    machines: tuple[str, ...] = ()
    prefer: tuple[str, ...] = PREFERENCES

    def fits(self, who: Profile) -> bool:
        place = who.system in self.systems and (not self.machines or who.arch in self.machines)
        wanted = {who.prefer, FAMILIES.get(who.prefer, who.prefer)} if self.era == "2020" else {who.prefer}
        return (
            place
            and who.level in self.levels
            and ("yes" if who.gpu else "no") in self.gpu
            and bool(wanted & {*self.prefer})
        )

    def steps(self, who: Profile) -> list[Step]:
        return [step for step in self.step if step.fits(who)]


class Wheels(Struct, frozen=True):
    """The newest Python that a package has wheels for on PyPI."""

    package: str
    newest: str


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


def newest_with_wheels() -> str:
    """The newest Python that NumPy, SciPy and Matplotlib have wheels for."""
    return min((row.newest for row in table("guide/routes", "wheels", Wheels)), key=numbers)


def _by_system(answers: dict[str, Any], who: Profile, default: Any) -> Any:
    keys = (who.family, f"{who.system}-{who.arch}", who.system, "all")
    return next((answers[key] for key in keys if key in answers), default)


def _line(command: Any, who: Profile, shell: Shell) -> str:
    if isinstance(command, dict) and "activate" in command:
        return shell.activate(str(command["activate"]))
    if isinstance(command, dict) and "write" in command:
        return f"{_line(command['run'], who, shell)} > {command['write']}"
    if isinstance(command, dict):
        return " | ".join(_line(part, who, shell) for part in command["pipe"])
    return shell.run([filled(str(word), who) for word in command])


def filled(text: str, who: Profile) -> str:
    """The text with the words in braces filled in."""
    for name in ("machine", "python", "name", "index", "url", "requirement"):
        text = text.replace(f"{{{name}}}", str(getattr(who, name)))
    return text
