"""What a tool has to know of the patient before it can be spoken: read off the facts, once."""

from functools import cached_property
from typing import TYPE_CHECKING

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import NAME, URL, VERSION, is_a, normalise
from envdoctor.ecosystem.origins import CONDA_COMMANDS, CONDA_ROOTS, OriginKind, keeper, kind_of
from envdoctor.ecosystem.pythons import living_pythons
from envdoctor.ecosystem.requirements import name_in
from envdoctor.ecosystem.versions import is_newer, minor_of, numbers
from envdoctor.facts import Conda, Distribution, Facts, Installation, Missing, Packages, Project, Tools
from envdoctor.fixes.shell import Shell, shell_of
from envdoctor.privacy.lazy import pattern

if TYPE_CHECKING:
    from envdoctor.ecosystem.projects import ProjectModel

_MINOR = pattern(r"(\d+\.\d+)")
FURNITURE = ("pip", "setuptools", "wheel", "uv", "envdoctor")


class Target:
    """The patient as its installer sees it.

    ``kind`` is the first link of its origin. ``guard`` says what must not be installed into, and why:
    base, frozen, externally-managed, system; empty for an environment that is the user's own. ``prefer``
    (conda, pip, system; may be empty) decides what a new environment is made with.
    """

    def __init__(self, facts: Facts, prefer: str = "") -> None:
        self.prefer = prefer
        patient, prefix = facts.patient, facts.prefix
        self.facts = facts
        self.prefix = _path(patient.prefix)
        self.python = _path(patient.executable) or "python"
        found = facts.packages.distributions if isinstance(facts.packages, Packages) else []
        self.kind = keeper(patient, (item.installer for item in found))
        self.kinds = [kind_of(link.kind) for link in patient.origin]
        self.environment = isinstance(prefix.configuration, dict) or prefix.conda_meta
        by_conda = self.kind is OriginKind.CONDA_ENV or self.kind in CONDA_ROOTS or prefix.conda_meta
        self.conda = by_conda and self.kind is not OriginKind.PIXI
        self.linux = not isinstance(facts.system, Missing) and facts.system.platform == "linux"
        self.windows = not isinstance(facts.system, Missing) and facts.system.platform == "win32"
        self.environ = {} if isinstance(facts.environment, Missing) else facts.environment.variables
        self.shell: Shell = shell_of(
            self.environ, self.windows, None if isinstance(facts.environment, Missing) else facts.environment.shell
        )
        tools = facts.tools if isinstance(facts.tools, Tools) else Tools()
        self.dead = _dead(facts, tools)
        self.commands = {name: path for name, path in tools.commands.items() if name not in self.dead}
        self.taken = tools.taken
        self.pythons = {minor: path for minor, path in tools.pythons.items() if _path(path)}
        # Only those become part of a command that are named as a distribution may be.
        self.distributions = list(filter(_sound, found))
        self.has_pip = any(
            item.key == "pip" and paths.inside(item.location, self.prefix) for item in self.distributions
        )
        self.project = facts.project if isinstance(facts.project, Project) else None
        self.guard = self._guard()

    def _guard(self) -> str:
        if "conda-meta/frozen" in self.facts.prefix.receipts:
            return "frozen"
        conda = self.facts.conda
        if self.conda and (self.kind in CONDA_ROOTS or (isinstance(conda, Conda) and conda.is_base is True)):
            return "base"
        if self.environment:
            return ""
        return "externally-managed" if externally_managed(self.facts) else "system"

    @property
    def minor(self) -> str:
        """The patient's minor version (``3.12``), empty where unknown."""
        version = self.facts.patient.version
        minor = minor_of(version) if isinstance(version, str) else ""
        return minor if _MINOR.fullmatch(minor) else ""

    def project_path(self, *names: str) -> str:
        """A path inside the project, or relative to the working directory without one."""
        return paths.join(self.project.root if self.project else "", *names)

    def project_file(self, *kinds: str) -> str:
        """The path of the project's first file of one of these kinds, empty without one."""
        file = _model(self.project).file(*kinds) if self.project else ""
        return self.project_path(file) if file else ""

    def requirements_file(self) -> str:
        """The path of the project's requirements.txt, else of the first file of that kind; empty without one."""
        return self.project_file("requirements")

    @property
    def root(self) -> str:
        """The project's folder; empty without one."""
        return self.project.root if self.project else ""

    @property
    def in_project(self) -> bool:
        """Whether the environment is the project's: in its folder, or named together with it."""
        if self.project is None:
            return False
        return paths.inside(self.prefix, self.project.root) or self.project.evidence == "named by --project"

    @cached_property
    def elsewhere(self) -> dict[str, str]:
        """What the project takes from another place than the usual index, by normalised name: from where."""
        return _model(self.project).elsewhere() if self.project else {}

    def locked(self, kind: str) -> dict[str, str]:
        """The versions in the project's lock of this kind, by normalised name; without those it has in several."""
        found: dict[str, str] = {}
        several = set()
        for declaration in self.project.declarations if self.project else ():
            rows = declaration.locked if declaration.kind == kind and isinstance(declaration.locked, list) else []
            for row in rows:
                if not is_a(VERSION, row.version):
                    continue
                if found.setdefault(row.key, row.version) != row.version:
                    several.add(row.key)
        return {key: version for key, version in found.items() if key not in several}

    @cached_property
    def installed(self) -> dict[str, Distribution]:
        """What lies in the prefix itself, by its normalised name; of two the one that is imported, in one folder the
        newer, whose files most likely lie over the other's."""
        found: dict[str, Distribution] = {}
        for item in self.distributions:
            if paths.inside(item.location, self.prefix):
                other = found.setdefault(item.key, item)
                if (
                    other is not item
                    and other.location == item.location
                    and is_newer(str(item.version), str(other.version))
                ):
                    found[item.key] = item
        return found

    def outside(self, name: str) -> Distribution | None:
        """The distribution of this name that is imported, where it lies outside of the environment; ``None`` where it
        does not, or where this is no environment."""
        key = normalise(name)
        first = next((item for item in self.distributions if item.key == key), None)
        if first is None or not self.environment or paths.inside(first.location, self.prefix):
            return None
        return first

    @cached_property
    def stopped(self) -> str:
        """How the Python itself ends in every way of starting it; empty where it starts in one, or was not tried."""
        start = self.facts.start
        tried = start.mode == "none" and not start.hindered and self.facts.prefix.executable_exists
        return start.attempts[-1].ended if tried and start.attempts else ""

    @cached_property
    def base(self) -> str:
        """The Python that the environment was made from; empty where it is gone, does not start, or is of another
        version by now."""
        if self.stopped and not self.conda:
            return ""
        places = self.facts.installation.places if isinstance(self.facts.installation, Installation) else []
        if self.conda or not self.environment or len(places) < 2 or not places[1].real_executable:
            return ""
        path = places[1].executable or ""
        named = [_MINOR.search(paths.name(name)) for name in (path, places[1].real_executable)]
        versions = {found[1] for found in named if found}
        fits = not versions or not self.minor or self.minor in versions
        return path if fits and not paths.inside(path, self.prefix) else ""

    def conda_command(self) -> str:
        """The conda-like program at hand; conda itself where none is known to be."""
        if OriginKind.MICROMAMBA in self.kinds and "micromamba" in self.commands:
            return "micromamba"
        return next((name for name in CONDA_COMMANDS if name in self.commands), "conda")

    def spoken(self, argv: list[str]) -> list[str]:
        """A conda command line said by the program at hand (mamba and micromamba take the same words); sudo only
        where there is one."""
        if argv and argv[0] == "sudo" and self.commands and "sudo" not in self.commands:
            return argv[1:]
        if argv and argv[0] == "conda" and argv[1:2] != ["env"] and "conda" not in self.commands:
            return [self.conda_command(), *argv[1:]]
        return argv

    def living(self) -> list[str]:
        """The minor versions that are looked after on the day of the recording, oldest first."""
        return living_pythons(self.facts.recorded[:10])

    def available(self, python: str) -> tuple[str, str]:
        """A Python at hand for a new environment: its minor version and its path; empty where there is none.

        The version asked for, else (one is asked for because the present one is too old) the newest below it
        that is still looked after. Without a version: the patient's own, its base before any other Python of that
        version, else any that is looked after.
        """
        if self.base and python in ("", self.minor):
            return self.minor, self.base
        wanted = [python] if python else [self.minor]
        below = [minor for minor in reversed(self.living()) if not python or numbers(minor) < numbers(python)]
        for minor in [*wanted, *below]:
            if path := self.pythons.get(minor):
                return minor, path
        return "", ""

    def asks_for(self, name: str) -> bool:
        """Whether a distribution in the prefix has this name, or requires one that has it."""
        key = normalise(name)
        return key in self.installed or any(
            normalise(name_in(line)) == key
            for item in self.installed.values()
            for line in (item.requires if isinstance(item.requires, list) else ())
        )

    @cached_property
    def top_level(self) -> list[Distribution]:
        """What was asked for, most likely: distributions in the prefix that no other requires, less the furniture."""
        here = self.installed.values()
        needed = {
            normalise(name_in(line))
            for item in here
            for line in (item.requires if isinstance(item.requires, list) else ())
            if "extra ==" not in line and "extra==" not in line
        }
        found = [item for item in here if item.key not in needed and item.key not in FURNITURE]
        return sorted(found, key=lambda item: item.name.lower())


def _dead(facts: Facts, tools: Tools) -> dict[str, str]:
    """The programs that do not start, each with the reason: by their own files, conda and mamba by those of all they
    need."""
    dead = dict(tools.broken)
    conda = facts.conda if isinstance(facts.conda, Conda) else None
    for name, program in (("conda", conda.program), ("mamba", conda.mamba)) if conda else ():
        if program is None or not (program.lost or program.gaps):
            continue
        where = tools.commands.get(name, program.path)
        if paths.inside(where, conda.root_prefix if conda else None):
            gone = f"{program.lost[0]} is gone" if program.lost else f"files of {program.gaps[0].package} are gone"
            dead.setdefault(name, gone)
    return dead


def externally_managed(facts: Facts) -> str:
    """The file by which the system keeps pip out (PEP 668), of a Python that is no environment; empty without one."""
    if isinstance(facts.prefix.configuration, dict) or facts.prefix.conda_meta:
        return ""
    marker = facts.installation.externally_managed if isinstance(facts.installation, Installation) else None
    return marker if isinstance(marker, str) else ""


def _path(path: str | None) -> str:
    """The path; empty where it would be taken for an option."""
    return path if path and not path.startswith("-") else ""


def _sound(item: Distribution) -> bool:
    version = item.version
    return (
        is_a(NAME, item.name)
        and (not isinstance(version, str) or is_a(VERSION, version))
        and (item.url is None or is_a(URL, item.url))
    )


def _model(project: Project) -> "ProjectModel":
    from envdoctor.ecosystem.projects import ProjectModel

    return ProjectModel(project)
