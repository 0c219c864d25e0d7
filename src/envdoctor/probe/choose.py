"""Which Python is examined, and why that one.

Imported before everything else, so that the patient can be started while the rest of envdoctor is
still loading: only ``os``, ``sys`` and `envdoctor.ecosystem.prefixes` here.
"""

import os
import sys

from envdoctor.ecosystem.prefixes import BASE, FIRST, OWN_ENVIRONMENT, OWN_PYTHON, is_conda_installation

DEFAULT_TIMEOUT = 10.0

WINDOWS = sys.platform == "win32"
MARKS = (  # of a folder that may be a project
    *("pyproject.toml", "Pipfile", "hatch.toml", ".pdm-python", "pixi.toml", "setup.py", "setup.cfg"),
    *("requirements.txt", "environment.yml", "environment.yaml", ".git"),
)
STORE = "PythonSoftwareFoundation."  # folders of what is installed: Python.3.12_qbz5n2kfra8p0, PythonManager_…


class PatientError(Exception):
    """The patient that was asked for does not exist; the message names it and the remedy."""


class Choice:
    """The interpreter to examine: ``executable`` (perhaps a dangling link), its ``prefix``, why it was ``chosen``."""

    __slots__ = ("chosen", "executable", "prefix")

    def __init__(self, executable: str, prefix: str, chosen: str) -> None:
        self.executable = executable
        self.prefix = prefix
        self.chosen = chosen


class Surroundings:
    """Where a patient is looked for: the environment, the working directory, home, and envdoctor's own Python."""

    __slots__ = ("as_module", "cwd", "environ", "executable", "home", "own_base", "own_prefix")

    def __init__(self, as_module: bool = False) -> None:
        self.environ: dict[str, str] = dict(os.environ)
        try:
            self.cwd = os.getcwd()
        except OSError:  # deleted under our feet
            self.cwd = os.sep
        self.home = os.path.expanduser("~")
        self.executable = sys.executable
        self.own_prefix = sys.prefix
        self.own_base = sys.base_prefix
        self.as_module = as_module


def is_alias(path: str) -> bool:
    """Whether a file is one of Windows' app execution aliases: it has no content, and the Store's page opens instead.

    https://learn.microsoft.com/windows/apps/desktop/modernize/desktop-to-uwp-extensions#alias. A Python that was
    installed from the Store has such a file as well, which is told by the package beside it.
    """
    folder, name = os.path.split(path)
    if os.path.basename(folder).lower() != "windowsapps":
        return False
    try:
        if os.stat(path, follow_symlinks=False).st_size:
            return False
        return not any(
            item.startswith(STORE) and os.path.lexists(os.path.join(folder, item, name)) for item in os.listdir(folder)
        )
    except OSError:
        return True


def executable_of(prefix: str) -> str | None:
    """The path of the Python in ``prefix``; a dangling link counts, ``None`` where there is none."""
    if WINDOWS:
        names = [r"Scripts\python.exe", "python.exe"]
    else:
        names = ["bin/python", "bin/python3", "bin/pypy3", "bin/python2"]
    for name in names:
        path = os.path.join(prefix, name)
        if os.path.lexists(path):
            return path
    return None


def _usual(prefix: str) -> str:
    """Where the Python of a virtual environment has to be, should it be gone."""
    return os.path.join(prefix, "Scripts", "python.exe") if WINDOWS else os.path.join(prefix, "bin", "python")


def is_environment(prefix: str) -> bool:
    return os.path.lexists(os.path.join(prefix, "pyvenv.cfg")) or os.path.isdir(os.path.join(prefix, "conda-meta"))


def is_tool_environment(prefix: str) -> bool:
    """True for an environment that holds a tool rather than a user's packages (pipx, ``uv tool``, ``uvx``)."""
    for receipt in ("uv-receipt.toml", "pipx_metadata.json"):
        if os.path.exists(os.path.join(prefix, receipt)):
            return True
    parts = prefix.split(os.sep)
    # uvx unpacks into uv's cache (uv: crates/uv-cache, buckets "archive-v0" and "environments-v2"),
    # pipx run into pipx/.cache.
    return any(part.startswith(("archive-v", "environments-v")) for part in parts) or (
        "pipx" in parts and ".cache" in parts
    )


def environments_in(project: str) -> str | None:
    """The environment a project folder carries: ``.venv``, pixi's default, or one of another usual name."""
    for name in (".venv", os.path.join(".pixi", "envs", "default"), "venv", "env"):
        prefix = os.path.join(project, name)
        if is_environment(prefix) and executable_of(prefix):
            return prefix
    return None


def prefix_of(executable: str) -> str:
    """The prefix an executable belongs to, links not followed: a venv's python is a link to its base's."""
    folder = os.path.dirname(os.path.abspath(executable))
    if is_environment(folder) or os.path.basename(folder).lower() not in ("bin", "scripts"):
        return folder
    return os.path.dirname(folder)


def named(what: str, around: Surroundings) -> Choice:
    """The patient that ``--python`` names: an executable, a prefix, or a project folder.

    Raises `PatientError` where there is no such path, or no Python in it.
    """
    if not what:
        raise PatientError("--python: the path is empty; name an executable, a prefix or a project folder")
    chosen = "named by --python"
    path = os.path.join(around.cwd, os.path.expanduser(what))
    if os.pardir in path.split(os.sep):  # resolved, but for the last part: a venv's python is a link that must stay one
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    path = os.path.normpath(path)
    if os.path.isdir(path):
        executable = executable_of(path)
        if executable:
            return Choice(executable, path, chosen)
        environment = environments_in(path)
        if environment:
            inner = executable_of(environment) or environment
            return Choice(inner, environment, f"{chosen}: the project's {os.path.relpath(environment, path)}")
        if os.path.lexists(os.path.join(path, "pyvenv.cfg")):
            return Choice(_usual(path), path, chosen)
        if kept := _kept(path, around):
            return Choice(kept.executable, kept.prefix, f"{chosen}: {kept.chosen}")
        if refusal := _refusal(path):
            raise PatientError(f"--python {what}: {refusal}")
        raise PatientError(
            f"--python {what}: this folder holds no Python; name an executable, a prefix or a project folder"
        )
    if os.path.lexists(path):
        if os.path.exists(path) and not os.access(path, os.X_OK):
            raise PatientError(f"--python {what}: not an executable file; name a Python, a prefix or a project folder")
        return Choice(path, prefix_of(path), chosen)
    if os.sep not in what and not (os.altsep and os.altsep in what):
        found = on_path([what], around.environ)
        if found:
            return Choice(found, prefix_of(found), f"{chosen}, found on PATH")
    raise PatientError(f"--python {what}: {_refusal(path) or 'no such file or folder'}")


def _refusal(path: str) -> str:
    """Why a path can't be looked at, empty where it is just not there: who may not read a folder can't say what it lacks."""
    try:
        with os.scandir(path) if os.path.isdir(path) else open(path, "rb"):
            return ""
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return error.strerror or type(error).__name__
    except ValueError:  # a NUL in it
        return ""


def on_path(names: list[str], environ: dict[str, str]) -> str | None:
    """The first of ``names`` on PATH, name by name."""
    for name in names:
        for folder in environ.get("PATH", "").split(os.pathsep):
            for suffix in ("", ".exe") if WINDOWS else ("",):
                path = os.path.join(folder, name + suffix)
                if folder and os.path.isfile(path) and os.access(path, os.X_OK) and not is_alias(path):
                    return path
    return None


def default(around: Surroundings, project: str | None = None) -> Choice:
    """The patient when none is named, by the order that the interface pins.

    ``project`` is the folder ``--project`` names. Raises `PatientError` where no Python is to be found at all.
    """
    environ = around.environ
    if around.as_module:
        return Choice(around.executable, around.own_prefix, "the Python that runs envdoctor")
    active = environ.get("VIRTUAL_ENV")
    if active:
        return Choice(executable_of(active) or _usual(active), active, "the active environment (VIRTUAL_ENV)")
    conda = environ.get("CONDA_PREFIX")
    base = conda if conda and is_conda_installation(conda, os.path.isdir) else None
    if conda and not base and (executable := _python_of(conda)):
        return Choice(executable, conda, "the active environment (CONDA_PREFIX)")
    own = _project_environment(around, project)
    if own:
        return own
    if not is_tool_environment(around.own_prefix):
        if around.own_prefix != around.own_base or os.path.isdir(os.path.join(around.own_prefix, "conda-meta")):
            return Choice(around.executable, around.own_prefix, OWN_ENVIRONMENT)
        return Choice(around.executable, around.own_prefix, OWN_PYTHON)
    if base and (executable := executable_of(base)):
        return Choice(executable, base, BASE)
    found = on_path(["python", "python3"] if WINDOWS else ["python3", "python"], environ)
    if found:
        return Choice(found, prefix_of(found), FIRST.format(os.path.basename(found)))
    store = " (python.exe there only opens the Store)" if WINDOWS and _aliases(environ) else ""
    raise PatientError(
        f"no Python found: none is active, and PATH holds neither python3 nor python{store}; name one with --python"
    )


def _python_of(conda: str) -> str | None:
    """The Python of an active conda environment, where it has to be if the whole folder is gone; ``None``: it holds
    none, as one for R does."""
    usual = os.path.join(conda, "python.exe") if WINDOWS else os.path.join(conda, "bin", "python")
    return executable_of(conda) or (None if os.path.lexists(conda) else usual)


def _aliases(environ: dict[str, str]) -> list[str]:
    folders = environ.get("PATH", "").split(os.pathsep)
    return [
        path for folder in folders if is_alias(path := os.path.join(folder, "python.exe")) and os.path.lexists(path)
    ]


def _project_environment(around: Surroundings, project: str | None) -> Choice | None:
    """The environment of the project that ``project`` names, or that the working directory lies in."""
    folder = os.path.abspath(os.path.join(around.cwd, project)) if project else around.cwd
    while True:
        prefix = environments_in(folder)
        if prefix and (executable := executable_of(prefix)):
            return Choice(executable, prefix, f"the project's {os.path.relpath(prefix, folder)}")
        if kept := _kept(folder, around):
            return kept
        parent = os.path.dirname(folder)
        if project or folder in (around.home, parent):
            return None
        folder = parent


def _kept(folder: str, around: Surroundings) -> Choice | None:
    """The environment of a project that lies under another name, or where its tool keeps it."""
    if not any(os.path.lexists(os.path.join(folder, mark)) for mark in MARKS):
        return None
    from envdoctor.probe.project_environments import Around, candidates

    found: dict[str, tuple[str, str]] = {}
    for prefix, called in candidates(folder, Around(around.home, around.environ)):
        executable = executable_of(prefix) if prefix and is_environment(prefix) else None
        if executable:
            found.setdefault(prefix, (executable, called))
    for prefix, (executable, called) in found.items():
        one_of = f", one of {len(found)}" if len(found) > 1 else ""
        return Choice(executable, prefix, f"{called}{one_of}")
    return None
