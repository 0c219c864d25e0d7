"""Where Pythons lie on Windows besides PATH: the registry, and the folders of those who install them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from envdoctor.ecosystem import paths
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.world import World

_DLL = pattern(r"python3(\d{1,2})t?\.dll", re.IGNORECASE)
ROOT = r"Software\Python"
MOST = 200  # entries of one level of the registry

# (minor version, path of the executable)
Python = tuple[str, str]


def pythons(world: World) -> list[Python]:
    """The Pythons that are installed, the likeliest place of each minor version first; some may be gone."""
    return [*_registered(world), *_in_folders(world)]


def minor_beside(world: World, folder: str) -> str | None:
    """The minor version of the ``python.exe`` in a folder, by the library beside it; ``None`` without one."""
    names = world.names(folder)
    for name in names if isinstance(names, list) else ():
        if found := _DLL.fullmatch(name):
            return f"3.{found[1]}"
    return None


def _registered(world: World) -> Iterator[Python]:
    """PEP 514 (https://peps.python.org/pep-0514/): ``Software\\Python\\COMPANY\\TAG``, the user's before the machine's."""
    for key, version, path, folder in _entries():
        found = re.match(r"3\.\d{1,2}(?=$|\D)", version or paths.name(key))
        if found and (path or folder):
            yield found[0], path or paths.join(folder, "python.exe")


def _entries() -> Iterator[tuple[str, str, str, str]]:
    """The key of each Python in the registry, its ``SysVersion``, and its ``InstallPath``: executable and folder."""
    try:
        import winreg as module
    except ImportError:
        return
    winreg: Any = module  # it has no names elsewhere
    wow = (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY)
    for hive, views in ((winreg.HKEY_CURRENT_USER, (0,)), (winreg.HKEY_LOCAL_MACHINE, wow)):
        for view in views:
            registry = _Registry(winreg, hive, winreg.KEY_READ | view)
            for company in registry.names(ROOT):
                if company.lower() == "pylauncher":  # reserved
                    continue
                for tag in registry.names(rf"{ROOT}\{company}"):
                    key = rf"{ROOT}\{company}\{tag}"
                    version = registry.value(key, "SysVersion")
                    place = rf"{key}\InstallPath"
                    yield key, version, registry.value(place, "ExecutablePath"), registry.value(place, "")


class _Registry:
    """One hive of the registry, read with ``access``; what is not there is empty."""

    def __init__(self, winreg: Any, hive: Any, access: int) -> None:
        self._winreg, self._hive, self._access = winreg, hive, access

    def names(self, path: str) -> list[str]:
        try:
            with self._winreg.OpenKey(self._hive, path, 0, self._access) as key:
                count = min(MOST, self._winreg.QueryInfoKey(key)[0])
                return [self._winreg.EnumKey(key, index) for index in range(count)]
        except OSError:
            return []

    def value(self, path: str, name: str) -> str:
        try:
            with self._winreg.OpenKey(self._hive, path, 0, self._access) as key:
                value = self._winreg.QueryValueEx(key, name)[0]
        except OSError:
            return ""
        return value if isinstance(value, str) else ""


def _in_folders(world: World) -> Iterator[Python]:
    """Installers' own places: python.org's (``Python312``), the install manager's, uv's, pyenv-win's, the Store's."""
    environ = world.environ
    local = environ.get("LOCALAPPDATA") or paths.join(world.home, "AppData/Local")
    roaming = environ.get("APPDATA") or paths.join(world.home, "AppData/Roaming")
    programs = [environ[name] for name in ("PROGRAMFILES", "ProgramFiles") if environ.get(name)]
    pyenv = environ.get("PYENV_ROOT") or environ.get("PYENV") or paths.join(world.home, ".pyenv/pyenv-win")
    places = [
        *((folder, r"Python3(\d{1,2})") for folder in (paths.join(local, "Programs/Python"), *programs[:1])),
        # https://docs.python.org/3/using/windows.html#python-install-manager
        (paths.join(local, "Python"), r"pythoncore-3\.(\d{1,2})-64"),
        # uv: `uv python dir`; UV_PYTHON_INSTALL_DIR names another
        (
            environ.get("UV_PYTHON_INSTALL_DIR") or paths.join(roaming, "uv/data/python"),
            r"cpython-3\.(\d{1,2})\.\d+-windows-.*",
        ),
        # https://github.com/pyenv-win/pyenv-win: versions below its root
        (paths.join(pyenv, "versions"), r"3\.(\d{1,2})\.\d+"),
        # what python.exe of the Store is an alias of
        (paths.join(local, "Microsoft/WindowsApps"), r"PythonSoftwareFoundation\.Python\.3\.(\d{1,2})_.*"),
    ]
    for folder, named in places:
        names = world.names(folder)
        yield from _matching(folder, names if isinstance(names, list) else (), named)


def _matching(folder: str, names: Iterable[str], named: str) -> Iterator[Python]:
    """The newest patch first."""
    found = []
    for name in names:
        if match := re.fullmatch(named, name, re.IGNORECASE):
            found.append(([int(part) for part in re.findall(r"\d+", name)], match[1], name))
    for _, minor, name in sorted(found, reverse=True):
        yield f"3.{minor}", paths.join(folder, name, "python.exe")
