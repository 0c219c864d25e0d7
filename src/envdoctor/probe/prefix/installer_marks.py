"""The files and folders that tell who made a prefix, looked up one by one; `envdoctor.origin` judges them.

A key is relative to the prefix; what lies elsewhere keeps its absolute path. The value is the beginning of the text
where that matters, else empty.
"""

import os
import re

from envdoctor.ecosystem.prefixes import is_conda_installation
from envdoctor.facts.interpreter import Interpreter
from envdoctor.probe.world import World

TEXT = 2000  # characters kept of a file
ENVIRONMENT = ("uv-receipt.toml", "pipx_metadata.json", "../poetry.lock", "../.pdm-python", "../pdm.lock", "../Pipfile")
BASE = (
    "PYTHON.json",  # python-build-standalone's full archives
    "../../libexec/pyenv",  # pyenv's root above versions/
    "../../shims/python",
    "../../shims/python3",
    "../../../shims/python",  # asdf's and mise's data directory above installs/python/
    "../../../shims/python3",
    "../../../plugins/python/bin/install",
    "../.mise.backend",
    ".spack/spec.json",
    "easybuild",
    "pybuilddir.txt",
)
DARWIN = ("Resources/Info.plist", "/opt/local/var/macports/registry")
WINDOWS = (
    "__install__.json",
    "AppxManifest.xml",
    "../scripts/env.bat",
    "../python.nuspec",
    "../build/native/python.props",
    "NEWS.txt",
    "../../bin/pyenv.bat",
)
READ = frozenset(["../../shims/python", "../../../shims/python", "../scripts/env.bat", "__install__.json"])
CONDA_RECORDS = ("anaconda-", "_anaconda_depends-", "conda-", "mamba-", "micromamba-", "miniforge", "python-")
_KEG = r"^(.*/Cellar/python@?[0-9.]*/[^/]+)(?=/|$)"


def of_conda(world: World, prefix: str) -> dict[str, str]:
    """Marks of pixi and of the installers in a conda prefix; the names of the records that tell one from another."""
    names = world.names(f"{prefix}/conda-meta")
    here = names if isinstance(names, list) else []
    signs = {"conda-meta": " ".join(name for name in here if name.startswith(CONDA_RECORDS))}
    for name in ("pixi", "pixi_env_prefix", "history", "initial-state.explicit.txt"):
        if name in here:
            signs[f"conda-meta/{name}"] = _text(world, f"{prefix}/conda-meta/{name}")
    for name in (".installer.info", ".condarc"):
        if world.is_file(f"{prefix}/{name}"):
            signs[name] = _text(world, f"{prefix}/{name}")
    for name in ("condabin", "envs") if is_conda_installation(prefix, world.is_dir) else ():
        if world.is_dir(f"{prefix}/{name}"):
            signs[name] = ""
    return signs


def of_environment(world: World, prefix: str) -> dict[str, str]:
    """Receipts in a virtual environment, and the files beside it that make it Poetry's, PDM's or Pipenv's."""
    wanted = [name for name in ENVIRONMENT if name[:3] != "../" or os.path.basename(prefix) == ".venv"]
    signs = {name: "" for name in wanted if world.exists(f"{prefix}/{name}")}
    if "../.pdm-python" in signs:
        signs["../.pdm-python"] = _text(world, f"{prefix}/../.pdm-python")
    project = _text(world, f"{prefix}/.project").strip() if world.is_file(f"{prefix}/.project") else ""
    # virtualenvwrapper writes such a file, too: only a Pipfile makes it Pipenv's.
    if os.path.isabs(project) and world.is_file(f"{project}/Pipfile"):
        signs[".project"] = project
    return signs


def of_base(
    world: World, real: str, executable: str | None, stdlib: str | None, interpreter: Interpreter | None
) -> dict[str, str]:
    """Marks of whoever installed a Python."""
    wanted = [*BASE]
    if world.platform == "darwin":
        wanted += DARWIN
        version = os.path.basename(real)
        wanted.append(f"/private/var/db/receipts/org.python.Python.PythonFramework-{version}.plist")
        wanted.append(f"/var/db/receipts/org.python.Python.PythonFramework-{version}.plist")
    elif world.platform == "win32":
        wanted += WINDOWS
        names = world.names(real)
        wanted += [name for name in names if name.endswith("._pth")] if isinstance(names, list) else []
    signs = {}
    for name in wanted:
        path = name if name.startswith("/") else os.path.normpath(f"{real}/{name}")
        if world.exists(path):
            signs[name] = _text(world, path) if name in READ else ""
    if stdlib and isinstance(text := world.text(f"{stdlib}/EXTERNALLY-MANAGED", TEXT), str):
        signs["EXTERNALLY-MANAGED"] = text
    keg = re.match(_KEG, executable or real) if "/Cellar/" in (executable or real) else None
    if keg and world.exists(f"{keg.group(1)}/INSTALL_RECEIPT.json"):
        signs["INSTALL_RECEIPT.json"] = _text(world, f"{keg.group(1)}/INSTALL_RECEIPT.json")
    if interpreter is not None and stdlib:
        folder = "-".join(
            str(interpreter.config[key]) for key in ("LDVERSION", "MULTIARCH") if interpreter.config.get(key)
        )
        if folder and world.exists(f"{stdlib}/config-{folder}/Makefile"):
            signs["Makefile"] = ""
    return signs


def _text(world: World, path: str) -> str:
    text = world.text(path, TEXT)
    return text[:TEXT] if isinstance(text, str) else ""
