"""What a fix is, and what a tool must be able to do."""

from enum import StrEnum
from typing import Protocol

import msgspec
from msgspec import Struct

from envdoctor.fixes.steps import Run, Step


class Applicability(StrEnum):
    """Whether a fix may be run as it stands: it can be undone and harms nothing; it needs thought first (its reason
    says why); or a person has to do it."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    MANUAL = "manual"


class Fix(Struct, frozen=True, kw_only=True):
    """What to do: ``steps`` in this order, none where words (``title``) must do.

    ``reason`` says why it is not safe. ``undo`` is a command line where one undoes it. ``verify`` is the step that
    shows the cure, of ``patient`` where the fix makes another environment (empty: of the one examined).
    """

    title: str
    steps: tuple[Step, ...]
    applicability: Applicability
    reason: str = ""
    undo: str = ""
    verify: Run | None = None
    patient: str = ""


class Tool(Protocol):
    """An installer and the environment it speaks of. Titles may be left empty: the remedy has one."""

    def install(self, requirements: list[str], force: bool) -> Fix:
        """Bring PEP 508 requirements in; ``force`` lays down again what is there."""

    def remove(self, names: list[str]) -> Fix:
        """Take distributions out."""

    def recreate(self, python: str) -> Fix:
        """Make the environment again, with a Python of this minor version unless empty."""


def named(fix: Fix, title: str, reason: str = "") -> Fix:
    """The fix under the remedy's own title; a tool's longer title (an environment of its own) stays in it.

    Where there are no steps, the tool's title says what to do instead.
    """
    words = f"{title}, {fix.title}" if fix.title.startswith("in ") else title or fix.title
    words = words if fix.steps else fix.title or words
    return msgspec.structs.replace(fix, title=words, reason="; ".join(filter(None, (reason, fix.reason))), verify=None)


def unmarked(requirement: str) -> str:
    """The requirement without its environment marker, without needless spaces."""
    return "".join(requirement.partition(";")[0].split())
