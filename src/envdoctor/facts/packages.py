"""The distributions installed where the patient looks for packages."""

from envdoctor.facts.base import Missing, Section


class Distribution(Section, frozen=True, kw_only=True):
    """One installed distribution, as its metadata says.

    ``location`` is the entry of ``sys.path`` it lies in, ``path`` its metadata's own path,
    ``kind`` one of dist-info, egg-info. ``name`` is the name as written, or the one in the
    directory's name where the metadata can't be read; ``key`` the normalised name (PEP 503).
    ``requires`` are its Requires-Dist lines as written; ``installer`` the word in INSTALLER.
    ``problem`` says what is wrong with the metadata, if anything is.
    """

    name: str
    key: str
    version: str | Missing
    location: str
    path: str
    kind: str = "dist-info"
    installer: str | None = None
    requires: list[str] | Missing = []
    problem: str | None = None


class Packages(Section, frozen=True, kw_only=True):
    """``distributions`` in the order of ``sys.path``: of two with one key, the first is imported.

    ``unreadable`` are entries of ``sys.path`` that exist and can't be listed, each with the reason.
    """

    distributions: list[Distribution]
    unreadable: dict[str, str] = {}
