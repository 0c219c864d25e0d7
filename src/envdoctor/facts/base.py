"""What every fact section is made of: frozen structs, and the word for "unknown"."""

from typing import TypeVar

from msgspec import Struct, field


class Missing(Struct, frozen=True):
    """An answer that could not be had, and why.

    Facts keep three answers apart: present (a value), absent (``None`` or an empty list) and
    unknown (``Missing``). Unknown is never reported as absent, and never as a pass.
    In JSON it reads ``{"missing": "why"}``, at any depth.
    """

    reason: str = field(name="missing")

    def __str__(self) -> str:
        """What stands in a sentence in the answer's place."""
        return "unknown"


class Section(Struct, frozen=True, kw_only=True):
    """A group of facts; its fields are JSON, or ``Missing`` where the answer is unknown."""


class Obstacle(Section, frozen=True, kw_only=True):
    """A file or folder that has to be there, and is of no use as it is.

    ``state`` is ``gone``, ``unreadable`` (this user may not read it) or ``failing`` (reading it fails: an error of the
    disk, a stale handle, a loop of links, a FIFO); ``reason`` is the system's own word. ``mode`` is as ``ls -l`` shows it
    (``drwx------``), ``owner`` the name of whom it belongs to, ``mine`` whether that is this user. ``needed_by`` are
    the distributions whose files they are; without any it is the installation itself.
    """

    path: str
    state: str
    reason: str
    mode: str | None = None
    owner: str | None = None
    mine: bool = False
    needed_by: list[str] = []


class UnknownFact(Exception):
    """A fact that was asked for is missing; the message says why."""


T = TypeVar("T")


def known(value: T | Missing) -> T:
    """Return ``value``, or raise `UnknownFact` with its reason when it is `Missing`."""
    if isinstance(value, Missing):
        raise UnknownFact(value.reason)
    return value


def present(value: T | Missing | None) -> T | None:
    """The value, or ``None`` where it is absent or unknown: for who has nothing to say without it, never for a verdict."""
    return None if isinstance(value, Missing) else value
