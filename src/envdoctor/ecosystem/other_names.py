"""A distribution's name elsewhere: conda-forge's and Debian's, where it is another than on PyPI."""

from functools import cache

from msgspec import Struct

from envdoctor.data import table


class OtherNames(Struct, frozen=True):
    """What a distribution of PyPI is called elsewhere; empty where it is told by rule."""

    pypi: str
    conda: str = ""
    debian: str = ""


def other_names(key: str) -> OtherNames:
    """The row of a distribution, by its normalised name on PyPI."""
    return next((row for row in table("other_names", "distribution", OtherNames) if row.pypi == key), OtherNames(key))


def pypi_keys(conda: str) -> set[str]:
    """The normalised names on PyPI of what conda-forge has under this one; its own where no other is known."""
    return _by_conda().get(conda, {conda})


@cache
def _by_conda() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in table("other_names", "distribution", OtherNames):
        if row.conda:
            found.setdefault(row.conda, set()).add(row.pypi)
    return found
