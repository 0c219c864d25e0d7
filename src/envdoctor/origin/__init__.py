"""How the patient came to be: a chain of prefixes, the environment first, each link with its evidence.

Pure: `envdoctor.probe.prefix.installation` has looked up what tells. A module knows one family of kinds;
the most specific is asked first, and whoever has no evidence says nothing.
"""

from msgspec import Struct

from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.installation import Installation, Place
from envdoctor.facts.interpreter import Interpreter, Variables
from envdoctor.facts.patient import Link
from envdoctor.facts.system import System
from envdoctor.origin import conda, environments, hpc, macos, managers, system, windows
from envdoctor.origin.clues import Clues
from envdoctor.origin.overlays import overlays

IDENTIFIERS = (
    conda.pixi,  # before conda
    conda.root,
    conda.environment,  # before pyvenv.cfg: people put one into conda prefixes
    environments.uv_tool,
    environments.pipx,
    environments.pdm,  # before uv's, which PDM may have make its environment
    environments.uv_venv,
    environments.poetry,
    environments.pipenv,
    environments.virtualenv,
    environments.venv,
    hpc.nix,
    hpc.guix,
    hpc.spack,
    hpc.easybuild,
    managers.uv_python,
    managers.mise,
    managers.asdf,
    managers.pyenv,
    macos.homebrew,
    macos.macports,
    macos.xcode,
    macos.python_org,
    windows.microsoft_store,
    windows.install_manager,
    windows.winpython,
    windows.nuget,
    windows.embeddable,
    windows.python_org,
    system.package,
    system.docker_python,
    managers.standalone,
    system.source,
)

__all__ = ["Clues", "Identified", "identify", "overlays"]


class Identified(Struct, frozen=True):
    """``chain``: one link a prefix. ``overlays``: what surrounds them."""

    chain: list[Link]
    overlays: list[str]


def identify(
    installation: Installation,
    environment: Variables | object,
    interpreter: Interpreter | object,
    system: System | object,
) -> Identified:
    """The chain of the patient and its overlays; sections that are missing count as silent."""
    clues = Clues(
        variables=environment.variables if isinstance(environment, Variables) else {},
        interpreter=interpreter if isinstance(interpreter, Interpreter) else None,
        system=system if isinstance(system, System) else None,
        container_files=installation.container_files,
    )
    return Identified([link(place, clues) for place in installation.places], overlays(clues))


def link(place: Place, clues: Clues) -> Link:
    """The kind of one prefix: of the first who knows it, else unknown."""
    for identifier in IDENTIFIERS:
        found = identifier(place, clues)
        if found is not None:
            return found
    evidence = [] if place.exists else [f"{place.path} is gone"]
    return Link(kind=OriginKind.UNKNOWN.value, prefix=place.path, evidence=evidence)
