"""The distributions installed where the patient looks for packages."""

from envdoctor.facts.base import Missing, Obstacle, Section


class Distribution(Section, frozen=True, kw_only=True):
    """One installed distribution, as its metadata says.

    ``location`` is the entry of ``sys.path`` it lies in, ``path`` its metadata's own path,
    ``kind`` one of dist-info, egg-info, egg-link. ``name`` is the name as written, or the one in the
    directory's name where the metadata can't be read; ``key`` the normalised name (PEP 503).
    ``requires`` are its Requires-Dist lines as written (an egg-info's sections turned into markers),
    ``extras`` its Provides-Extra, ``requires_python`` its Requires-Python. ``installer`` is the word in
    INSTALLER; ``owner`` the package manager other than pip and its kin that answers for it (``conda``,
    ``debian``, ``rpm`` …, ``system``), if one does.
    ``requested``: it was asked for by name (PEP 376, REQUESTED). ``url`` is where direct_url.json says
    it came from (PEP 610), and ``editable`` what that says.
    ``problem`` says what is wrong with the metadata, if anything is. ``platforms`` are those of its wheel's tags
    (``manylinux_2_28_x86_64``), empty where there is no WHEEL and where any platform will do.
    """

    name: str
    key: str
    version: str | Missing
    location: str
    path: str
    kind: str = "dist-info"
    installer: str | None = None
    owner: str | None = None
    requires: list[str] | Missing = []
    extras: list[str] = []
    requires_python: str = ""
    requested: bool = False
    url: str | None = None
    editable: bool = False
    problem: str | None = None
    platforms: list[str] = []


class Collision(Section, frozen=True, kw_only=True):
    """A module or library that several distributions' RECORDs claim.

    ``path`` is the file's, absolute; ``claims`` the hash that each RECORD gives it (``sha256=…``, empty
    where it gives none), by the distribution's name. ``__init__.py`` and ``.pyc`` never count, nor do two
    versions of one distribution.
    """

    path: str
    claims: dict[str, str]

    @property
    def differs(self) -> bool:
        """The claims are of different contents: whoever came last has overwritten the others."""
        return len({claim for claim in self.claims.values() if claim}) > 1


class Extension(Section, frozen=True, kw_only=True):
    """An extension module of a distribution (``distribution`` is the path of its metadata), one for each ``suffix``.

    ``suffix`` is what follows the module's name (``.cpython-312-x86_64-linux-gnu.so``, ``.abi3.so``), ``siblings``
    the suffixes of other files of its name beside it. ``binary`` tells the machine code (``ELF x86_64 64-bit``,
    ``None``: none that is known). ``numpy`` is the major version of NumPy whose C interface it is built for,
    ``None`` where it uses none, or where NumPy 2 is not installed and nobody looked.
    """

    distribution: str
    path: str
    suffix: str
    siblings: list[str] = []
    binary: str | None = None
    numpy: int | None = None


class ImportFailure(Section, frozen=True, kw_only=True):
    """An import that was tried and failed: ``message`` is Python's own, or how it ended Python.

    ``distribution`` is the path of the metadata. ``file`` is what gave cause to try (empty: another reason), ``lacks`` the
    library's name or the version of symbols that it does not find, ``chosen`` the file that was to have that version, or, where
    nothing lacks and no ``file`` is named, what PYTHONPATH puts in front of the package or of a module of the standard library.
    ``after`` is the module that was imported before, without which it works. ``foretold``: a reading of the files had given
    cause to doubt it.
    """

    distribution: str
    module: str
    message: str
    file: str = ""
    lacks: str = ""
    chosen: str = ""
    after: str = ""
    foretold: bool = True


class OwnCheck(Section, frozen=True, kw_only=True):
    """A check that ``distribution`` registers for RAPIDS' doctor: ``ended`` is passed, failed or absent (it can't be
    imported); empty where it came to no end. ``said`` is its error."""

    name: str
    distribution: str
    ended: str
    said: str = ""


class Packages(Section, frozen=True, kw_only=True):
    """``distributions`` in the order of ``sys.path``: of two with one key, the first is imported.

    ``unreadable`` are entries of ``sys.path`` that exist and can't be listed, each with the reason.
    ``collisions`` are files that several distributions claim. ``missing_files`` are the extensions,
    libraries and packages' ``__init__.py`` that a RECORD lists and that are gone, by the path of the
    metadata (only what pip, uv and Poetry installed is looked at); of the packages that science rests on (table
    ``modules``) all ``.py`` files, too, with ``--deep`` of all. ``cut_off_files`` are those that are shorter than the
    RECORD says: libraries that end too early, modules that are empty.
    ``altered_files`` are the ``.py`` files whose contents no RECORD knows, by the same path; ``None``: nobody compared
    them. ``unread_files`` are those that could not be read, each with the reason, RECORDs and INSTALLERs among them.
    ``leftovers`` are the ``~name`` folders
    that an interrupted installation left behind. ``extensions`` stand for all of their kind in a distribution
    (``--deep``: are all). ``sources_gone`` are the places that an editable installation takes its modules from and
    that are gone, ``sources_hidden`` its top-level modules that another file or folder on ``sys.path`` hides, each with
    that culprit, both by the path of the metadata. ``import_failures`` are imports that files gave cause to doubt, that were
    tried and failed, ``untried_imports`` those that came to no end, each with the reason, ``cleared_imports`` the packages that can be imported
    though something speaks against these files of theirs, ``imports_tried`` how many modules were imported to find out;
    ``own_checks`` are those that packages bring for a doctor of their own (``--deep``; ``None``: not asked);
    ``obstacles`` are files and folders of distributions that can't be read;
    and ``binary`` is the machine code of the interpreter itself. ``conda`` are the packages that conda-meta
    records, name to version; ``None`` where the prefix is not conda's.
    """

    distributions: list[Distribution]
    unreadable: dict[str, str] = {}
    collisions: list[Collision] = []
    missing_files: dict[str, list[str]] = {}
    cut_off_files: dict[str, list[str]] = {}
    altered_files: dict[str, list[str]] | None = None
    unread_files: dict[str, str] = {}
    leftovers: list[str] = []
    extensions: list[Extension] = []
    sources_gone: dict[str, list[str]] = {}
    sources_hidden: dict[str, dict[str, str]] = {}
    import_failures: list[ImportFailure] = []
    untried_imports: dict[str, str] = {}
    own_checks: list[OwnCheck] | None = None
    cleared_imports: dict[str, list[str]] = {}
    imports_tried: int = 0
    obstacles: list[Obstacle] = []
    binary: str | None = None
    conda: dict[str, str] | None | Missing = None
