"""What the patient has done of a route already: pure answers from facts, `None` where the facts do not tell."""

from collections.abc import Callable

from envdoctor.ecosystem.origins import (
    CONDA_COMMANDS,
    CONDA_LIKE,
    CONDA_ROOTS,
    FROM_CONDA_FORGE,
    OriginKind,
    first_kind,
)
from envdoctor.ecosystem.pythons import python_releases
from envdoctor.facts import Facts, Packages, Project, Tools

Done = Callable[[Facts], bool | None]
MANAGED = ("uv.lock", "poetry.lock", "pdm.lock", "poetry", "pixi.lock", "pixi", "Pipfile.lock")


def _commands(facts: Facts) -> dict[str, str]:
    return facts.tools.commands if isinstance(facts.tools, Tools) else {}


def _kinds(facts: Facts) -> list[str]:
    return [link.kind for link in facts.patient.origin]


def _of_conda(facts: Facts, name: str) -> object:
    """A field of the section ``conda``; ``None`` where there is no such section, or it is unknown."""
    return getattr(getattr(facts, "conda", None), name, None)


def conda(facts: Facts) -> bool | None:
    if any(name in _commands(facts) for name in CONDA_COMMANDS) or any(kind in CONDA_LIKE for kind in _kinds(facts)):
        return True
    return bool(_of_conda(facts, "root_prefix"))


def miniforge(facts: Facts) -> bool | None:
    flavour = _of_conda(facts, "flavour")
    return flavour in FROM_CONDA_FORGE or any(kind in FROM_CONDA_FORGE for kind in _kinds(facts))


def conda_forge_only(facts: Facts) -> bool | None:
    if OriginKind.PIXI in _kinds(facts):
        return True
    channels, priority = _of_conda(facts, "channels"), _of_conda(facts, "channel_priority")
    if not isinstance(channels, list):
        return None
    return channels == ["conda-forge"] or (
        "conda-forge" in channels and "defaults" not in channels and priority == "strict"
    )


def base_small(facts: Facts) -> bool | None:
    base = _of_conda(facts, "base")
    added, pip = getattr(base, "requested", None), getattr(base, "pip", None)
    return not added and not pip if isinstance(added, list) and isinstance(pip, list) else None


def own_environment(facts: Facts) -> bool | None:
    """An environment that is not base and not the system's Python."""
    if _of_conda(facts, "is_base") is True or first_kind(facts.patient) in CONDA_ROOTS:
        return False
    return isinstance(facts.prefix.configuration, dict) or facts.prefix.conda_meta


def uv(facts: Facts) -> bool | None:
    return "uv" in _commands(facts)


def python_current(facts: Facts) -> bool | None:
    version = facts.patient.version
    if not isinstance(version, str):
        return None
    minor = ".".join(version.split(".")[:2])
    ends = {release.minor: release.end_of_life for release in python_releases()}
    return facts.recorded[:10] <= ends[minor] if minor in ends else None


def _installed(facts: Facts, *keys: str) -> bool | None:
    packages = facts.packages
    return any(item.key in keys for item in packages.distributions) if isinstance(packages, Packages) else None


def editor(facts: Facts) -> bool | None:
    """JupyterLab, Spyder or Visual Studio Code."""
    if getattr(facts.path, "editors", None) or any(name in _commands(facts) for name in ("code", "spyder")):
        return True
    return _installed(facts, "jupyterlab", "spyder", "notebook")


def system_numpy(facts: Facts) -> bool | None:
    packages = facts.packages
    if not isinstance(packages, Packages):
        return None
    return any(item.key == "numpy" and item.location.endswith("/dist-packages") for item in packages.distributions)


def listed(facts: Facts) -> bool | None:
    return bool(facts.project.declarations) if isinstance(facts.project, Project) else None


def locked(facts: Facts) -> bool | None:
    return any(item.lock for item in facts.project.declarations) if isinstance(facts.project, Project) else None


def managed_project(facts: Facts) -> bool | None:
    return (
        any(item.kind in MANAGED for item in facts.project.declarations) if isinstance(facts.project, Project) else None
    )


def gpu_build(facts: Facts) -> bool | None:
    builds = getattr(getattr(facts, "gpu", None), "builds", None)
    return any(getattr(build, "cuda", None) for build in builds) if isinstance(builds, list) else None


PROGRESS: dict[str, Done] = {
    "conda": conda,
    "miniforge": miniforge,
    "conda-forge-only": conda_forge_only,
    "base-small": base_small,
    "own-environment": own_environment,
    "uv": uv,
    "python-current": python_current,
    "editor": editor,
    "system-numpy": system_numpy,
    "listed": listed,
    "locked": locked,
    "managed-project": managed_project,
    "gpu-build": gpu_build,
}
