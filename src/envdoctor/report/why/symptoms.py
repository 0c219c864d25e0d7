"""What errors mean, as data: the tables in ``data/symptoms``, and which of their rows a text shows."""

import re
from functools import cache

import msgspec
from msgspec import Struct

from envdoctor import data

TOPICS = ("loaders", "gpu", "blas", "arrays", "files", "conda", "jupyter", "python", "installers")
MOST_SHOWN = 200  # lines of one text that are tried with one expression


class Symptom(Struct, frozen=True):
    """A kind of error text.

    ``find`` are words in small letters, one of which is in the line; ``pattern`` an expression where words are
    not enough. ``means`` says what it is about, whatever the environment; ``codes`` are rules that can prove it
    here; ``about`` is the distribution that it is about. ``cure`` are words by system (linux, macos, windows, debian …), by
    tool (conda, pip) or for ``any``; ``install`` are requirements and ``system`` the system's packages (by package manager)
    that cure it. ``kind`` is environment, program (the program or its data are at fault), machine, network or
    information (harmless). ``general`` rows count where no other does; ``also`` are rows that may claim the example. ``whole``:
    ``means`` says all that there is to say of the name in it.
    """

    name: str
    example: str
    find: tuple[str, ...]
    means: str
    source: str
    pattern: str = ""
    codes: tuple[str, ...] = ()
    about: str = ""
    cure: dict[str, str] = {}
    install: tuple[str, ...] = ()
    system: dict[str, tuple[str, ...]] = {}
    kind: str = "environment"
    general: bool = False
    also: tuple[str, ...] = ()
    whole: bool = False
    topic: str = ""

    @property
    def title(self) -> str:
        """The error text that people search for, in one line."""
        return " ".join(self.example.split())


class Match(Struct, frozen=True):
    """A symptom and the line that shows it; ``number`` is the line's, from 0."""

    symptom: Symptom
    line: str
    number: int


@cache
def symptoms() -> tuple[Symptom, ...]:
    """All rows of all tables, in the tables' order."""
    return tuple(
        msgspec.structs.replace(row, topic=topic)
        for topic in TOPICS
        for row in data.table(f"data/symptoms/{topic}", "symptom", Symptom)
    )


def named(name: str) -> Symptom | None:
    """The symptom of this name."""
    return next((row for row in symptoms() if row.name == name), None)


def recognise(text: str, last_error: int | None = None) -> list[Match]:
    """The symptoms that ``text`` shows, the one that explains most first.

    ``last_error`` is the number of the line with the error that ended the program: what that line (and what follows it)
    shows comes before what stands above, there what is particular before what is general, and the last line first.
    """
    lines = text.split("\n")
    small = text.lower()
    small_lines = small.split("\n")
    found = []
    for row in symptoms():
        words = [word for word in row.find if word in small]
        if words and (match := _last(row, words, lines, small_lines)) is not None:
            found.append(match)
    if not found and len(lines) > 1:  # a terminal or a letter has broken the line
        tail = " ".join(line.strip() for line in lines[-40:])[-6_000:]
        found = [
            match for row in symptoms() if (match := _last(row, list(row.find), [tail], [tail.lower()])) is not None
        ]
    particular = {match.number for match in found if not match.symptom.general}
    kept = [match for match in found if not match.symptom.general or match.number not in particular]
    limit = last_error if last_error is not None else len(lines) - 1
    there = {match.symptom.name for match in kept}
    return sorted(
        kept,
        key=lambda match: (
            match.number < limit,
            match.symptom.general,
            -match.number,
            not there.intersection(match.symptom.also),
            len(there.intersection(match.symptom.also)) * -1,
        ),
    )


def _last(row: Symptom, words: list[str], lines: list[str], small: list[str]) -> Match | None:
    """The last line that shows the symptom: a traceback ends with the error itself."""
    pattern = _compiled(row.pattern) if row.pattern else None
    tried = 0
    for number in range(len(lines) - 1, -1, -1):
        if any(word in small[number] for word in words):
            if pattern is None or pattern.search(lines[number]) is not None:
                return Match(row, lines[number].strip(), number)
            tried += 1
            if tried >= MOST_SHOWN:
                return None
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
