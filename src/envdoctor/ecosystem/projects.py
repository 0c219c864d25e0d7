"""What follows from a project's files: which lists an environment is made from, what is declared, locked, asked for.

Everything that has to do with a project asks here, so that its rules, the routes' ticks and the cures agree. Pure.
"""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.markers import plainly_within
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.ecosystem.other_names import pypi_keys
from envdoctor.ecosystem.pythons import python_releases
from envdoctor.ecosystem.versions import is_within, numbers
from envdoctor.facts.base import UnknownFact, known
from envdoctor.facts.project import AskedPython, Declaration, Locked, Project, Requirement

PACKAGED = ("pyproject", "setup.cfg", "setup.py", "flit")  # what is built into a distribution
CONDA_LOCKS = ("conda-lock", "explicit", "conda-list")
# What each tool's environment is held against; the others' files say nothing about it.
FILES: dict[OriginKind, tuple[str, ...]] = {
    OriginKind.CONDA_ENV: ("environment.yml", *CONDA_LOCKS),
    OriginKind.PIXI: ("pixi", "pixi.lock"),
    OriginKind.POETRY: ("poetry", "pyproject", "poetry.lock"),
    OriginKind.PDM: ("pyproject", "pdm.lock"),
    OriginKind.PIPENV: ("Pipfile", "Pipfile.lock"),
    OriginKind.UV_VENV: (*PACKAGED, "poetry", "requirements", "uv.lock", "pylock", "requirements.lock"),
}
# Those from which the tool can lay down all of it, and nothing else.
SYNCED: dict[OriginKind, tuple[str, ...]] = {
    OriginKind.CONDA_ENV: ("environment.yml", *CONDA_LOCKS),
    OriginKind.PIXI: FILES[OriginKind.PIXI],
    OriginKind.POETRY: FILES[OriginKind.POETRY],
    OriginKind.PDM: ("pdm.lock",),
    OriginKind.PIPENV: ("Pipfile.lock",),
    OriginKind.UV_VENV: ("uv.lock",),
}
OTHERS = ("requirements", *PACKAGED, "poetry", "Pipfile", "Pipfile.lock", "pylock", "requirements.lock")
MAIN = ("requirements.txt", "base.txt", "main.txt", "core.txt", "requirements.in")
MAIN_ENVIRONMENTS = ("environment.yml", "environment.yaml")
NOT_ASKED = ("image", "script")  # lists that no environment of the project is made from
LISTS_OF = {  # the lists that a lock is made from by its tool
    "uv.lock": ("pyproject",),
    "poetry.lock": ("poetry", "pyproject"),
    "pdm.lock": ("pyproject",),
    "Pipfile.lock": ("Pipfile",),
    "pixi.lock": ("pixi",),
}
# What no one asks for by name: a list that has it was written down from an environment.
BROUGHT = {
    "openssl",
    "ca-certificates",
    "libgcc",
    "libgcc-ng",
    "libcxx",
    "vc14-runtime",
    "vc",
    "libffi",
    "zlib",
    "-libgcc-mutex",
}
SELECTORS: dict[str, tuple[str, ...]] = {  # what stands in brackets, by the systems that are meant
    "linux": ("linux", "unix", "linux64", "linux-64", "linux-aarch64"),
    "darwin": ("osx", "unix", "mac", "macos", "osx64", "osx-64", "osx-arm64", "arm64"),
    "win32": ("win", "win32", "win64", "windows", "win-64"),
}


class Surroundings(Struct, frozen=True):
    """What has to be known of an environment: who keeps it, what it is called, the system and the platform it runs on."""

    kind: OriginKind = OriginKind.UNKNOWN
    name: str = ""
    system: str = ""
    platform: str = ""


class ProjectModel:
    """A project by its facts. What is broken raises `UnknownFact` with the file and the line, where it is needed."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.declarations = project.declarations

    # Files.

    def lists(self, *kinds: str) -> list[Declaration]:
        """The lists of these kinds that are the project's own, the main one first."""
        found = [item for item in self.declarations if item.kind in kinds and item.purpose not in ("member", "above")]
        return sorted(found, key=_rank)

    def file(self, *kinds: str) -> str:
        """The first of these files, relative to the project; empty: there is none. The order of ``kinds`` counts less
        than which is the main one."""
        return next((item.file for item in self.lists(*kinds)), "")

    def kinds(self) -> Mapping[str, str]:
        """The project's files by their kind, of several the main one."""
        found: dict[str, str] = {}
        for item in sorted(self.declarations, key=_rank):
            if item.purpose in ("run", "above"):
                found.setdefault(item.kind, item.file)
        for item in sorted(self.declarations, key=_rank):
            if item.purpose not in ("member", "image", "documentation", "examples"):
                found.setdefault(item.kind, item.file)
        return found

    def kind_of(self, file: str) -> str:
        return next((item.kind for item in self.declarations if item.file == file), "")

    def lock(self) -> Declaration | None:
        """The lock, or the list that is as good as one: every version exact, or all of an environment written down."""
        for item in self.declarations:
            if item.purpose in NOT_ASKED or item.purpose in ("member", "documentation"):
                continue
            if item.lock or _as_good_as_a_lock(item):
                return item
        return None

    @property
    def is_listed(self) -> bool:
        """Whether anything says what the project needs."""
        return any(item.kind not in NOT_ASKED[:1] for item in self.declarations)

    # What they say.

    def direct(self) -> list[Requirement]:
        """What a plain installation of the project brings. Raises `UnknownFact` where a file is broken."""
        unreadable = known(self.project.unreadable)
        if unreadable:
            raise UnknownFact("; ".join(unreadable.values()))
        found = []
        plain = [item for item in self.declarations if item.purpose == "run"]
        for item in [item for item in plain if not item.system] or plain:
            found += [row for row in known(item.requirements) if not row.group and not self._furniture(row)]
        return found

    def _furniture(self, row: Requirement) -> bool:
        return (
            _furniture(row)
            or row.key == normalise(self.project.name or "")
            or row.source in ("path", "workspace")
            or bool(row.selector)
        )

    def declared(self) -> set[str] | None:
        """The keys of all that stands in any file of the project; ``None`` where one can't be read, or none says any."""
        found = {normalise(self.project.name or "")}
        if self.project.workspace:
            found |= {normalise(member.name) for member in self.project.workspace.members if member.name}
        for item in self.declarations:
            if not isinstance(item.requirements, list) or not isinstance(item.locked, list) or item.dynamic:
                return None
            found |= {row.key for row in item.requirements} | {row.key for row in item.locked}
            rows: list[Requirement | Locked] = [*item.requirements, *item.locked]
            found |= {key for row in rows if row.manager == "conda" for key in pypi_keys(row.key)}
        asked = [item for item in self.declarations if item.requirements or item.locked]
        return (
            found if any(item.purpose not in ("documentation", "examples", "tool", "image") for item in asked) else None
        )

    def behind(self) -> dict[str, list[str]]:
        """Locks that their own list has left behind: by the lock's file, what the list asks for and the lock has not, or
        has in a version that does not do. Only what everybody needs and an index has is looked at. Where the lock tells by
        a digest what it was made from, that decides."""
        found: dict[str, list[str]] = {}
        for lock in self.declarations:
            kinds = LISTS_OF.get(lock.kind, ()) if lock.purpose in ("run", "above") else ()
            rows = lock.locked if isinstance(lock.locked, list) else []
            if not kinds or lock.stale == "":
                continue
            versions: dict[str, set[str]] = {}
            for row in rows:
                versions.setdefault(row.key, set()).add(row.version)
            for item in self.declarations if rows else ():
                asked = item.requirements if item.kind in kinds and item.purpose == "run" else []
                for ask in asked if isinstance(asked, list) else ():
                    if _everybodys(ask) and (why := _lacks(ask, versions.get(ask.key, set()))):
                        found.setdefault(lock.file, []).append(f"{ask.file}:{ask.line}: {ask.text}, {why}")
            if isinstance(lock.stale, str):
                found.setdefault(lock.file, [lock.stale])
        return found

    def dynamic(self) -> str:
        """What only the build tells of what is needed for running; empty: nothing."""
        return next((item.dynamic for item in self.declarations if item.dynamic and item.purpose == "run"), "")

    def unfit_pythons(self, version: str) -> list[AskedPython]:
        """The places that ask for another Python than ``version``. Of those that name one to use, its minor version."""
        return [
            asked for asked in self.project.pythons if asked.specifier and _allows(asked.specifier, version) is False
        ]

    def elsewhere(self) -> dict[str, str]:
        """What the project takes from another place than the usual index, by its key: from where."""
        found: dict[str, str] = {}
        for item in self.declarations:
            for rows in (item.requirements, item.locked):
                found |= {row.key: row.source for row in rows if row.source} if isinstance(rows, list) else {}
        return found

    def filled(self, kind: str, installed: Collection[str]) -> list[str]:
        """The groups and extras in lists of this kind all of which is installed: a cure must not take them away."""
        rows: dict[str, list[str]] = {}
        for item in self.declarations:
            for row in item.requirements if item.kind == kind and isinstance(item.requirements, list) else ():
                if row.group and not (";" in row.text or row.selector):
                    rows.setdefault(row.group, []).append(row.key)
        return [group for group, keys in rows.items() if all(key in installed for key in keys)]

    def keeper(self) -> str:
        """The tool that the project's own files name for its lock: a lock, else a table of its own; empty: none."""
        lockers = ("uv", "poetry", "pdm", "pixi", "pipenv", "conda-lock")
        marks = [mark for mark in self.project.tools if mark.tool in lockers]
        return next((mark.tool for mark in sorted(marks, key=lambda mark: not mark.lock)), "")

    # What an environment is made from.

    def compared(self, around: Surroundings) -> list[Declaration]:
        """The lists and locks that such an environment is made from. Raises `UnknownFact` where one of them is broken."""
        own = self._compared(around, FILES.get(around.kind, OTHERS))
        if not own and around.kind is OriginKind.CONDA_ENV:
            own = self._compared(around, OTHERS)  # made by conda, filled by pip
        return own

    def _compared(self, around: Surroundings, kinds: tuple[str, ...]) -> list[Declaration]:
        found = [item for item in self.declarations if item.kind in kinds and _fits(item, around)]
        for item in found:
            known(item.requirements)
            known(item.locked)
        rest = [
            item
            for item in found
            if item.kind not in ("requirements", "environment.yml", "requirements.lock")
            and (item.purpose == "run" or (item.lock and item.purpose == "above"))
        ]
        locks = [item for item in found if item.kind == "requirements.lock" and item.purpose == "run"]
        files = _chosen([item for item in found if item.kind == "requirements"], MAIN)
        return [*rest, *locks[:1], *files, *self._environments(found, around)]

    @staticmethod
    def _environments(found: list[Declaration], around: Surroundings) -> list[Declaration]:
        """The environment.yml that the environment is called by, else the main one."""
        files = [item for item in found if item.kind == "environment.yml"]
        called = [item for item in files if item.name and item.name == around.name]
        return called[:1] or _chosen(files, MAIN_ENVIRONMENTS)


def synced(kind: OriginKind, own: Iterable[Declaration]) -> bool:
    """Whether the tool that keeps such an environment lays down all that these files say, and nothing else."""
    return any(item.kind in SYNCED.get(kind, ()) for item in own)


def selected(selector: str, system: str) -> bool:
    """Whether what stands in brackets means this system; unknown words mean it, so that nothing is passed over."""
    if not selector or not system:
        return True
    known_words = {word for words in SELECTORS.values() for word in words}
    words = selector.replace("(", " ").replace(")", " ").split()
    if not all(word in known_words or word in ("not", "or") for word in words):
        return True
    here, negated = SELECTORS.get(system, ()), False
    verdict = False
    for word in words:
        if word in known_words:
            verdict = verdict or ((word in here) is not negated)
        negated = word == "not"
    return verdict


def _fits(item: Declaration, around: Surroundings) -> bool:
    if item.platforms and around.platform and around.platform not in item.platforms:
        return False
    return not item.system or not around.system or item.system == around.system


def platform_of(markers: Mapping[str, str]) -> str:
    """What conda calls the platform with these marker variables; empty where they do not tell.

    Source: https://github.com/conda/conda/blob/main/conda/base/constants.py (KNOWN_SUBDIRS)
    """
    system = {"linux": "linux", "darwin": "osx", "win32": "win"}.get(markers.get("sys_platform", ""), "")
    machine = markers.get("platform_machine", "").lower()
    known_machine = {"x86_64": "64", "amd64": "64", "i686": "32", "aarch64": "aarch64", "arm64": "arm64"}
    machine = known_machine.get(machine, machine)
    return f"{system}-{machine}" if system and machine else ""


def _rank(item: Declaration) -> tuple[bool, bool, bool, int]:
    """The main list first: for running, by a usual name, at the top."""
    usual = paths.name(item.file) in (*MAIN[:1], *MAIN_ENVIRONMENTS)
    return item.purpose != "run", bool(item.system), not usual, len(paths.parts(item.file))


def _chosen(files: list[Declaration], usual: tuple[str, ...]) -> list[Declaration]:
    """The main one; the only one for running, else the only one for development: more than one leaves it open."""
    run = [item for item in files if item.purpose == "run"]
    for name in usual:
        main = sorted((item for item in run if paths.name(item.file) == name), key=_rank)
        if main:
            return main[:1]
    if run:
        own = [item for item in run if item.system] or run
        return own if len(own) == 1 else []
    return files if len(files) == 1 and files[0].purpose == "development" else []


def _furniture(requirement: Requirement) -> bool:
    """The Python, and the ``pip`` that conda is asked for so that the ``pip:`` part works."""
    return requirement.key == "python" or (requirement.key == "pip" and requirement.manager == "conda")


def _as_good_as_a_lock(item: Declaration) -> bool:
    told = [row for row in item.requirements if not _furniture(row)] if isinstance(item.requirements, list) else []
    if not told or item.dynamic or item.kind in NOT_ASKED:
        return False
    if all(map(_exact, told)):
        return True
    return all(map(_pinned, told)) and bool(BROUGHT & {row.key for row in told})


def _everybodys(row: Requirement) -> bool:
    """Whether a plain installation brings it everywhere, from the usual index."""
    return not (row.group or row.source or row.selector or ";" in row.text or _furniture(row))


def _lacks(ask: Requirement, versions: set[str]) -> str:
    """Why a lock with these versions does not answer a requirement; empty where it does, or where that can't be told."""
    if not versions:
        return "which it does not have"
    if ask.specifier and all(plainly_within(version, ask.specifier) is False for version in versions):
        return f"and it has {' and '.join(sorted(versions))}"
    return ""


def _allows(specifier: str, version: str) -> bool | None:
    """Whether a Python is within a specifier; ``None`` where that can't be told."""
    plain = plainly_within(version, specifier)
    if plain is not None:
        return plain
    return is_within(version, specifier)


def newest_python(specifier: str) -> str:
    """The newest minor version of Python within a specifier; empty where there is none."""
    minors = sorted((release.minor for release in python_releases()), key=numbers, reverse=True)
    return next((minor for minor in minors if _allows(specifier, f"{minor}.99")), "")


def _exact(row: Requirement) -> bool:
    specifier = row.specifier
    return specifier is None or (specifier.startswith("==") and not specifier.endswith("*") and "," not in specifier)


def _pinned(row: Requirement) -> bool:
    """``numpy=1.26.4``, as conda writes it down without builds."""
    return _exact(row) or (row.manager == "conda" and (row.specifier or "").startswith("=="))
