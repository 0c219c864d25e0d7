"""What a fix is, and what a tool must be able to do."""

from typing import Any, Protocol

import msgspec
from msgspec import Struct


class Fix(Struct, frozen=True, kw_only=True):
    """What to do: ``steps`` are {"argv": […]}, {"setenv": {…}}, {"unsetenv": […]} or {"edit": {"file", "change"}}.

    ``applicability``: safe (can be undone, harms nothing), unsafe (``reason`` says why), manual (words, or
    an edit by hand). ``undo`` is a command line where one undoes it. ``verify`` is the step that shows the
    cure, of ``patient`` where the fix makes another environment (empty: of the one examined).
    """

    title: str
    steps: tuple[dict[str, Any], ...]
    applicability: str
    reason: str = ""
    undo: str = ""
    verify: dict[str, Any] = {}
    patient: str = ""


class Tool(Protocol):
    """An installer and the environment it speaks of. Titles may be left empty: the remedy has one."""

    def install(self, requirements: list[str], force: bool) -> Fix:
        """Bring PEP 508 requirements in; ``force`` lays down anew what is there."""

    def remove(self, names: list[str]) -> Fix:
        """Take distributions out."""

    def recreate(self, python: str) -> Fix:
        """Make the environment anew, with a Python of this minor version unless empty."""


def argv(*words: str) -> dict[str, Any]:
    return {"argv": list(words)}


def named(fix: Fix, title: str, reason: str = "") -> Fix:
    """The fix under the remedy's own title; a tool's longer title (an environment of its own) stays in it.

    Where there are no steps, the tool's title says what to do instead.
    """
    words = f"{title}, {fix.title}" if fix.title.startswith("in ") else title or fix.title
    words = words if fix.steps else fix.title or words
    return msgspec.structs.replace(fix, title=words, reason="; ".join(filter(None, (reason, fix.reason))), verify={})


def unmarked(requirement: str) -> str:
    """The requirement without its environment marker, without needless spaces."""
    return "".join(requirement.partition(";")[0].split())
