"""Which installers and Pythons are at hand, by looking along PATH: none of them is started."""

import os
import re

from envdoctor.ecosystem import paths
from envdoctor.facts.tools import USUAL, Tools
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.choose import is_alias
from envdoctor.probe.world import World

COMMANDS = (
    *("uv", "conda", "mamba", "micromamba", "pixi", "poetry", "pdm", "pipenv", "pipx", "virtualenv", "conda-lock"),
    *("apt-get", "dnf", "apk", "pacman", "zypper", "brew", "sudo", "jupyter", "code", "spyder", "py"),
)
MINORS = tuple(f"3.{minor}" for minor in range(8, 16))
# Those that a cure may name, and that may be scripts of a Python that is gone.
SCRIPTS = COMMANDS[: COMMANDS.index("conda-lock") + 1]


def read(world: World, around: str = "") -> Tools:
    """Every folder of PATH is listed once at most: what is missing is told by a listing, not by a hundred look-ups.

    ``around`` is the project's folder: there, else in the working directory, an environment would be made.
    """
    windows = world.platform == "win32"
    commands: dict[str, str] = {}
    pythons: dict[str, str] = {}
    for folder in dict.fromkeys(world.environ.get("PATH", "").split(";" if windows else ":")):
        if not paths.absolute(folder):
            continue
        there = None if windows else _listed(world, folder)  # Windows takes a name in any case
        for name in COMMANDS:
            if (
                name not in commands
                and (there is None or name in there)
                and (path := _program(world, folder, name, windows))
            ):
                commands[name] = path
        if paths.parts(folder)[-1:] != ["shims"]:
            for minor in MINORS:
                name = f"python{minor}"
                if minor in pythons or (there is not None and name not in there):
                    continue
                if path := _program(world, folder, name, windows):
                    pythons[minor] = path
            if windows and (path := _program(world, folder, "python", windows)):
                from envdoctor.probe.path.windows import minor_beside

                pythons.setdefault(minor_beside(world, folder) or "", path)
    pythons.pop("", None)
    for minor, path in _of_windows(world) if windows else _managed(world):
        if minor in MINORS and minor not in pythons and os.path.isfile(world.real(path)):
            pythons[minor] = path
    broken = {name: why for name in SCRIPTS if name in commands and (why := _fault(world, commands[name]))}
    return Tools(
        commands=commands,
        pythons=dict(sorted(pythons.items(), key=lambda item: int(item[0].partition(".")[2]))),
        broken=broken,
        taken=_taken(world, around),
    )


def _taken(world: World, folder: str) -> dict[str, str]:
    rows = ((name, paths.join(folder or world.cwd, name)) for name in USUAL)
    return {name: _python_in(world, path) for name, path in rows if world.stands(path)}


def _python_in(world: World, prefix: str) -> str:
    """The Python of an environment; empty where the folder is none, or its Python is gone."""
    own = any(world.exists(paths.join(prefix, mark)) for mark in ("pyvenv.cfg", "conda-meta"))
    windows = world.platform == "win32"
    names = ("python.exe", "Scripts/python.exe") if windows else ("bin/python",)
    found = (paths.join(prefix, *name.split("/")) for name in names)
    return next((path for path in found if own and world.exists(path)), "")


_MINOR = pattern(r"(python3\.\d+)")
_IMPORT = pattern(r"^\s*from ([A-Za-z_][\w.]*) import ", re.MULTILINE)


def _fault(world: World, path: str) -> str:
    """Why a program can't start, as far as its file tells; empty where nothing speaks against it.

    A script needs its interpreter, and in that one's site-packages the module that it imports.
    """
    data = world.read(path, 4096)
    if not isinstance(data, bytes):
        return ""
    if not data:
        return f"{path} is empty"
    if data.startswith(b"\x7fELF") and (missing := _cut_off(world, path, data)):
        return f"{path} is cut off: {missing} bytes of it are not there"
    if not data.startswith(b"#!/") or b"python" not in data.partition(b"\n")[0]:
        return ""
    head, _, text = data.decode("utf-8", "replace").partition("\n")
    interpreter = head[2:].strip()
    if " " in interpreter:  # env, or an option
        return ""
    if not world.exists(interpreter):
        return f"its interpreter {interpreter} is not there"
    found = [name for name in _IMPORT.findall(text) if name.partition(".")[0] not in ("re", "sys", "importlib")]
    prefix = os.path.dirname(os.path.dirname(interpreter))
    libraries = world.names(f"{prefix}/lib")
    sites = [
        f"{prefix}/lib/{name}/site-packages"
        for name in (libraries if isinstance(libraries, list) else ())
        if name.startswith("python3.")
    ]
    if minor := _MINOR.fullmatch(os.path.basename(world.resolve(interpreter))):
        those = [site for site in sites if f"/{minor[1]}/" in site]
        if sites and not those and world.exists(f"{prefix}/pyvenv.cfg"):
            return f"its Python is {minor[1]} now, and its packages are in {sites[0]}"
        sites = those or sites
    own = world.exists(f"{prefix}/pyvenv.cfg") or world.is_dir(f"{prefix}/conda-meta")
    if not own or not found or not sites or any(_has_paths(world, site) for site in sites):
        return ""
    module = found[0].replace(".", "/")
    places = [f"{site}/{module}{ending}" for site in sites for ending in (".py", "/__init__.py")]
    if any(map(world.exists, places)) or any(world.is_dir(f"{site}/{module}") for site in sites):
        return ""
    return f"{found[0]} is not in {sites[0]}"


def _cut_off(world: World, path: str, data: bytes) -> int:
    """How many bytes of an ELF file's segments lie behind its end: it can't be loaded then."""
    from struct import error, unpack_from

    if data[4:6] != b"\x02\x01":  # 64 bits, little-endian: all that these programs are made for
        return 0
    try:
        start, each, count = *unpack_from("<Q", data, 32), *unpack_from("<HH", data, 54)
        ends = [sum(unpack_from("<QxxxxxxxxxxxxxxxxQ", data, start + number * each + 8)) for number in range(count)]
        size = os.stat(world.real(path)).st_size
    except (error, OSError):
        return 0
    return max(0, max(ends, default=0) - size)


def _has_paths(world: World, site: str) -> bool:
    """True where modules may come from elsewhere: an editable install, or packages of the system."""
    names = world.names(site)
    return isinstance(names, list) and any(
        name.endswith((".pth", ".egg-link")) and name != "distutils-precedence.pth" for name in names
    )


def _of_windows(world: World) -> list[tuple[str, str]]:
    from envdoctor.probe.path.windows import pythons

    return pythons(world)


def _listed(world: World, folder: str) -> frozenset[str] | None:
    """The names in a folder; ``None`` where it may not be listed, though what is in it can be run."""
    try:
        return world.listed(folder)
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError:
        return None


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
