"""numpy.org's "Guide to installing Python and NumPy" (2020) as data, and what has changed since."""

from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from envdoctor.data import table


class Source(Struct, frozen=True):
    """Where a statement is confirmed, and when we saw it (ISO date)."""

    title: str
    url: str
    seen: str


class Statement(Struct, frozen=True):
    """One statement of the guide, in our words.

    ``status`` is how it stands today: holds, stronger, nuance, outdated, wrong, unproven; ``since``
    says what has changed (empty where nothing has). ``systems``, ``levels``, ``gpu`` and ``prefer``
    tell whom it is for.
    """

    id: str
    section: str
    says: str
    systems: tuple[str, ...]
    levels: tuple[str, ...]
    gpu: str
    prefer: tuple[str, ...]
    status: str
    since: str
    sources: tuple[Source, ...]


@cache
def statements() -> dict[str, Statement]:
    """Every statement by its id, in the guide's order."""
    rows = table("guide/statements", "statement", Statement)
    return {statement.id: statement for statement in rows}


def cited(ids: Iterable[str]) -> tuple[Statement, ...]:
    """The statements with these ids, in the guide's order; an id that the guide does not have is a `KeyError`."""
    wanted = set(ids)
    if not wanted:
        return ()
    known = statements()
    if missing := wanted - known.keys():
        raise KeyError(f"no such statement in the guide: {', '.join(sorted(missing))}")
    return tuple(statement for key, statement in known.items() if key in wanted)
