"""Which Python a script runs with, by its first lines: shebangs, launchers, and the shells' ``exec`` trick.

distlib and pip write ``#!/bin/sh`` and ``'''exec' "/path/python" "$0" "$@"`` where a path is too long for a shebang
or has a space (pip: vendored distlib, scripts.py); on Windows a launcher with the shebang before an appended zip
(same file); conda a launcher beside ``NAME-script.py``; uv a launcher that ends in the path, its length and a mark
(uv: crates/uv-trampoline).
"""

import os
import re

from envdoctor.ecosystem import paths
from envdoctor.facts.base import Missing
from envdoctor.probe.world import World

HEAD = 1024  # bytes: a shebang and the line after it
LAUNCHER = 8_000_000  # bytes read of a Windows launcher
MOST_SCRIPTS = 8  # that name a Python
MOST_FILES = 24  # that are looked into: a conda prefix has hundreds of programs
_EXEC = r"""^'''exec' (?:"(?P<quoted>[^"$]+)"|(?P<plain>[^\s"'$]+)) """
_RELATIVE = r"""^'''exec' "\$\(dirname .*\)"/'(?P<name>[^']+)'"""


def head(world: World, path: str) -> str:
    """The first lines of a file as text; empty where there is none."""
    data = world.read(path, HEAD)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def interpreter_of(text: str, script: str) -> tuple[str | None, str]:
    """The interpreter that the beginning of a script names, absolute or a bare name to be looked up on PATH; and how.

    ``script`` is the file's own path. ``None`` where the text names none.
    """
    if not text.startswith("#!"):
        return None, "no shebang"
    first, _, rest = text.partition("\n")
    line = first[2:].strip()
    words = line.split()
    if not words:
        return None, "an empty shebang"
    program = os.path.basename(words[0].replace("\\", "/"))
    if program == "env":
        names = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        return (names[0] if names else None), f"shebang #!{line}"
    if program in ("sh", "bash"):
        if found := re.match(_EXEC, rest):
            path = found.group("quoted") or found.group("plain")
            return path, f"exec {path}"
        if found := re.match(_RELATIVE, rest):
            return f"{os.path.dirname(script)}/{found.group('name')}", f"exec {found.group('name')} beside it"
        return None, f"a shell script ({first.strip()})"
    # a path with spaces stands unquoted in Windows launchers, quoted in some
    path = line.strip('"') if line.startswith('"') or ".exe" in line.lower() else words[0]
    if ".exe" in path.lower():
        path = path[: path.lower().index(".exe") + 4].strip('"')
    return path, f"shebang #!{line}"


def launcher(data: bytes) -> str | None:
    """The interpreter that a Windows launcher holds; ``None`` where it can't be read."""
    if data[-4:] in (b"UVSC", b"UVPY"):
        length = int.from_bytes(data[-8:-4], "little")
        path = data[-8 - length : -8]
        return path.decode("utf-8", "replace") if 0 < length < 4096 else None
    end = data.rfind(b"PK\x05\x06")  # the archive's last record: the size and the offset of its directory stand in it
    size, offset = (int.from_bytes(data[end + at : end + at + 4], "little") for at in (12, 16))
    archive = end - size - offset if end >= 0 else -1
    start = data.rfind(b"#!", 0, archive) if archive > 0 else -1
    if start < 0:
        return None
    line = data[start:].partition(b"\n")[0].decode("utf-8", "replace")
    return interpreter_of(line + "\n", "")[0]


def foreign_prefixes(world: World, prefix: str) -> dict[str, list[str]] | Missing:
    """Other prefixes that scripts of an environment were written for: the prefix, and the scripts that name it.

    Counted are the paths of Pythons that lie in a ``bin`` folder of an environment which is gone or is one still,
    the activation script's own path, and pixi's record of its place.
    """
    windows = world.platform == "win32"
    folder = paths.join(prefix, "Scripts" if windows else "bin")
    names = world.names(folder)
    if not isinstance(names, list):
        return names if isinstance(names, Missing) else {}
    found: dict[str, list[str]] = {}
    own = world.resolve(prefix)
    seen = 0
    preferred = [
        name for name in ("activate.bat" if windows else "activate", "pip", "pip.exe", "pip3") if name in names
    ]
    rest = [name for name in names if name not in preferred and not name.startswith(("python", "pypy", "activate"))]
    for name in [*preferred, *rest][:MOST_FILES]:
        if seen >= MOST_SCRIPTS:
            break
        path = paths.join(folder, name)
        if os.path.islink(world.real(path)):
            continue  # a link leads where its target belongs
        if name.startswith("activate"):
            text = world.text(path, 8192)
            other = _activated(text, (prefix, own)) if isinstance(text, str) else None
        else:
            interpreter = _interpreter(world, path, windows)
            other = _prefix_in(interpreter) if interpreter else None
        seen += other is not None
        if other and not paths.same(world.resolve(other), own) and _was_environment(world, other):
            found.setdefault(os.path.normpath(other), []).append(path)
    record = world.text(f"{prefix}/conda-meta/pixi_env_prefix", HEAD)
    if isinstance(record, str) and record.strip() and world.resolve(record.strip()) != own:
        found.setdefault(record.strip(), []).append(f"{prefix}/conda-meta/pixi_env_prefix")
    return found


def _interpreter(world: World, path: str, windows: bool) -> str | None:
    if windows and path.lower().endswith(".exe"):
        data = world.read(path, LAUNCHER)
        return launcher(data) if isinstance(data, bytes) and data[:2] == b"MZ" else None
    return interpreter_of(head(world, path), path)[0]


def _activated(text: str, own: tuple[str, ...]) -> str | None:
    """The absolute path that an activation script assigns to VIRTUAL_ENV, if it is written out and none of ``own``.

    A path may hold quotes and newlines: that it is one's own is seen before the line is taken apart.
    """
    if any(f"VIRTUAL_ENV={form}\n" in text for path in own for form in (path, f"'{path}'", f'"{path}"')):
        return None
    from shlex import quote

    if any(f"VIRTUAL_ENV={quote(path)}\n" in text for path in own):
        return None
    for line in text.splitlines():
        words = line.strip().removeprefix("export ")
        if words[:4].lower() == "set ":  # cmd.exe: set "NAME=value", or without quotes
            words = words[4:].strip().strip('"')
        if words.startswith("VIRTUAL_ENV="):
            path = words[12:].strip("\"'")
            if paths.absolute(path) and "$" not in path and "%" not in path:
                return path if not any(paths.same(path, item) for item in own) else None
    return None


def _prefix_in(interpreter: str) -> str | None:
    folder = paths.parent(interpreter)
    is_python = paths.name(interpreter).lower().startswith(("python", "pypy"))
    above = paths.parent(folder)
    return above if is_python and paths.name(folder).lower() in ("bin", "scripts") and len(above) > 1 else None


def _was_environment(world: World, prefix: str) -> bool:
    """False for a Python that others may rightly name: the base, the system's."""
    if prefix in ("/usr", "/usr/local"):
        return False
    marks = (paths.join(prefix, name) for name in ("pyvenv.cfg", "conda-meta"))
    return not world.exists(prefix) or any(map(world.exists, marks))
