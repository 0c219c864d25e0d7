"""A requirement in conda-forge's and in Debian's names."""

from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.other_names import other_names
from envdoctor.ecosystem.requirements import name_in
from envdoctor.fixes.model import unmarked


def conda_name(requirement: str) -> str:
    """The name of the conda-forge package."""
    name = name_in(requirement)
    return other_names(normalise(name)).conda or normalise(name)


def conda_spec(requirement: str) -> str:
    """A requirement as conda's match specification (https://docs.conda.io/projects/conda-build/, "Package match
    specifications"): extras have no like there, ``==`` with a version stays exact."""
    rest = unmarked(requirement)[len(name_in(requirement)) :]
    if rest.startswith("["):
        rest = rest.partition("]")[2]
    return conda_name(requirement) + ("" if rest.startswith("@") else rest)


def debian_name(requirement: str) -> str:
    name = name_in(requirement)
    return other_names(normalise(name)).debian or f"python3-{normalise(name)}"
