"""conda's records, by their file names, and what its build strings tell of CUDA."""

import re

from envdoctor.probe.world import World

# conda's names, where they differ from the distribution's
CONDA = {"torch": ("pytorch", "pytorch-gpu", "pytorch-cpu"), "tensorflow": ("tensorflow-base", "tensorflow")}
_CUDA = re.compile(r"(?:^|_)(?:gpu_)?cuda_?(\d{2})\.?(\d)")


def records(world: World, prefix: str | None) -> dict[str, tuple[str, str]]:
    """Version and build string of conda's records, by name, from the file names alone (``name-version-build.json``)."""
    names = world.names(f"{prefix}/conda-meta") if prefix else None
    found = {}
    for name in names if isinstance(names, list) else ():
        parts = name.removesuffix(".json").rsplit("-", 2)
        if name.endswith(".json") and len(parts) == 3:
            found[parts[0]] = (parts[1], parts[2])
    return found


def parse_build_string(build: str) -> str | None:
    """The CUDA version in a conda build string, ``None`` where it names none.

    ``cuda129_generic_py312h…`` and ``cuda_126_py…`` (conda-forge), ``gpu_cuda118py311h…`` (defaults),
    ``py3.12_cuda12.4_cudnn9.1.0_0`` (the pytorch channel); ``cpu_…`` has none.
    """
    match = _CUDA.search(build)
    return f"{match.group(1)}.{match.group(2)}" if match else None
