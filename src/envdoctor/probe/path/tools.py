"""Which installers and Pythons are at hand, by looking along PATH: none of them is started."""

import os

from envdoctor.facts.tools import Tools
from envdoctor.probe.world import World

COMMANDS = (
    *("uv", "conda", "mamba", "micromamba", "pixi", "poetry", "pdm", "pipenv", "pipx", "virtualenv", "conda-lock"),
    *("apt-get", "dnf", "apk", "pacman", "zypper", "brew", "sudo", "jupyter", "code", "spyder"),
)
MINORS = tuple(f"3.{minor}" for minor in range(8, 16))
SHIMS = ("shims", ".pyenv/shims", ".asdf/shims", "mise/shims")


def read(world: World) -> Tools:
    """Every folder of PATH is listed once at most: what is missing is told by a listing, not by a hundred look-ups."""
    windows = world.platform == "win32"
    commands: dict[str, str] = {}
    pythons: dict[str, str] = {}
    for folder in dict.fromkeys(world.environ.get("PATH", "").split(";" if windows else ":")):
        if not folder.startswith("/") and not windows:
            continue
        for name in COMMANDS:
            if name not in commands and (path := _program(world, folder, name, windows)):
                commands[name] = path
        if not folder.replace("\\", "/").endswith(SHIMS):
            for minor in MINORS:
                if minor not in pythons and (path := _program(world, folder, f"python{minor}", windows)):
                    pythons[minor] = path
    for minor, path in _managed(world, windows):
        pythons.setdefault(minor, path)
    return Tools(
        commands=commands, pythons=dict(sorted(pythons.items(), key=lambda item: int(item[0].partition(".")[2])))
    )


def _program(world: World, folder: str, name: str, windows: bool) -> str | None:
    for suffix in (".exe", ".bat") if windows else ("",):
        path = f"{folder}/{name}{suffix}" if not windows else rf"{folder}\{name}{suffix}"
        real = world.real(path)
        if os.access(real, os.X_OK) and os.path.isfile(real):
            return path
    return None


def _managed(world: World, windows: bool) -> list[tuple[str, str]]:
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
                path = f"{root}/{name}/python.exe" if windows else f"{root}/{name}/bin/python{parts[0]}.{parts[1]}"
                found.append((int(parts[2]), f"{parts[0]}.{parts[1]}", path))
    found.sort(reverse=True)
    return [(minor, path) for _, minor, path in found if os.path.exists(world.real(path))]
