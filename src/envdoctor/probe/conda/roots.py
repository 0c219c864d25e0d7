"""The installation that a conda prefix belongs to, and which installer made it; told by what lies there."""

import os
import re
from collections.abc import Mapping, Sequence

from envdoctor.ecosystem.origins import OriginKind, installer_in
from envdoctor.ecosystem.prefixes import is_conda_installation
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.conda.history import is_installers
from envdoctor.probe.world import World

_CONDA = pattern(r"conda-(\d[^-]*)-[^-]+\.json$")


def find(world: World, prefix: str | None, commands: Sequence[str], pixi: bool) -> str | None:
    """The root that owns the conda prefix ``prefix`` (``commands`` are those of its history), or the one in use.

    ``None`` where there is none: pixi needs none, and an environment may have been moved or copied.
    """
    if prefix:
        if pixi:
            return None
        if is_conda_installation(prefix, world.is_dir):
            # Unless another one made it, as an environment that holds conda, too; and the shell uses that one.
            made_by = _above(world, commands[0].split(" ")[0]) if commands else None
            return prefix if not made_by or _in_use(world, world.environ) == prefix else made_by
        parent, name = os.path.split(os.path.dirname(prefix))
        if name == "envs" and any(world.is_dir(f"{parent}/{folder}") for folder in ("conda-meta", "pkgs")):
            return parent  # micromamba's own root may be empty but for these
        if root := _in_use(world, world.environ):  # it is this one's configuration that counts from now on
            return root
        for command in reversed(commands):
            if root := _above(world, command.split(" ")[0]):
                return root
        return None
    return _in_use(world, world.environ)


def _above(world: World, program: str, own: bool = False) -> str | None:
    """The installation that ``program`` lies in. ``own``: it is conda itself, so wherever records lie is one."""
    folder = os.path.dirname(program.replace("\\", "/"))
    while len(folder) > 1:
        if is_conda_installation(folder, world.is_dir) or (own and world.is_dir(f"{folder}/conda-meta")):
            return folder
        if folder == os.path.dirname(folder):
            break
        folder = os.path.dirname(folder)
    return None


def _in_use(world: World, environ: Mapping[str, str]) -> str | None:
    for name in ("CONDA_ROOT", "_CONDA_ROOT", "MAMBA_ROOT_PREFIX"):
        folder = environ.get(name, "").rstrip("/\\")
        if folder and world.is_dir(folder):
            return folder
    for name in ("CONDA_EXE", "CONDA_PYTHON_EXE", "MAMBA_EXE"):
        root = _above(world, environ[name], own=name != "MAMBA_EXE") if environ.get(name) else None
        if root:
            return root
    active = environ.get("CONDA_PREFIX", "").rstrip("/\\")
    if active and is_conda_installation(active, world.is_dir):
        return active
    parent, name = os.path.split(os.path.dirname(active))
    return parent if name == "envs" and world.is_dir(f"{parent}/conda-meta") else None


def version(names: Sequence[str]) -> str | None:
    """Conda's version by the names in its ``conda-meta``; ``None`` where conda is not installed there."""
    for name in names:
        match = _CONDA.match(name)
        if match:
            return match[1]
    return None


def flavour(world: World, root: str, names: Sequence[str], commands: Sequence[str]) -> OriginKind:
    """anaconda, miniconda, miniforge, micromamba, or conda where nothing decides.

    ``names`` are those in its conda-meta, ``commands`` the history's. Anaconda is told by its metapackage, the others
    by what their installer left, then by where conda itself came from.
    """
    if any(re.match(r"_?anaconda(?:_depends)?-[0-9c]", name) for name in names):
        return OriginKind.ANACONDA
    conda = next((name for name in names if _CONDA.match(name)), None)
    for text in (
        world.text(f"{root}/.installer.info", 10_000),
        next((line for line in commands if is_installers(line)), ""),
    ):
        if isinstance(text, str):
            product = installer_in(text)
            if product and product is not OriginKind.ANACONDA:
                return product
    if conda is None:
        in_use = world.environ.get("MAMBA_ROOT_PREFIX", "").rstrip("/\\") == root
        return (
            OriginKind.MICROMAMBA
            if in_use or not any(name.startswith("conda-") for name in names)
            else OriginKind.CONDA
        )
    head = world.read(f"{root}/conda-meta/{conda}")
    condarc = world.text(f"{root}/.condarc", 100_000)
    if isinstance(head, bytes) and re.search(rb'"channel": ?"[^"]*conda-forge', head):
        return OriginKind.MINIFORGE if isinstance(condarc, str) and "conda-forge" in condarc else OriginKind.CONDA
    if isinstance(head, bytes) and re.search(rb'"channel": ?"[^"]*(?:pkgs/main|defaults)', head):
        return OriginKind.MINICONDA
    return OriginKind.CONDA
