"""Conda, read from its files: never run, never needed, nothing changed.

What a check-up without conda takes is at the top; the rest is imported where there is one.
"""

import os

from envdoctor.facts.base import Missing
from envdoctor.facts.conda import Conda
from envdoctor.facts.prefix import Prefix
from envdoctor.probe.world import World

_VARIABLES = ("CONDA_", "MAMBA_", "_CONDA_")
_FILES = (".condarc", "condarc", "condarc.d")


def read(world: World, prefix: Prefix, deep: bool = False) -> Conda | None | Missing:
    """What conda is here; ``None`` where there is no conda prefix, no configuration and no variable of it.

    ``deep`` compares the hashes of files.
    """
    if not prefix.conda_meta and not _anything(world):
        return None
    from envdoctor.probe.conda.whole import whole

    return whole(world, prefix, deep)


def _anything(world: World) -> bool:
    environ = world.environ
    if any(name.startswith(_VARIABLES) or name == "CONDARC" for name in environ):
        return True
    folders = ["C:/ProgramData/conda"] if world.platform == "win32" else ["/etc/conda", "/var/lib/conda"]
    if environ.get("XDG_CONFIG_HOME"):
        folders.append(f"{environ['XDG_CONFIG_HOME']}/conda")
    folders += [f"{world.home}/.config/conda", f"{world.home}/.conda"]
    exists = os.path.exists
    if exists(world.real(f"{world.home}/.condarc")):
        return True
    return any(
        exists(real := world.real(folder)) and any(exists(f"{real}/{name}") for name in _FILES) for folder in folders
    )
