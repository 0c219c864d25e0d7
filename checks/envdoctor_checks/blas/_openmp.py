"""OpenMP run-times that meet in one process."""

from envdoctor.api import OpenMP


def libomp_family(runtimes: list[OpenMP]) -> list[OpenMP]:
    """The run-times of the libomp family, if there are two or more files of it."""
    family = [item for item in runtimes if item.loaded and item.runtime in ("libiomp5", "libomp")]
    return family if len(family) > 1 else []
