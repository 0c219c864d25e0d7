"""Shims: files that stand on PATH for the Python which a version manager chooses by directory and variable.

pyenv (libexec/pyenv-version-name, pyenv-which): PYENV_VERSION, else ``.python-version`` in the working directory or
above, else ``version`` in the root; ``system`` is the next one on PATH. A version without its last part means the
newest that is installed (pyenv-latest).
asdf (https://asdf-vm.com/manage/versions.html): ASDF_PYTHON_VERSION, else ``.tool-versions`` upwards, else in HOME.
mise reads many files (https://mise.jdx.dev/configuration.html): only its plain ``.tool-versions`` is read here.
"""

import os

from msgspec import Struct

from envdoctor.ecosystem.versions import numbers
from envdoctor.facts.base import Missing
from envdoctor.probe.world import World


class Shim(Struct, frozen=True):
    """A shim at ``path`` of ``tool``, whose versions lie in the folder ``below`` its ``root``; PATH is ``folders``."""

    path: str
    root: str
    below: str
    tool: str
    folders: list[str]


class Shims:
    """Resolves one shim; what the version files say is read once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._wanted: dict[str, tuple[list[str], str]] = {}

    def target(self, path: str, folders: list[str]) -> tuple[str, str] | Missing | None:
        """The file a shim leads to and the words for it; ``None`` if ``path`` is no shim."""
        folder = os.path.dirname(path)
        if os.path.basename(folder) != "shims":
            return None
        root = os.path.dirname(folder)
        real = self._world.resolve(path)
        if os.path.basename(real) == "mise":
            return self._by_version(Shim(path, root, "installs/python", "mise", folders), *self._tool_versions("mise"))
        data = self._world.read(path, 2000)
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
        if "pyenv" in text:
            root = _pyenv_root(text) or root
            return self._by_version(Shim(path, root, "versions", "pyenv", folders), *self._pyenv_versions(root))
        if "asdf" in text:
            return self._by_version(Shim(path, root, "installs/python", "asdf", folders), *self._tool_versions("asdf"))
        return None

    def _by_version(self, shim: Shim, versions: list[str], said_by: str) -> tuple[str, str] | Missing:
        root, below, tool, name = shim.root, shim.below, shim.tool, os.path.basename(shim.path)
        if not versions:
            installed = self._installed(root, below)
            if len(installed) == 1:
                versions, said_by = installed, "the only one installed"
        for version in versions:
            if version == "system":
                path = self._beyond(name, shim)
                if path:
                    return path, f"{tool} shim: system ({said_by})"
                continue
            found = self._version(root, below, version)
            path = f"{root}/{below}/{found}/bin/{name}"
            if self._world.exists(path):
                return path, f"{tool} shim: {found} ({said_by})"
        what = ", ".join(versions)
        return Missing(
            f"{tool}'s shim for {name}: {f'no {name} in {what} ({said_by})' if versions else 'no version is set'}"
        )

    def _installed(self, root: str, below: str) -> list[str]:
        names = self._world.names(f"{root}/{below}")
        return [name for name in names if not name.startswith(".")] if isinstance(names, list) else []

    def _version(self, root: str, below: str, version: str) -> str:
        """The installed version that ``version`` means: itself, or the newest that begins with it."""
        version = version.removeprefix("python-")
        if self._world.is_dir(f"{root}/{below}/{version}"):
            return version
        fitting = [name for name in self._installed(root, below) if name.startswith(f"{version}.")]
        # Previews and ``-dev`` builds come after the releases, as pyenv's own choice leaves them out.
        return max(fitting, key=lambda name: (numbers(name), not name.strip("0123456789.")), default=version)

    def _beyond(self, name: str, shim: Shim) -> str | None:
        for folder in shim.folders:
            path = f"{folder}/{name}"
            if (
                folder != os.path.dirname(shim.path)
                and self._world.is_file(path)
                and os.access(self._world.real(path), os.X_OK)
            ):
                return path
        return None

    def _pyenv_versions(self, root: str) -> tuple[list[str], str]:
        if root not in self._wanted:
            self._wanted[root] = self._read_pyenv_versions(root)
        return self._wanted[root]

    def _read_pyenv_versions(self, root: str) -> tuple[list[str], str]:
        variable = self._world.environ.get("PYENV_VERSION")
        if variable:
            return variable.split(":"), "PYENV_VERSION"
        for file in (*self._upwards(".python-version"), f"{root}/version"):
            text = self._world.text(file, 2000)
            if isinstance(text, str):
                words = [word for line in text.splitlines() for word in line.partition("#")[0].split()]
                if words:
                    return words, file
        return ["system"], "no version is set"

    def _tool_versions(self, tool: str) -> tuple[list[str], str]:
        if tool not in self._wanted:
            self._wanted[tool] = self._read_tool_versions(tool)
        return self._wanted[tool]

    def _read_tool_versions(self, tool: str) -> tuple[list[str], str]:
        name = "ASDF_PYTHON_VERSION" if tool == "asdf" else "MISE_PYTHON_VERSION"
        variable = self._world.environ.get(name)
        if variable:
            return variable.split(), name
        for file in (*self._upwards(".tool-versions"), f"{self._world.home}/.tool-versions"):
            text = self._world.text(file, 20_000)
            for line in text.splitlines() if isinstance(text, str) else ():
                words = line.partition("#")[0].split()
                if words[:1] == ["python"] and len(words) > 1:
                    return words[1:], file
        return [], ""

    def _upwards(self, name: str) -> list[str]:
        folders = []
        folder = self._world.cwd
        while True:
            folders.append(f"{folder.rstrip('/')}/{name}")
            parent = os.path.dirname(folder)
            if parent == folder:
                return folders
            folder = parent


def _pyenv_root(shim: str) -> str | None:
    """The root that pyenv wrote into the shim (libexec/pyenv-rehash)."""
    for line in shim.splitlines():
        if line.startswith("export PYENV_ROOT="):
            return line.partition("=")[2].strip("\"'") or None
    return None
