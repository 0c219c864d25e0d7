"""What lies at every prefix of the patient's chain and tells how Python came there."""

from envdoctor.facts.base import Missing, Section


class Owner(Section, frozen=True, kw_only=True):
    """The system package that a file belongs to; ``manager``: dpkg, rpm, apk, pacman or portage."""

    manager: str
    package: str
    version: str | None = None
    maintainer: str | None = None


class Place(Section, frozen=True, kw_only=True):
    """One prefix of the chain.

    ``path`` is the prefix as the patient knows it, ``real`` and ``real_executable`` have their links
    followed. ``stdlib`` is the standard library's folder, where it is known. ``configuration`` is
    pyvenv.cfg. ``telling`` are files and folders that tools leave: the path, relative to ``real``
    where it lies below or beside it, and the beginning of the text where that matters.
    ``owner`` is the system package of the executable; ``None``: no package owns it.
    """

    path: str
    exists: bool
    real: str
    executable: str | None = None
    real_executable: str | None = None
    stdlib: str | None = None
    configuration: dict[str, str] | None = None
    telling: dict[str, str] = {}
    owner: Owner | None | Missing = None


class Installation(Section, frozen=True, kw_only=True):
    """``places`` are the prefixes, the environment first. ``externally_managed`` is the file of PEP 668, if any.

    ``container_files`` are the marks that container engines leave in ``/``. ``script_prefixes`` are
    the other prefixes that scripts of the environment name, each with the scripts. ``owned`` tells,
    for metadata that pip wrote into a folder of the system's packages, the package that owns it.
    """

    places: list[Place]
    externally_managed: str | None = None
    container_files: list[str] = []
    script_prefixes: dict[str, list[str]] | Missing = {}
    owned: dict[str, str | None | Missing] = {}
