"""The environment's own folder, read without starting anything."""

from envdoctor.facts.base import Missing, Obstacle, Section


class Prefix(Section, frozen=True, kw_only=True):
    """What lies at the patient's prefix.

    ``configuration`` is pyvenv.cfg, ``None`` where there is none. ``link`` is what the executable
    links to, if it is a link; ``executable_exists`` follows it to the end. ``home`` is pyvenv.cfg's
    home and ``home_exists`` whether that folder is still there. ``receipts`` are files that tools
    leave in the environments they make. ``has_ensurepip`` tells whether its Python can
    make environments with pip (Debian's can't without python3-venv). ``conda_meta`` says that the folder is there.
    ``lost`` is the folder of the environment that was meant and has no pyvenv.cfg any more: its Python takes its base's
    prefix for its own, and that is what ``path`` and all the rest are about.
    ``writable``: whether the user may change what packages are in it (``None``: not known); if not, ``owner`` is the
    name of who may, where it is known.
    ``obstacles`` are folders without which it holds no packages (site-packages), and that are gone or can't be read.
    """

    path: str
    exists: bool
    executable: str
    executable_exists: bool
    link: str | None = None
    configuration: dict[str, str] | None | Missing = None
    home: str | None = None
    home_exists: bool | None = None
    conda_meta: bool = False
    receipts: list[str] = []
    site_packages: list[str] = []
    has_ensurepip: bool | None = None
    lost: str | None = None
    writable: bool | None = None
    owner: str | None = None
    obstacles: list[Obstacle] = []
