"""The project the check-up is run in, and what it says it needs."""

from envdoctor.facts.base import Missing, Section


class Requirement(Section, frozen=True, kw_only=True):
    """One dependency, with where it stands: ``file`` relative to the project, ``line`` counted from 1 (0: not known).

    ``text`` is PEP 508's form where ``manager`` is ``pip``, a conda spec where it is ``conda``. ``specifier`` is
    the version asked for in PEP 440's form: empty where none is, ``None`` where it has no such form (a URL, a
    conda alternative). ``group`` is empty for what a plain installation brings, else the extra or group.
    ``source`` is where the project takes it from if that is not the index that everybody asks: ``git``, ``path``,
    ``url``, ``workspace``, ``index NAME``; empty otherwise.
    """

    text: str
    name: str
    key: str
    file: str
    line: int
    manager: str = "pip"
    specifier: str | None = ""
    group: str = ""
    source: str = ""


class Locked(Section, frozen=True, kw_only=True):
    """One package in a lock file: the version, the line it begins at, and the marker that makes it needed.

    ``source`` as in `Requirement`.
    """

    name: str
    key: str
    version: str
    line: int
    manager: str = "pip"
    marker: str = ""
    source: str = ""


class Declaration(Section, frozen=True, kw_only=True):
    """A file that lists the project's dependencies; ``kind`` names its format, ``lock`` tells a lock file.

    ``requirements`` are those of a list, ``locked`` those of a lock; `Missing` names file and line of the fault.
    ``indexes`` are the hosts or folders that a requirements file adds to pip's index, without names or passwords.
    """

    file: str
    kind: str
    lock: bool = False
    requirements: list[Requirement] | Missing = []
    locked: list[Locked] | Missing = []
    indexes: list[str] = []


class Project(Section, frozen=True, kw_only=True):
    """``root`` is the project's folder, ``evidence`` the name in it that makes it one, ``name`` its own, if it says so.

    ``declarations`` are the static lists of dependencies found in it; ``unreadable`` are files that may hold
    one and can't be read, each with the reason. ``environment_of`` is the folder of the project that the patient's
    environment lies in, ``None`` where it lies in none. ``file`` is a file of the project that exists, relative to its
    root, for findings to be pinned to; ``None`` where there is none at the top.
    """

    root: str
    evidence: str
    declarations: list[Declaration]
    unreadable: dict[str, str] | Missing = {}
    name: str | None = None
    environment_of: str | None = None
    file: str | None = None
