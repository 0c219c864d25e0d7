"""A distribution's name elsewhere: conda-forge's and Debian's, where it is another than on PyPI."""

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes.model import unmarked


class OtherNames(Struct, frozen=True):
    """What a distribution of PyPI is called elsewhere; empty where it is told by rule."""

    pypi: str
    conda: str = ""
    debian: str = ""


def _row(name: str) -> OtherNames:
    key = normalise(name)
    return next((row for row in table("other_names", "distribution", OtherNames) if row.pypi == key), OtherNames(key))


def conda_name(requirement: str) -> str:
    """The name of the conda-forge package."""
    name = name_in(requirement)
    return _row(name).conda or normalise(name)


def conda_spec(requirement: str) -> str:
    """A requirement as conda's match specification (https://docs.conda.io/projects/conda-build/, "Package match
    specifications"): extras have no like there, ``==`` with a version stays exact."""
    rest = unmarked(requirement)[len(name_in(requirement)) :]
    if rest.startswith("["):
        rest = rest.partition("]")[2]
    return conda_name(requirement) + ("" if rest.startswith("@") else rest)


def debian_name(requirement: str) -> str:
    name = name_in(requirement)
    return _row(name).debian or f"python3-{normalise(name)}"
