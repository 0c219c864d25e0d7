"""What the patient has done of a route already: pure answers from facts, `None` where the facts do not tell."""

from collections.abc import Callable

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import (
    CONDA_COMMANDS,
    CONDA_LIKE,
    CONDA_ROOTS,
    FROM_CONDA_FORGE,
    OriginKind,
    first_kind,
)
from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.ecosystem.pythons import python_releases
from envdoctor.ecosystem.versions import minor_of
from envdoctor.facts import Facts, Packages, Project, Tools, present

Done = Callable[[Facts], bool | None]
MANAGED = ("uv.lock", "poetry.lock", "pdm.lock", "poetry", "pixi.lock", "pixi", "Pipfile.lock")


def _commands(facts: Facts) -> dict[str, str]:
    return facts.tools.commands if isinstance(facts.tools, Tools) else {}


def _kinds(facts: Facts) -> list[str]:
    return [link.kind for link in facts.patient.origin]


def conda(facts: Facts) -> bool | None:
    if any(name in _commands(facts) for name in CONDA_COMMANDS) or any(kind in CONDA_LIKE for kind in _kinds(facts)):
        return True
    packed = present(facts.conda)
    return packed is not None and bool(packed.root_prefix)


def miniforge(facts: Facts) -> bool | None:
    packed = present(facts.conda)
    flavour = packed and packed.flavour
    return flavour in FROM_CONDA_FORGE or any(kind in FROM_CONDA_FORGE for kind in _kinds(facts))


def conda_forge_only(facts: Facts) -> bool | None:
    if OriginKind.PIXI in _kinds(facts):
        return True
    packed = present(facts.conda)
    channels = present(packed.channels) if packed is not None else None
    if packed is None or channels is None:
        return None
    priority = packed.channel_priority
    return channels == ["conda-forge"] or (
        "conda-forge" in channels and "defaults" not in channels and priority == "strict"
    )


def base_small(facts: Facts) -> bool | None:
    packed = present(facts.conda)
    base = present(packed.base) if packed is not None else None
    if base is None:
        return None
    added, pip = present(base.requested), present(base.pip)
    return None if added is None or pip is None else not added and not pip


def own_environment(facts: Facts) -> bool | None:
    """An environment that is not base and not the system's Python."""
    packed = present(facts.conda)
    if (packed is not None and packed.is_base is True) or first_kind(facts.patient) in CONDA_ROOTS:
        return False
    return isinstance(facts.prefix.configuration, dict) or facts.prefix.conda_meta


def project_environment(facts: Facts) -> bool | None:
    """An environment in the project's folder; of one elsewhere it can't be told for which project it is."""
    own = own_environment(facts)
    if not own or not isinstance(facts.project, Project):
        return own
    return True if paths.inside(facts.patient.prefix or "", facts.project.root) else None


def uv(facts: Facts) -> bool | None:
    return "uv" in _commands(facts)


def python_current(facts: Facts) -> bool | None:
    version = facts.patient.version
    if not isinstance(version, str):
        return None
    minor = minor_of(version)
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
    return ProjectModel(facts.project).is_listed if isinstance(facts.project, Project) else None


def locked(facts: Facts) -> bool | None:
    return ProjectModel(facts.project).lock() is not None if isinstance(facts.project, Project) else None


def managed_project(facts: Facts) -> bool | None:
    if not isinstance(facts.project, Project):
        return None
    return any(item.kind in MANAGED and item.purpose != "member" for item in facts.project.declarations)


def gpu_build(facts: Facts) -> bool | None:
    gpu = present(facts.gpu)
    builds = present(gpu.builds) if gpu is not None else None
    return None if builds is None else any(present(build.cuda) for build in builds)


def uv_project(facts: Facts) -> bool | None:
    return _project_of(facts, "uv.lock")


def poetry_project(facts: Facts) -> bool | None:
    return _project_of(facts, "poetry.lock")


def pdm_project(facts: Facts) -> bool | None:
    return _project_of(facts, "pdm.lock")


def pixi_project(facts: Facts) -> bool | None:
    return _project_of(facts, "pixi.lock")


def _project_of(facts: Facts, lock: str) -> bool | None:
    """A project with this lock, examined in its own environment: one elsewhere tells nothing of it."""
    if not isinstance(facts.project, Project):
        return None
    if not any(item.kind == lock for item in facts.project.declarations):
        return False
    prefix = facts.patient.prefix or ""
    named = OriginKind.POETRY in _kinds(facts) and paths.name(prefix).startswith(f"{facts.project.name or '?'}-")
    return True if named or paths.inside(prefix, facts.project.root) else None


def environment_file(facts: Facts) -> bool | None:
    """An environment.yml: what conda makes the environment from again."""
    return _declares(facts, "environment.yml")


def requirements_file(facts: Facts) -> bool | None:
    return _declares(facts, "requirements")


def _declares(facts: Facts, kind: str) -> bool | None:
    if not isinstance(facts.project, Project):
        return None
    return any(item.kind == kind and not item.lock for item in facts.project.declarations)


def done(progress: str, wants: tuple[str, ...], facts: Facts) -> bool | None:
    """Whether a whole step is done: what it is about, and all that it installs; ``None``: can't be told."""
    answers = [PROGRESS[progress](facts)] if progress else []
    if not answers:
        return None
    answers += [_installed(facts, *name.split("|")) for name in wants]
    return False if False in answers else None if None in answers else True


PROGRESS: dict[str, Done] = {
    "conda": conda,
    "miniforge": miniforge,
    "conda-forge-only": conda_forge_only,
    "base-small": base_small,
    "own-environment": own_environment,
    "project-environment": project_environment,
    "uv": uv,
    "python-current": python_current,
    "editor": editor,
    "system-numpy": system_numpy,
    "listed": listed,
    "locked": locked,
    "managed-project": managed_project,
    "gpu-build": gpu_build,
    "uv-project": uv_project,
    "poetry-project": poetry_project,
    "pdm-project": pdm_project,
    "pixi-project": pixi_project,
    "pixi": lambda facts: "pixi" in _commands(facts),
    "poetry": lambda facts: "poetry" in _commands(facts),
    "pdm": lambda facts: "pdm" in _commands(facts),
    "environment-file": environment_file,
    "requirements-file": requirements_file,
}
