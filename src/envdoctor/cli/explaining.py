"""An error text explained: whom it is about, what an import takes there, and what to print. For `why` and `run`."""

import os
import sys
import time
from collections.abc import Iterator

from msgspec import Struct

from envdoctor.checkup import Options, diagnose, looker, settings
from envdoctor.cli import session
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts
from envdoctor.facts.document import dump
from envdoctor.privacy.redact import shareable
from envdoctor.probe.choose import executable_of
from envdoctor.probe.world import World, redactor
from envdoctor.report.formats import explanation
from envdoctor.report.report import Report
from envdoctor.report.view import Style
from envdoctor.report.why import clues, traceback
from envdoctor.report.why.document import document
from envdoctor.report.why.explain import Explanation, Status, explain

UNKNOWN = 3
STATUSES = {Status.EXPLAINED: 0, Status.KNOWN: 1, Status.UNKNOWN: UNKNOWN}


class Asked(Struct, frozen=True):
    """Whom to examine for a text: as the options say; ``text`` is plain (`envdoctor.report.why.text.plain`).

    ``instead`` are patients to take where neither an option nor the text names one.
    """

    text: str
    pythons: tuple[str, ...] = ()
    facts_file: str | None = None
    project: str | None = None
    timeout: float | None = None
    level: str | None = None
    prefer: str | None = None
    deep: bool = False
    instead: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """What one patient has to do with the text; ``notes`` say which environment that is."""

    found: Explanation
    report: Report
    notes: tuple[str, ...]

    @property
    def status(self) -> int:
        """0: explained here, 1: known, and not found here, 3: not known."""
        return STATUSES[self.found.status]


def answers(head: HeadStart, asked: Asked, began: float | None = None) -> Iterator[Answer]:
    """What explains the text in each patient; without a named one, in the environment that the text comes from."""
    began = time.perf_counter() if began is None else began
    named, notes = (asked.pythons, ()) if asked.pythons or asked.facts_file else _origin(asked.text)
    named = named or asked.instead
    readers = session.Readers(head, named, asked.facts_file, asked.project)
    collection = collect()
    chosen = settings(Config(), None, False, (), collection.checks, asked.level, asked.prefer)
    plan = Options(collection, Selection(), Config(), chosen)
    for facts in readers.read(asked.timeout, deep=asked.deep):
        report = diagnose(facts, plan, began)
        look = None if asked.facts_file is not None else looker(facts, readers.world)
        found = explain(
            asked.text, report, look, same=bool(notes and named) or _same(asked.text, facts), deep=asked.deep
        )
        yield Answer(found, report, notes)


def around(head: HeadStart) -> World:
    """The machine as the user has it."""
    return World(home=head.around.home, cwd=head.around.cwd, environ=head.around.environ)


def told(answer: Answer, style: Style, world: World) -> str:
    """The answer for people."""
    return explanation.render(answer.found, answer.report, style, answer.notes)


def told_to_programs(answer: Answer, style: Style, world: World) -> str:
    """The answer as JSON, redacted: it is meant to be passed on."""
    whole = redactor(world).document(shareable(document(answer.found, answer.report, answer.notes)))
    return dump(whole, 2 if style.indent else None) + "\n"


def _origin(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The environment that the text comes from as a patient to name, with a sentence that says so.

    An environment of another user's is not started because a text names it.
    """
    for prefix in reversed(clues.read(text, traceback.read(text)).prefixes):
        path = os.path.expanduser(prefix)
        executable = executable_of(path) if os.path.isabs(path) and os.path.isdir(path) else None
        if executable is None:
            continue
        if _trusted(path) and _trusted(os.path.dirname(executable)) and _trusted(os.path.realpath(executable)):
            return (path,), (f"The text comes from {prefix}, so that environment was examined.",)
        return (), (f"The text comes from {prefix}, which others may change. To examine it, add: --python {prefix}",)
    return (), ()


def _trusted(path: str) -> bool:
    """Whether only this user, or the system's administrator, may change what lies there."""
    if sys.platform == "win32":
        return True
    try:
        status = os.stat(path)
    except OSError:
        return False
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o002


def _same(text: str, facts: Facts) -> bool | None:
    """True where a path in the text leads to the patient by links; ``None`` where the paths must tell."""
    mine = {os.path.realpath(path) for path in (facts.patient.prefix, facts.prefix.path) if path}
    prefixes = clues.read(text, traceback.read(text)).prefixes
    return True if any(os.path.realpath(os.path.expanduser(prefix)) in mine for prefix in prefixes) else None
