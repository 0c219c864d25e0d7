"""Distributions that bring modules of the standard library to a Python that lacks them, and harm one that has them."""

from collections.abc import Iterable

from envdoctor.data import mapping
from envdoctor.ecosystem.versions import numbers


def needless(keys: Iterable[str], minor: str) -> list[str]:
    """Those of these normalised names that a Python of this minor version (``3.12``) has no need of; none where it is
    not known."""
    since = mapping("standard_library", "backports") if minor else {}
    return [key for key in keys if key in since and numbers(minor) >= numbers(since[key])]
