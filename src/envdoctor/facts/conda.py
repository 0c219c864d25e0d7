"""Conda as it is set up here: its configuration, the records of the patient's prefix, and the base environment."""

from envdoctor.facts.base import Missing, Section


class CondaSetting(Section, frozen=True, kw_only=True):
    """One setting after merging: its value, and the files (or variables) it came from, the strongest first.

    ``given`` is what each of several sources of a list has in it.
    """

    value: bool | int | float | str | list[str] | dict[str, str] | dict[str, list[str]] | None
    sources: list[str]
    given: dict[str, list[str]] = {}


class CondaFileProblem(Section, frozen=True, kw_only=True):
    """Why a configuration file, or a part of it, does not count.

    ``kind``: unreadable and fatal (conda ends there), syntax (the file is skipped), type, duplicate, denied
    (a channel that the allow- or denylist forbids: conda ends there), name.
    ``setting`` is the setting concerned, if one is.
    """

    file: str
    kind: str
    problem: str
    setting: str | None = None


class CondaSecret(Section, frozen=True, kw_only=True):
    """A credential in a configuration file: never the credential itself.

    ``channel`` is redacted; ``others_can_read`` is what the file's mode says, ``shelter`` a folder above it that
    lets nobody else in.
    """

    file: str
    channel: str
    others_can_read: bool | None
    shelter: str | None = None


class CondaRecord(Section, frozen=True, kw_only=True):
    """One package that conda, mamba or pixi installed, as ``conda-meta`` tells.

    ``channel`` is the channel's name (``conda-forge``, ``pkgs/main``) or its URL without credentials.
    ``bytes`` is the size on disk where the record tells, else that of the package file.
    ``requested``: asked for by name, rather than brought along; ``None`` where no record of it is kept.
    """

    name: str
    version: str
    build: str
    channel: str
    subdir: str | None = None
    bytes: int | None = None
    requested: bool | None = None
    depends: list[str] = []


class CondaDamage(Section, frozen=True, kw_only=True):
    """Files of one package that are gone or are not as installed; ``severe`` are code and libraries among them.

    Each file with what is wrong: ``gone``, ``120 bytes, not 117``, ``other content``.
    """

    package: str
    severe: dict[str, str]
    minor: dict[str, str]
    count: int


class CondaOverlap(Section, frozen=True, kw_only=True):
    """A package that pip (or its like) has put over conda's.

    ``shape``: replaced (conda's metadata is gone), beside (two metadata folders), overwritten (files in both
    lists), unrecorded (the history names it, conda-meta does not, pip's is there).
    """

    package: str
    distribution: str
    shape: str
    conda_version: str | None
    pip_version: str | None
    evidence: str


class CondaStateFile(Section, frozen=True, kw_only=True):
    """A file that conda reads before it does anything, and can't.

    ``kind``: history, record, pinned, state, variables. ``missing``: it is not there, or a folder is. ``line`` counts
    from 1, where one line is at fault. ``package`` is what a record's name says (``name==version``).
    """

    file: str
    kind: str
    problem: str
    missing: bool = False
    line: int | None = None
    package: str | None = None


class CondaGap(Section, frozen=True, kw_only=True):
    """A package that conda itself needs, and the first of its files that are gone; ``count`` of them in all.

    ``cached`` is a folder of conda's package cache that still has them, ``target`` the folder in the prefix that it
    is laid out in.
    """

    package: str
    version: str
    files: list[str]
    count: int
    cached: str | None = None
    target: str | None = None


class CondaProgram(Section, frozen=True, kw_only=True):
    """A program of the root prefix, conda or mamba: its ``path``, and what it lacks, told by its files; nothing: it starts.

    ``lost`` are the program's own parts that are gone: its script, the Python that it runs on.
    """

    path: str
    lost: list[str] = []
    gaps: list[CondaGap] = []


class CondaSolver(Section, frozen=True, kw_only=True):
    """The solver that conda will use, the package that brings it, and whether base has that; ``sources`` name it."""

    name: str
    package: str
    installed: bool
    sources: list[str] = []


class CondaBase(Section, frozen=True, kw_only=True):
    """What has been put into the base environment after the installer.

    ``added`` are the packages beyond the installer's own (``initial_source`` names the file that lists them)
    and beyond conda and its tooling; ``added_bytes`` their size on disk; ``requested`` those of them that were
    asked for by name; ``pip`` the distributions that pip put there. ``frozen`` is CEP 22's marker.
    ``younger_than_container``: base was made in the running container, and is no part of its image.
    """

    added: list[str] | Missing
    added_bytes: int | Missing
    initial_known: bool
    initial_source: str | None = None
    requested: list[str] | Missing = []
    pip: list[str] = []
    frozen: bool = False
    younger_than_container: bool = False


class Conda(Section, frozen=True, kw_only=True):
    """``channels`` and ``channel_priority`` as ``conda config --show`` prints them, credentials redacted.

    ``channel_urls`` is where each of them is; several places for one like ``defaults`` that stands for several.
    ``root_prefix`` is the installation that owns the patient, ``flavour`` which one it is: anaconda, miniconda,
    miniforge, micromamba, pixi, conda. ``version`` is conda's own. ``is_base``: the patient is that root.
    ``config_files`` are read in this order, later over earlier. ``records`` are those of the patient's prefix.
    ``leftovers`` are files of an installation that did not end. ``unhashed`` are files that ``--deep`` could not
    read, each with the reason. ``state`` are files that stop conda. ``program`` is conda of the root prefix, ``mamba``
    its mamba, ``None`` where there is none. ``left_behind``: what pip had put into folders of another minor version of Python, by folder.
    ``unset`` are variables that a channel's URL names and nobody has set, each with the file.
    """

    root_prefix: str | None
    flavour: str | None
    is_base: bool
    is_environment: bool
    frozen: bool = False
    version: str | None | Missing = None
    tool: str = "conda"
    channels: list[str] | Missing
    channel_priority: str | Missing
    channel_urls: dict[str, list[str]] = {}
    config_files: list[str] = []
    settings: dict[str, CondaSetting] = {}
    problems: list[CondaFileProblem] = []
    secrets: list[CondaSecret] = []
    records: list[CondaRecord] | Missing = []
    unreadable: dict[str, str] = {}
    leftovers: list[str] = []
    damaged: list[CondaDamage] | Missing = []
    unhashed: dict[str, str] = {}
    overlaps: list[CondaOverlap] | Missing = []
    state: list[CondaStateFile] = []
    program: CondaProgram | None = None
    mamba: CondaProgram | None = None
    solver: CondaSolver | None = None
    left_behind: dict[str, list[str]] = {}
    unset: dict[str, str] = {}
    base: CondaBase | None | Missing = None
