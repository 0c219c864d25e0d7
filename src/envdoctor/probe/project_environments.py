"""Where a project's environment lies if it does not have a usual name: another folder with pyvenv.cfg, or the place
where Poetry, Pipenv, Hatch or PDM keeps it.

Imported only where nothing is active and no ``.venv`` is there. ``os`` is enough for what is usual; a tool's own
configuration is read where it has one.
"""

import os
import sys
from collections.abc import Iterator

MOST_FOLDERS = 500  # names of one folder that are looked at
MOST_BYTES = 1 << 20  # of a file that a tool wrote
WORDS = "the project's environment, where {} keeps it"


class Around:
    """Where the tools look: the home folder and the environment's variables."""

    __slots__ = ("environ", "home")

    def __init__(self, home: str, environ: dict[str, str]) -> None:
        self.home = home
        self.environ = environ


def candidates(project: str, around: Around) -> Iterator[tuple[str, str]]:
    """Where an environment of the project in this folder may be, and what it is called, in the order in which they are to
    be taken; not all are there."""
    names = _names(project)
    asked = around.environ.get("UV_PROJECT_ENVIRONMENT")
    # https://docs.astral.sh/uv/concepts/projects/config/#project-environment-path
    if asked and "pyproject.toml" in names:
        yield os.path.join(project, asked), WORDS.format("UV_PROJECT_ENVIRONMENT")
    envs = os.path.join(project, ".pixi", "envs")
    for name in _names(envs):
        yield os.path.join(envs, name), f"the project's {os.path.join('.pixi', 'envs', name)}"
    if ".pdm-python" in names:
        python = _line(os.path.join(project, ".pdm-python"))
        yield os.path.dirname(os.path.dirname(python)), WORDS.format("PDM")
    if "Pipfile" in names:
        yield from ((prefix, WORDS.format("Pipenv")) for prefix in _pipenv(project, names, around))
    if "pyproject.toml" in names or "hatch.toml" in names:
        yield from ((prefix, WORDS.format("Poetry")) for prefix in _poetry(project, around))
        yield from ((prefix, WORDS.format("Hatch")) for prefix in _hatch(project, around))
    for name in names:
        if os.path.lexists(os.path.join(project, name, "pyvenv.cfg")):
            yield os.path.join(project, name), f"the project's {name}"


def _pipenv(project: str, names: list[str], around: Around) -> Iterator[str]:
    """By the ``.project`` that Pipenv writes into each environment (pipenv/utils/virtualenv.py); a file ``.venv`` in the
    project may name it, too (https://pipenv.pypa.io/en/stable/virtualenv.html)."""
    home = around.environ.get("WORKON_HOME") or (
        os.path.join(around.home, ".virtualenvs")
        if sys.platform == "win32"
        else os.path.join(_folder(around, "XDG_DATA_HOME", ".local", "share"), "virtualenvs")
    )
    home = _expanded(home, project, around)
    named = _line(os.path.join(project, ".venv")) if ".venv" in names else ""
    if named:
        yield os.path.join(project if os.sep in named else home, named)
    for name in _names(home):
        if _same(_line(os.path.join(home, name, ".project")), project):
            yield os.path.join(home, name)


def _poetry(project: str, around: Around) -> Iterator[str]:
    """``NAME-HASH-pyX.Y`` below Poetry's cache, the one that ``envs.toml`` names first (poetry/utils/env/env_manager.py)."""
    folder = _poetrys_folder(project, around)
    names = _names(folder)
    if not names:
        return
    mark = f"-{_digest(os.path.normcase(os.path.realpath(project)))}-py"
    mine = [name for name in names if mark in name]
    minor = _table(os.path.join(folder, "envs.toml")) if len(mine) > 1 else {}
    for name in sorted(mine, key=_by_number, reverse=True):
        stem, _, number = name.rpartition("-py")
        chosen = minor.get(stem)
        if isinstance(chosen, dict) and chosen.get("minor") == number:
            yield os.path.join(folder, name)
    yield from (os.path.join(folder, name) for name in sorted(mine, key=_by_number, reverse=True))


def _poetrys_folder(project: str, around: Around) -> str:
    """https://python-poetry.org/docs/configuration/: variables, the project's poetry.toml, the user's, the default."""
    environ = around.environ
    own = environ.get("POETRY_CONFIG_DIR") or _platform(around, "config", "pypoetry", roaming=True)
    files = [os.path.join(project, "poetry.toml"), os.path.join(own, "config.toml")]
    tables = [_table(file) for file in files]
    cache = environ.get("POETRY_CACHE_DIR") or _platform(around, "cache", "pypoetry")
    for table in reversed(tables):
        cache = _text(table.get("cache-dir")) or cache
    cache = _expanded(environ.get("POETRY_CACHE_DIR") or cache, project, around)
    named = environ.get("POETRY_VIRTUALENVS_PATH")
    for table in tables:
        inner = table.get("virtualenvs")
        named = named or (_text(inner.get("path")) if isinstance(inner, dict) else "")
    if not named:
        return os.path.join(cache, "virtualenvs")
    return _expanded(named.replace("{cache-dir}", cache).replace("{project-dir}", project), project, around)


def _hatch(project: str, around: Around) -> Iterator[str]:
    """``env/virtual/PROJECT/HASH/ENVIRONMENT``: the default one, whose name is the project's, first (hatch/env/virtual.py).

    Flat where the configured folder is in the project or ``~/.virtualenvs``.
    """
    environ = around.environ
    data = environ.get("HATCH_DATA_DIR") or _platform(around, "data", "hatch")
    file = environ.get("HATCH_CONFIG") or os.path.join(_platform(around, "config", "hatch"), "config.toml")
    named: object = _table(file)
    for key in ("dirs", "env", "virtual"):
        named = named.get(key) if isinstance(named, dict) else None
    folder = environ.get("HATCH_ENV_TYPE_VIRTUAL_PATH") or ""
    if folder:
        yield _expanded(folder, project, around)
    folder = _expanded(_text(named) or os.path.join(data, "env", "virtual"), project, around)
    if folder.startswith(project + os.sep):
        yield from (os.path.join(folder, name) for name in _names(folder) if not name.endswith("-build"))
        return
    digest = _digest(os.path.realpath(project)) if (kinds := _names(folder)) else ""
    for kind in kinds:
        inner = os.path.join(folder, kind, digest)
        names = [name for name in _names(inner) if not name.endswith("-build")]
        names.sort(key=lambda name: name != kind)
        yield from (os.path.join(inner, name) for name in names)


def _digest(text: str) -> str:
    """Eight letters of SHA-256 in base 64, by which Poetry and Hatch tell projects of one name apart."""
    import binascii
    import hashlib

    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    return binascii.b2a_base64(digest).decode("ascii").translate({43: 45, 47: 95})[:8]


def _by_number(name: str) -> tuple[int, ...]:
    number = name.rpartition("-py")[2].split(".")
    return tuple(int(part) if part.isdigit() else 0 for part in number)


def _platform(around: Around, what: str, name: str, roaming: bool = False) -> str:
    """The folder for data, cache or configuration of a program, as platformdirs has it."""
    if sys.platform == "win32":
        local = around.environ.get("LOCALAPPDATA") or os.path.join(around.home, "AppData", "Local")
        far = around.environ.get("APPDATA") or os.path.join(around.home, "AppData", "Roaming")
        return os.path.join(far if roaming else local, name, *(("Cache",) if what == "cache" else ()))
    if sys.platform == "darwin":
        return os.path.join(around.home, "Library", "Caches" if what == "cache" else "Application Support", name)
    parts = {"data": ("XDG_DATA_HOME", ".local", "share"), "cache": ("XDG_CACHE_HOME", ".cache")}
    return os.path.join(_folder(around, *parts.get(what, ("XDG_CONFIG_HOME", ".config"))), name)


def _folder(around: Around, variable: str, *usual: str) -> str:
    return around.environ.get(variable) or os.path.join(around.home, *usual)


def _expanded(path: str, project: str, around: Around) -> str:
    """``~`` and variables replaced; what is relative lies in the project."""
    if path.startswith("~"):
        path = around.home + path[1:]
    return os.path.normpath(os.path.join(project, os.path.expandvars(path)))


def _names(folder: str) -> list[str]:
    """The names in a folder, in order, at most `MOST_FOLDERS` of them; none where it can't be read."""
    try:
        return sorted(os.listdir(folder))[:MOST_FOLDERS]
    except (OSError, ValueError):
        return []


def _line(path: str) -> str:
    """The one line of a small file; empty where it is none."""
    return _read(path).strip().partition("\n")[0].strip()


def _read(path: str) -> str:
    try:
        if not os.path.isfile(path):  # a FIFO would keep us waiting
            return ""
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(MOST_BYTES)
    except (OSError, ValueError):
        return ""


def _table(path: str) -> dict[str, object]:
    text = _read(path)
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _same(named: str, project: str) -> bool:
    return bool(named) and os.path.realpath(named) == os.path.realpath(project)
