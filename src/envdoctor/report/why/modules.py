"""What is imported by which name: the standard library by version, and modules whose distribution has another name."""

from msgspec import Struct

from envdoctor.data import listed, mapping, table
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.versions import numbers
from envdoctor.facts import Facts, Interpreter, Packages

# What a Python lacks that was compiled without a library's header files.
OPTIONAL = frozenset([
    "_bz2", "_ctypes", "_curses", "_curses_panel", "_dbm", "_gdbm", "_hashlib", "_lzma", "_sqlite3", "_ssl", "_tkinter",
    "_uuid", "_zstd", "readline", "zlib",
])  # fmt: skip


class Removed(Struct, frozen=True):
    """A name that is gone ``since`` a version, or only there since one (``added``); ``distribution`` is empty for
    the standard library."""

    owner: str
    name: str
    distribution: str
    since: str
    added: str
    instead: str
    source: str


def python_version(facts: Facts) -> str:
    """The patient's version as ``3.12``; empty where it is not known."""
    return facts.interpreter.python_version if isinstance(facts.interpreter, Interpreter) else ""


def newer_or_same(version: str, than: str) -> bool:
    """Whether ``version`` is at least ``than``; both begin with numbers and dots."""
    return numbers(version) >= numbers(than)


class _Gone(Struct, frozen=True):
    """A module that the standard library lost; ``install`` is a distribution that brings it back."""

    name: str
    since: str
    instead: str
    source: str
    install: str = ""


class _Change(Struct, frozen=True):
    """Names of ``owner`` (``*``: all of them) that are gone ``since`` a version of ``dist``, or ``added`` with one."""

    owner: str
    names: tuple[str, ...]
    source: str
    dist: str = ""
    since: str = ""
    added: str = ""
    instead: str = ""


def _gone() -> tuple[_Gone, ...]:
    return table("standard_library", "removed", _Gone)


def is_standard(top: str) -> bool:
    """Whether a top-level module is, or was, a part of the standard library of Python 3."""
    return top in listed("standard_library", "public") or top in listed("standard_library", "inner")


def added_in(module: str) -> str:
    """The version of Python that brought a module of the standard library, where it was not always there."""
    added = mapping("standard_library", "added")
    return added.get(module, added.get(module.partition(".")[0], ""))


def removed_module(module: str) -> Removed | None:
    """What became of a module that the standard library no longer has, or had in Python 2 only."""
    for row in _gone():
        if module == row.name or module.startswith(f"{row.name}."):
            return Removed("", row.name, "", row.since, "", row.instead, row.source)
    top = module.partition(".")[0]
    new = mapping("standard_library", "python2").get(top)
    if new is not None:
        return Removed("", top, "", "3.0", "", new, "https://docs.python.org/3.0/whatsnew/3.0.html")
    return None


def backport(module: str) -> str:
    """The distribution on PyPI that brings back a module which the standard library lost; empty where none does."""
    return next((row.install for row in _gone() if row.name == module.partition(".")[0]), "")


def changed_name(owner: str, name: str) -> Removed | None:
    """What became of ``name`` in the module ``owner``; rows for a whole module count for all names in it."""
    whole = f"{owner}.{name}" if owner else name
    for row in table("removed_names", "change", _Change):
        exact = row.owner == owner and name in row.names
        below = "*" in row.names and (whole == row.owner or f"{owner}.".startswith(f"{row.owner}."))
        if exact or below:
            return Removed(row.owner, name, row.dist, row.since, row.added, row.instead, row.source)
    return None


def change_of_module(module: str) -> Removed | None:
    """As `changed_name`, for a dotted module: the longest beginning that is known."""
    parts = module.split(".")
    beginnings = ((".".join(parts[: length - 1]), parts[length - 1]) for length in range(len(parts), 1, -1))
    return next((found for owner, name in beginnings if (found := changed_name(owner, name)) is not None), None)


def distribution_of(module: str) -> str:
    """The distribution on PyPI that brings a module (a dotted name); empty where that is not known.

    Only known names count: the name in an error may be anybody's, and whoever owns it on PyPI may be somebody else.
    """
    known = mapping("import_names", "modules")
    parts = module.split(".")
    beginnings = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((known[name] for name in beginnings if name in known), "")


def note(module: str) -> str:
    """What else to know of a module's name, in words; empty where nothing."""
    notes = mapping("import_names", "notes")
    return notes.get(module, notes.get(module.partition(".")[0], ""))


def installed(facts: Facts, *names: str) -> tuple[str, str] | None:
    """Name and version of the first of ``names`` that is installed here as a distribution."""
    if not isinstance(facts.packages, Packages):
        return None
    by_key = {item.key: item for item in reversed(facts.packages.distributions)}
    for name in names:
        if name and (item := by_key.get(normalise(name))) is not None:
            return item.name, item.version if isinstance(item.version, str) else ""
    return None
