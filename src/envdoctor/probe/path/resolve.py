"""From a command on PATH to the Python behind it: links, shebangs, launchers and shims, read and never run.

A Python's prefix is found as CPython finds it (https://docs.python.org/3/library/sys_path_init.html): a pyvenv.cfg
beside the executable or above it, links not followed; else the folder above the real executable's ``bin``.
"""

import os

from envdoctor.ecosystem import paths
from envdoctor.facts.base import Missing
from envdoctor.facts.path import Command
from envdoctor.probe.choose import is_alias
from envdoctor.probe.path.scripts import HEAD, LAUNCHER, interpreter_of, launcher
from envdoctor.probe.path.shims import Shims
from envdoctor.probe.world import World

MOST_STEPS = 6  # from shim to shim, shebang to shebang
PYTHONS = ("python", "pypy", "graalpy")


class CommandResolver:
    """Knows the folders of PATH, in order, and remembers the prefixes it has found."""

    def __init__(self, world: World, folders: list[str]) -> None:
        self.world = world
        self.folders = folders
        self._shims = Shims(world)
        self._prefixes: dict[str, str] = {}
        self._real: dict[str, str] = {}

    def command(self, name: str, path: str) -> Command:
        """What ``path``, which answers to ``name``, leads to."""
        via: list[str] = []
        found = self._interpreter(path, via, is_python(name))
        if isinstance(found, Missing):
            return Command(name=name, path=path, interpreter=found, prefix=found, real_prefix=found, via=via)
        prefix = self.prefix(found)
        return Command(
            name=name,
            path=path,
            interpreter=found,
            interpreter_exists=self.world.exists(found),
            prefix=prefix,
            real_prefix=self.real(prefix),
            via=via,
        )

    def _interpreter(self, path: str, via: list[str], python: bool) -> str | Missing:
        for _ in range(MOST_STEPS):
            step = self._shims.target(path, self.folders)
            if step is not None:
                if isinstance(step, Missing):
                    return step
                via.append(step[1])
                path = step[0]
                continue
            data = self.world.read(path, LAUNCHER if path.lower().endswith(".exe") and not python else HEAD)
            if not isinstance(data, bytes):
                return Missing(data.reason if isinstance(data, Missing) else f"{path}: no such file")
            if python and not data and is_alias(self.world.real(path)):
                return Missing(f"{path} is no Python: it opens the Microsoft Store (an app execution alias)")
            if python and data[:2] != b"#!":
                return path
            if python and data[:2] == b"#!":
                return Missing(f"{path} is a script, not an interpreter")
            wanted, how = self._named(data, path)
            if wanted is None:
                return Missing(f"{path}: {how}")
            via.append(how)
            if os.path.isabs(wanted) or "/" in wanted or "\\" in wanted:
                path, python = wanted, True
                if not self.world.exists(path):
                    return path
            else:
                found = self.first(wanted)
                if found is None:
                    return Missing(f"{path}: {wanted} is not on PATH")
                path, python = found, is_python(wanted)
        return Missing(f"{path}: too many steps from command to interpreter")

    def _named(self, data: bytes, path: str) -> tuple[str | None, str]:
        if data[:2] == b"MZ":
            script = path[:-4] + "-script.py"
            text = self.world.read(script, HEAD)
            if isinstance(text, bytes):
                return interpreter_of(text.decode("utf-8", "replace"), script)
            return launcher(data), "launcher"
        return interpreter_of(data.decode("utf-8", "replace"), self.world.resolve(path))

    def first(self, name: str) -> str | None:
        """The first executable ``name`` on PATH."""
        suffixes = ("", ".exe") if self.world.platform == "win32" and not name.lower().endswith(".exe") else ("",)
        for folder in self.folders:
            for suffix in suffixes:
                path = paths.join(folder, name + suffix)
                if self.world.is_file(path) and os.access(self.world.real(path), os.X_OK):
                    return path
        return None

    def real(self, prefix: str) -> str:
        """``prefix`` with its links followed."""
        if prefix not in self._real:
            self._real[prefix] = self.world.resolve(prefix)
        return self._real[prefix]

    def prefix(self, executable: str) -> str:
        """The prefix of an interpreter, which need not exist."""
        if executable not in self._prefixes:
            self._prefixes[executable] = self._prefix(executable)
        return self._prefixes[executable]

    def _prefix(self, executable: str) -> str:
        folder = os.path.dirname(executable)
        for candidate in (folder, os.path.dirname(folder)):
            if self.world.exists(paths.join(candidate, "pyvenv.cfg")):
                return candidate
        real = self.world.resolve(executable)
        folder = os.path.dirname(real)
        return os.path.dirname(folder) if os.path.basename(folder).lower() in ("bin", "scripts") else folder


def is_python(name: str) -> bool:
    """True for ``python``, ``python3.12``, ``pypy3``; false for ``python3-config``."""
    return _is(name, PYTHONS)


def is_pip(name: str) -> bool:
    """True for ``pip``, ``pip3``, ``pip3.12``; false for ``pipx``, ``pip-compile``."""
    return _is(name, ("pip",))


def _is(name: str, stems: tuple[str, ...]) -> bool:
    name = name.removesuffix(".exe")
    for stem in stems:
        if name.startswith(stem):
            rest = name[len(stem) :].removesuffix("t")
            return all(character in "0123456789." for character in rest)
    return False
