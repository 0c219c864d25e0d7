"""conda prefixes: environments, pixi's, and roots with the installer that made them.

Signals: pixi's ``conda-meta/pixi`` (pixi: crates/pixi_core/src/environment); constructor's ``.installer.info`` and the
first block of ``conda-meta/history`` (constructor: install.py, preconda.py; Anaconda's script around it, ``build.py``:
https://github.com/conda/conda/issues/11238); the installers' own ``.condarc``
(https://github.com/conda-forge/miniforge); the record of the metapackage ``anaconda``.
"""

import re

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind, installer_in
from envdoctor.facts.installation import Place
from envdoctor.facts.patient import Link
from envdoctor.origin.clues import Clues, made, parts

_INSTALLER = r'"name"\s*:\s*"([^"]+)"'
_INSTALLER_VERSION = r'"version"\s*:\s*"([^"]+)"'
_CONSTRUCTOR = r"(?m)^# cmd: (?:constructor|build\.py(?=.* --product )) (.*)$"
_FROM_DEFAULTS = r"(?m)^\+(?:defaults|(?:\S*/)?pkgs/main)(?:/\S+)?::"


def pixi(place: Place, clues: Clues) -> Link | None:
    for name in ("conda-meta/pixi", "conda-meta/pixi_env_prefix"):
        if name in place.telling:
            return made(place, OriginKind.PIXI, parts(place.path)[-1], paths.join(place.path, name))
    return None


def root(place: Place, clues: Clues) -> Link | None:
    """A conda installation's own prefix: it holds ``condabin`` or ``envs``, and conda or mamba itself."""
    signs = place.telling
    if "conda-meta" not in signs:
        return None
    records = signs["conda-meta"].split()
    mark = next((name for name in ("condabin", "envs") if name in signs), None)
    if mark is None:
        return None
    kind, version, evidence = _installer(place, records, clues)
    return made(place, kind, version, paths.join(place.path, mark), *evidence)


def _installer(place: Place, records: list[str], clues: Clues) -> tuple[OriginKind, str, list[str]]:
    """The installer, its version if known, and the evidence; "conda" where the evidence does not decide."""
    signs = place.telling
    info = signs.get(".installer.info", "")
    if name := re.search(_INSTALLER, info):
        version = re.search(_INSTALLER_VERSION, info)
        kind = installer_in(name[1])
        if kind:
            return kind, version[1] if version else "", [f".installer.info: {name[1]}"]
    history = signs.get("conda-meta/history", "")
    if (command := re.search(_CONSTRUCTOR, history)) and (kind := installer_in(command[1])):
        return kind, "", [f"conda-meta/history: {command[0][2:]}"]
    for name_of_record in records:
        if name_of_record.startswith(("anaconda-2", "anaconda-custom", "_anaconda_depends-")):
            return OriginKind.ANACONDA, "", [f"conda-meta/{name_of_record}"]
    if "conda-forge" in signs.get(".condarc", "") or any(name.startswith("miniforge") for name in records):
        return OriginKind.MINIFORGE, "", [".condarc: conda-forge"]
    if re.search(_FROM_DEFAULTS, history) or "pkgs/main" in signs.get("conda-meta/initial-state.explicit.txt", ""):
        return OriginKind.MINICONDA, "", ["conda-meta/history: pkgs/main"]
    has_conda = any(name.startswith("conda-") for name in records)
    if not has_conda and any(
        paths.same(clues.variables.get("MAMBA_ROOT_PREFIX", ""), path) for path in (place.path, place.real)
    ):
        return OriginKind.MICROMAMBA, "", ["MAMBA_ROOT_PREFIX, and no record of conda"]
    return OriginKind.CONDA, "", []


def environment(place: Place, clues: Clues) -> Link | None:
    if "conda-meta" not in place.telling:
        return None
    return made(place, OriginKind.CONDA_ENV, parts(place.path)[-1], paths.join(place.path, "conda-meta"))
