"""The releases of Python, and how long each gets security fixes."""

from msgspec import Struct

from envdoctor.data import table


class PythonRelease(Struct, frozen=True):
    """A minor version (``3.13``); ``released`` and ``end_of_life`` are ISO dates."""

    minor: str
    released: str
    end_of_life: str


def python_releases() -> tuple[PythonRelease, ...]:
    """Every minor version, oldest first."""
    return table("python_versions", "python", PythonRelease)


def living_pythons(today: str) -> list[str]:
    """The minor versions that get fixes on this day (ISO date), oldest first."""
    return [release.minor for release in python_releases() if release.released <= today <= release.end_of_life]
