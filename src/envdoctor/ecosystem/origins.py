"""The ways in which a Python comes to be, and what surrounds it: every kind once, and the named sets of kinds.

A recording may hold a word that a newer envdoctor has learned: facts keep it as it stands, and `kind_of` reads it as
`OriginKind.UNKNOWN`. Members are strings: ``"venv" in VIRTUAL`` holds for the word in the facts, too.
"""

from collections.abc import Iterable
from enum import StrEnum

from envdoctor.facts.patient import Link, Patient


class OriginKind(StrEnum):
    """What made one prefix."""

    VENV = "venv"
    VIRTUALENV = "virtualenv"
    UV_VENV = "uv-venv"
    POETRY = "poetry"
    PDM = "pdm"
    PIPENV = "pipenv"
    PIPX = "pipx"
    UV_TOOL = "uv-tool"
    CONDA_ENV = "conda-env"
    PIXI = "pixi"
    ANACONDA = "anaconda"
    MINICONDA = "miniconda"
    MINIFORGE = "miniforge"
    MICROMAMBA = "micromamba"
    CONDA = "conda"  # a root whose installer is not known
    PYENV = "pyenv"
    UV_PYTHON = "uv-python"
    STANDALONE = "python-build-standalone"
    MISE = "mise"
    ASDF = "asdf"
    DEBIAN = "debian"
    FEDORA = "fedora"
    ALPINE = "alpine"
    ARCH = "arch"
    OS_PACKAGE = "os-package"
    DOCKER_PYTHON = "docker-python"
    HOMEBREW = "homebrew"
    PYTHON_ORG = "python.org"
    XCODE = "xcode"
    MACPORTS = "macports"
    MICROSOFT_STORE = "microsoft-store"
    INSTALL_MANAGER = "python-install-manager"
    WINPYTHON = "winpython"
    NUGET = "nuget"
    EMBEDDABLE = "embeddable"
    NIX = "nix"
    GUIX = "guix"
    SPACK = "spack"
    EASYBUILD = "easybuild"
    SOURCE = "source"
    UNKNOWN = "unknown"


# Each kind is in exactly one of these groups.
PLAIN = frozenset({OriginKind.VENV, OriginKind.VIRTUALENV})  # whose maker has no say in what is put into it
VIRTUAL = PLAIN | {OriginKind.UV_VENV, OriginKind.POETRY, OriginKind.PDM, OriginKind.PIPENV}
APPLICATIONS = frozenset({OriginKind.PIPX, OriginKind.UV_TOOL})  # an environment that a tool keeps for one program
CONDA_ENVIRONMENTS = frozenset({OriginKind.CONDA_ENV, OriginKind.PIXI})
CONDA_ROOTS = frozenset(
    {OriginKind.ANACONDA, OriginKind.MINICONDA, OriginKind.MINIFORGE, OriginKind.MICROMAMBA, OriginKind.CONDA}
)
MANAGED = frozenset({OriginKind.PYENV, OriginKind.UV_PYTHON, OriginKind.STANDALONE, OriginKind.MISE, OriginKind.ASDF})
DISTRIBUTED = frozenset(  # a package of the operating system's distribution
    {OriginKind.DEBIAN, OriginKind.FEDORA, OriginKind.ALPINE, OriginKind.ARCH, OriginKind.OS_PACKAGE}
)
VENDORED = frozenset(  # installed by somebody for everybody on the computer, or unpacked
    {
        OriginKind.DOCKER_PYTHON,
        OriginKind.HOMEBREW,
        OriginKind.PYTHON_ORG,
        OriginKind.XCODE,
        OriginKind.MACPORTS,
        OriginKind.MICROSOFT_STORE,
        OriginKind.INSTALL_MANAGER,
        OriginKind.WINPYTHON,
        OriginKind.NUGET,
        OriginKind.EMBEDDABLE,
    }
)
STORES = frozenset({OriginKind.NIX, OriginKind.GUIX})
SITES = frozenset({OriginKind.SPACK, OriginKind.EASYBUILD})  # built by those who run a cluster
OTHERS = frozenset({OriginKind.SOURCE, OriginKind.UNKNOWN})
GROUPS = (
    VIRTUAL,
    APPLICATIONS,
    CONDA_ENVIRONMENTS,
    CONDA_ROOTS,
    MANAGED,
    DISTRIBUTED,
    VENDORED,
    STORES,
    SITES,
    OTHERS,
)

# What several of them, or some of one, have in common.
CONDA_LIKE = CONDA_ENVIRONMENTS | CONDA_ROOTS
ENVIRONMENTS = VIRTUAL | APPLICATIONS | CONDA_ENVIRONMENTS
FROM_CONDA_FORGE = frozenset(
    {OriginKind.MINIFORGE, OriginKind.MICROMAMBA, OriginKind.PIXI}
)  # without Anaconda's channels from the start
BY_UV = frozenset({OriginKind.UV_VENV, OriginKind.UV_TOOL})
WITHOUT_PIP = BY_UV | {OriginKind.PIXI, OriginKind.PDM}  # made without pip on purpose
SYSTEM_OWNED = DISTRIBUTED | {OriginKind.XCODE}  # programs of the operating system run with it
SHARED = SYSTEM_OWNED | {OriginKind.HOMEBREW, OriginKind.MICROSOFT_STORE}  # everybody's on this computer
USERLAND = DISTRIBUTED | OTHERS | {OriginKind.DOCKER_PYTHON}  # built for the word size of the system's programs


class Overlay(StrEnum):
    """What surrounds the chain of prefixes, in the order in which it is told."""

    CONTAINER = "container"
    WSL = "wsl"
    COLAB = "colab"
    KAGGLE = "kaggle"
    DATABRICKS = "databricks"
    JUPYTERHUB = "jupyterhub"
    MODULES = "modules"


CURATED = frozenset({Overlay.COLAB, Overlay.KAGGLE})  # whose makers answer for what is in the image
# What container engines leave: Docker's file and Podman's (https://docs.podman.io), made at the start; the folder in Apptainer's
# images (https://apptainer.org/docs/user/latest/environment_and_metadata.html); the variables of systemd and Kubernetes.
MADE_AT_START = ("/.dockerenv", "/run/.containerenv")
ENGINE_FILES = (*MADE_AT_START, "/.singularity.d")
ENGINE_VARIABLES = ("container", "KUBERNETES_SERVICE_HOST")
HOSTED = frozenset({Overlay.COLAB, Overlay.KAGGLE, Overlay.DATABRICKS, Overlay.JUPYTERHUB})
IMAGES = HOSTED | {Overlay.CONTAINER}  # there the image is the environment


CONDA_COMMANDS = ("conda", "mamba", "micromamba")  # programs that take conda's words, the usual one first
_INSTALLERS = (  # the word in an installer's name, and what it leaves
    ("miniforge", OriginKind.MINIFORGE),
    ("mambaforge", OriginKind.MINIFORGE),
    ("miniconda", OriginKind.MINICONDA),
    ("anaconda", OriginKind.ANACONDA),
)


def installer_in(text: str) -> OriginKind | None:
    """The root that the conda installer named in ``text`` makes; ``None`` where none is named."""
    lowered = text.lower()
    return next((kind for word, kind in _INSTALLERS if word in lowered), None)


def kind_of(word: str) -> OriginKind:
    """The kind of that name; unknown for a word that this envdoctor does not know."""
    try:
        return OriginKind(word)
    except ValueError:
        return OriginKind.UNKNOWN


def first_kind(patient: Patient) -> OriginKind:
    """The kind of the environment itself, the first link of the patient's chain; unknown without a chain."""
    return kind_of(patient.origin[0].kind) if patient.origin else OriginKind.UNKNOWN


def called(link: Link) -> str:
    """What a link of the chain is called: ``venv (uv 0.13.9)``, an environment with its maker; ``pyenv 3.12.1``, an
    installation with its version."""
    if not link.detail:
        return link.kind
    if link.kind in ENVIRONMENTS and link.kind != OriginKind.UV_TOOL:  # the detail names the maker, or the environment
        return f"{link.kind.removeprefix('uv-')} ({link.detail})"
    return f"{link.kind} {link.detail}"


def keeper(patient: Patient, installers: Iterable[str | None]) -> OriginKind:
    """What keeps the environment: as its origin says; PDM by its mark in what it has installed, too."""
    kind = first_kind(patient)
    return OriginKind.PDM if kind in PLAIN and OriginKind.PDM in installers else kind
