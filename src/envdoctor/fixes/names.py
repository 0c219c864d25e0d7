"""A distribution's name elsewhere: conda-forge's and Debian's, where it is another than on PyPI."""

from envdoctor.data import table
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes.model import unmarked


def _row(name: str) -> dict[str, str]:
    key = normalise(name)
    rows = table("other_names")["distribution"]
    return next((row for row in rows if row["pypi"] == key), {})


def conda_name(requirement: str) -> str:
    """The name of the conda-forge package."""
    name = name_in(requirement)
    return _row(name).get("conda", normalise(name))


def conda_spec(requirement: str) -> str:
    """A requirement as conda's match specification (https://docs.conda.io/projects/conda-build/, "Package match
    specifications"): extras have no like there, ``==`` with a version stays exact."""
    rest = unmarked(requirement)[len(name_in(requirement)) :]
    if rest.startswith("["):
        rest = rest.partition("]")[2]
    return conda_name(requirement) + ("" if rest.startswith("@") else rest)


def debian_name(requirement: str) -> str:
    name = name_in(requirement)
    return _row(name).get("debian", f"python3-{normalise(name)}")
