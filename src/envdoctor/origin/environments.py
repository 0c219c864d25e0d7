"""Virtual environments, by the keys of pyvenv.cfg and the receipts of the tools that make them."""

import re

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.installation import Place
from envdoctor.facts.patient import Link
from envdoctor.origin.clues import Clues, made, parts

# Poetry: src/poetry/utils/env/env_manager.py, generate_env_name: <name>-<8 of URL-safe base64>-pyX.Y
_POETRY = r"^(?P<name>.+)-[A-Za-z0-9_-]{8}-py(?P<version>\d+\.\d+)$"


def uv_tool(place: Place, clues: Clues) -> Link | None:
    """``uv tool install`` leaves a receipt (uv: crates/uv-tool)."""
    if place.configuration is None or "uv-receipt.toml" not in place.telling:
        return None
    return made(place, OriginKind.UV_TOOL, parts(place.path)[-1], paths.join(place.path, "uv-receipt.toml"))


def pipx(place: Place, clues: Clues) -> Link | None:
    """pipx: src/pipx/pipx_metadata_file.py."""
    if place.configuration is None or "pipx_metadata.json" not in place.telling:
        return None
    return made(place, OriginKind.PIPX, parts(place.path)[-1], paths.join(place.path, "pipx_metadata.json"))


def uv_venv(place: Place, clues: Clues) -> Link | None:
    """uv writes its version (uv: crates/uv-virtualenv/src/virtualenv.rs)."""
    if place.configuration is None or "uv" not in place.configuration:
        return None
    version = place.configuration["uv"]
    return made(place, OriginKind.UV_VENV, f"uv {version}", f"pyvenv.cfg: uv = {version}")


def poetry(place: Place, clues: Clues) -> Link | None:
    """In Poetry's cache by its name, which the prompt repeats; in the project by the lock beside it."""
    configuration = place.configuration
    if configuration is None:
        return None
    if "../poetry.lock" in place.telling:
        folder = parts(place.path)[:-1]
        return made(place, OriginKind.POETRY, folder[-1] if folder else "", paths.join(place.path, "../poetry.lock"))
    if "virtualenv" not in configuration or not (name := re.match(_POETRY, parts(place.path)[-1])):
        return None
    prompt = configuration.get("prompt", "").strip("'\"()")
    if prompt == f"{name['name']}-py{name['version']}":
        return made(
            place,
            OriginKind.POETRY,
            name["name"],
            f"pyvenv.cfg: prompt = {prompt}",
            f"named as Poetry names: {name[0]}",
        )
    if "virtualenvs" in parts(place.path):
        return made(place, OriginKind.POETRY, name["name"], f"named as Poetry names, below virtualenvs: {name[0]}")
    return None


def pdm(place: Place, clues: Clues) -> Link | None:
    """By the file in which PDM writes down the project's Python (PDM: src/pdm/project/core.py), by the lock beside the
    environment, or in the folder of the environments that PDM keeps elsewhere (venv.location)."""
    configuration = place.configuration
    if configuration is None:
        return None
    folder = parts(place.path)
    chosen = place.telling.get("../.pdm-python", "").strip()
    if any(paths.inside(chosen, folder) for folder in (place.path, place.real)):
        return made(place, OriginKind.PDM, folder[-2] if folder[1:] else "", paths.join(place.path, "../.pdm-python"))
    if "../pdm.lock" in place.telling and "uv" not in configuration:
        return made(place, OriginKind.PDM, folder[-2] if folder[1:] else "", paths.join(place.path, "../pdm.lock"))
    if folder[-3:-1] == ["pdm", "venvs"]:
        return made(place, OriginKind.PDM, folder[-1], f"{place.path}: in PDM's folder")
    return None


def pipenv(place: Place, clues: Clues) -> Link | None:
    """By the path of the project in the environment (Pipenv: pipenv/utils/virtualenv.py writes ``.project``), where a
    Pipfile is; or by the Pipfile beside it."""
    if place.configuration is None:
        return None
    if project := place.telling.get(".project", "").strip():
        return made(place, OriginKind.PIPENV, parts(project)[-1], paths.join(place.path, f".project: {project}"))
    if "../Pipfile" in place.telling and "uv" not in place.configuration:
        folder = parts(place.path)[:-1]
        return made(place, OriginKind.PIPENV, folder[-1] if folder else "", paths.join(place.path, "../Pipfile"))
    return None


def virtualenv(place: Place, clues: Clues) -> Link | None:
    """virtualenv writes its version (virtualenv: src/virtualenv/create/creator.py)."""
    if place.configuration is None or "virtualenv" not in place.configuration:
        return None
    version = place.configuration["virtualenv"]
    return made(place, OriginKind.VIRTUALENV, f"virtualenv {version}", f"pyvenv.cfg: virtualenv = {version}")


def venv(place: Place, clues: Clues) -> Link | None:
    """The standard library's (PEP 405): pyvenv.cfg, and no other tool's mark in it."""
    if place.configuration is None:
        return None
    home = place.configuration.get("home", "")
    return made(place, OriginKind.VENV, "", f"pyvenv.cfg: home = {home}" if home else "pyvenv.cfg")
