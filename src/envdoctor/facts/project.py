"""The project the check-up is run in, and what it says it needs."""

from envdoctor.facts.base import Missing, Section


class Requirement(Section, frozen=True, kw_only=True):
    """One dependency, with where it stands: ``file`` relative to the project, ``line`` counted from 1 (0: not known).

    ``text`` is PEP 508's form where ``manager`` is ``pip``, a conda spec where it is ``conda``. ``specifier`` is
    the version asked for in PEP 440's form: empty where none is, ``None`` where it has no such form (a URL, a
    conda alternative). ``group`` is empty for what a plain installation brings, else the extra or group.
    ``source`` is where the project takes it from if that is not the index that everybody asks: ``git``, ``path``,
    ``url``, ``workspace``, ``index NAME``; empty otherwise. ``selector`` are the words in brackets behind it that say
    for which systems it is meant (``# [win]``, conda-lock's); empty: for all. ``editable``: installed by ``-e``.
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
    selector: str = ""
    editable: bool = False


class Locked(Section, frozen=True, kw_only=True):
    """One package in a lock file: the version, the line it begins at, and the marker that makes it needed.

    ``source`` as in `Requirement`. ``build`` is conda's, where the lock tells it; ``platform`` the one that it is for, in
    conda's words (empty: all).
    """

    name: str
    key: str
    version: str
    line: int
    manager: str = "pip"
    marker: str = ""
    source: str = ""
    build: str = ""
    platform: str = ""


class Declaration(Section, frozen=True, kw_only=True):
    """A file that lists the project's dependencies; ``kind`` names its format, ``lock`` tells a lock file.

    ``requirements`` are those of a list, ``locked`` those of a lock; `Missing` names file and line of the fault.
    ``indexes`` are the hosts or folders that it names beside or instead of the usual index, without names or passwords.

    ``purpose`` is what it is for, by its name and its folder: ``run`` (what the code needs), ``development``,
    ``documentation``, ``examples``, ``tool`` (another program's environment), ``variant`` (one of several, such as
    for a GPU), ``script`` (one file's), ``image`` (a container's), ``member`` (of the workspace, another one's), ``above``
    (the repository's around the project). ``system`` is the one system that it is for (``linux``, ``darwin``,
    ``win32``; empty: all).
    ``name`` is what the environment is called that it makes, ``dynamic`` says what is only known once the project is
    built (empty: nothing). Of a lock, ``platforms`` are those that it is for (conda's words; none: all), ``groups``
    those it covers, ``stale`` says in which way it does not fit its list any more: empty where it does, `Missing`
    where nobody can tell, ``None`` where nobody looked.
    """

    file: str
    kind: str
    lock: bool = False
    requirements: list[Requirement] | Missing = []
    locked: list[Locked] | Missing = []
    indexes: list[str] = []
    purpose: str = "run"
    system: str = ""
    name: str = ""
    dynamic: str = ""
    platforms: list[str] = []
    groups: list[str] = []
    stale: str | None | Missing = None


class AskedPython(Section, frozen=True, kw_only=True):
    """A place where the project says which Python it wants: ``text`` as it stands there, ``specifier`` in PEP 440's
    form (``None``: it has no such form). ``chosen``: one that is to be used (``.python-version``), not a range."""

    text: str
    file: str
    line: int
    specifier: str | None
    chosen: bool = False


class ToolMark(Section, frozen=True, kw_only=True):
    """That the project is kept with a tool: its lock, its table, its own file, at ``file`` and ``line``."""

    tool: str
    file: str
    line: int = 0
    lock: bool = False


class Member(Section, frozen=True, kw_only=True):
    """A part of a workspace: its folder relative to the project, and its name, if it says so."""

    folder: str
    name: str | None = None


class Workspace(Section, frozen=True, kw_only=True):
    """Several projects with one lock and one environment: ``root`` is where these stand, ``members`` its projects."""

    root: str
    tool: str
    members: list[Member] = []


class Project(Section, frozen=True, kw_only=True):
    """``root`` is the project's folder, ``evidence`` the name in it that makes it one, ``name`` its own, if it says so.

    ``declarations`` are the static lists of dependencies found in it; ``unreadable`` are files that may hold
    one and can't be read, each with the reason. ``environment_of`` is the folder of the project that the patient's
    environment lies in, ``None`` where it lies in none. ``file`` is a file of the project that exists, relative to its
    root, for findings to be pinned to; ``None`` where there is none at the top.

    ``tools`` are those that keep it, the surest mark first; ``pythons`` the places that say which Python it wants;
    ``workspace`` is the one it is the root or a member of. ``part`` is the folder of documentation, notebooks or
    examples that the check-up is run in, relative to the root; empty: none.
    """

    root: str
    evidence: str
    declarations: list[Declaration]
    unreadable: dict[str, str] | Missing = {}
    name: str | None = None
    environment_of: str | None = None
    file: str | None = None
    tools: list[ToolMark] = []
    pythons: list[AskedPython] = []
    workspace: Workspace | None = None
    part: str = ""
