"""Which installers and Pythons are at hand, by looking along PATH: none of them is started."""

import os

from envdoctor.ecosystem import paths
from envdoctor.facts.tools import Tools
from envdoctor.probe.choose import is_alias
from envdoctor.probe.path.windows import minor_beside
from envdoctor.probe.path.windows import pythons as windows_pythons
from envdoctor.probe.world import World

COMMANDS = (
    *("uv", "conda", "mamba", "micromamba", "pixi", "poetry", "pdm", "pipenv", "pipx", "virtualenv", "conda-lock"),
    *("apt-get", "dnf", "apk", "pacman", "zypper", "brew", "sudo", "jupyter", "code", "spyder", "py"),
)
MINORS = tuple(f"3.{minor}" for minor in range(8, 16))


def read(world: World) -> Tools:
    """Every folder of PATH is listed once at most: what is missing is told by a listing, not by a hundred look-ups."""
    windows = world.platform == "win32"
    commands: dict[str, str] = {}
    pythons: dict[str, str] = {}
    for folder in dict.fromkeys(world.environ.get("PATH", "").split(";" if windows else ":")):
        if not paths.absolute(folder):
            continue
        for name in COMMANDS:
            if name not in commands and (path := _program(world, folder, name, windows)):
                commands[name] = path
        if paths.parts(folder)[-1:] != ["shims"]:
            for minor in MINORS:
                if minor not in pythons and (path := _program(world, folder, f"python{minor}", windows)):
                    pythons[minor] = path
            if windows and (path := _program(world, folder, "python", windows)):
                pythons.setdefault(minor_beside(world, folder) or "", path)
    pythons.pop("", None)
    for minor, path in windows_pythons(world) if windows else _managed(world):
        if minor in MINORS and minor not in pythons and os.path.isfile(world.real(path)):
            pythons[minor] = path
    return Tools(
        commands=commands, pythons=dict(sorted(pythons.items(), key=lambda item: int(item[0].partition(".")[2])))
    )


def _program(world: World, folder: str, name: str, windows: bool) -> str | None:
    for suffix in (".exe", ".bat", ".cmd") if windows else ("",):
        path = paths.join(folder, name + suffix)
        real = world.real(path)
        if os.access(real, os.X_OK) and os.path.isfile(real) and not (windows and is_alias(real)):
            return path
    return None


def _managed(world: World) -> list[tuple[str, str]]:
    """Pythons that pyenv and uv keep, newest patch first (uv: cpython-3.13.1-linux-x86_64-gnu)."""
    data = world.environ.get("XDG_DATA_HOME") or f"{world.home}/.local/share"
    roots = [
        (f"{world.environ.get('PYENV_ROOT') or world.home + '/.pyenv'}/versions", ""),
        (world.environ.get("UV_PYTHON_INSTALL_DIR") or f"{data}/uv/python", "cpython-"),
    ]
    found = []
    for root, start in roots:
        names = world.names(root)
        for name in names if isinstance(names, list) else ():
            parts = name.removeprefix(start).partition("-")[0].split(".")
            if name.startswith(start) and len(parts) == 3 and all(part.isdigit() for part in parts):
                found.append(
                    (int(parts[2]), f"{parts[0]}.{parts[1]}", f"{root}/{name}/bin/python{parts[0]}.{parts[1]}")
                )
    found.sort(reverse=True)
    return [(minor, path) for _, minor, path in found]
