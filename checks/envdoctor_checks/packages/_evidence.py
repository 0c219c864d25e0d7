"""Distributions and files as evidence, and what several rules advise."""

from collections.abc import Sequence

from envdoctor.api import Distribution, Evidence, Remedy, Remove

SHOWN = 5  # files named in evidence; the rest is counted


def named(label: str, items: list[str]) -> list[Evidence]:
    """The first few as evidence, and how many more there are."""
    rows = [Evidence(label, item) for item in items[:SHOWN]]
    return [*rows, Evidence(label, f"and {len(items) - SHOWN} more")] if len(items) > SHOWN else rows


def own_copy_away(user: Distribution, culprit: Distribution, everything: Sequence[Distribution]) -> tuple[Remedy, ...]:
    """Where a package of the system (``user``) meets a copy that pip put in front of the system's own: that copy goes.

    The system's own suits the system's packages, and pip can't replace these.
    """
    behind = any(it.key == culprit.key and it.owner == user.owner for it in everything)
    if user.owner != "system" or culprit.owner is not None or not behind:
        return ()
    title = f"remove {culprit.name} {culprit.version} from {culprit.location}: it hides the system's own"
    return (Remove((culprit.name,), title=title),)
