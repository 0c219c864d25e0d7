"""Which Pythons are here, and which one answers to ``python``, ``pip`` and ``jupyter``."""

from envdoctor.facts.base import Missing, Section


class Command(Section, frozen=True, kw_only=True):
    """One command on PATH.

    ``interpreter`` is the Python that runs it: the file itself for a Python, else the one that its
    shebang, launcher or shim leads to. ``prefix`` is that Python's, ``real_prefix`` with its links
    followed. ``via`` are the steps of the way there. `Missing` where the way can't be read from files.
    """

    name: str
    path: str
    interpreter: str | Missing
    interpreter_exists: bool | None = None
    prefix: str | Missing
    real_prefix: str | Missing
    via: list[str] = []


class Active(Section, frozen=True, kw_only=True):
    """An environment that a variable (VIRTUAL_ENV, CONDA_PREFIX) says is active.

    ``base``: it is the root of a conda installation; ``python``: the name of the Python it holds, if any.
    """

    variable: str
    prefix: str
    real_prefix: str
    exists: bool
    base: bool = False
    python: str | None = None


class PythonPathEntry(Section, frozen=True, kw_only=True):
    """One entry of PYTHONPATH. ``hides`` are modules in it that the patient has elsewhere, too: that other place."""

    path: str
    exists: bool
    hides: dict[str, str] = {}


class Path(Section, frozen=True, kw_only=True):
    """The neighbourhood: what the shell finds, and what is set in it.

    ``commands`` are all Pythons and pips on PATH, in its order; ``python``, ``pip`` and ``jupyter`` the
    ones that answer to those names (``python3`` and ``pip3`` where there is no ``python``, no ``pip``).
    ``active`` has the innermost environment first. ``patient_real`` is the patient's prefix, links
    followed. ``pythonpath`` are the entries of PYTHONPATH. ``here`` are modules and packages in the working
    directory that bear the name of a standard or an installed module, and are found before it.
    ``editors`` are programs to write Python with.
    """

    commands: list[Command]
    python: Command | None = None
    pip: Command | None = None
    jupyter: Command | None = None
    active: list[Active] = []
    patient_real: str = ""
    pythonpath: list[PythonPathEntry] = []
    working_directory: str = ""
    here: list[str] = []
    editors: list[str] = []
