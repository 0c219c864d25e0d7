"""Pythons that a version manager put into a user's home, and the builds they share."""

import re

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.installation import Place
from envdoctor.facts.patient import Link
from envdoctor.origin.clues import Clues, made, parts

# uv: crates/uv-python/src/installation.rs, PythonInstallationKey: implementation-version-os-arch-libc
_UV_KEY = (
    r"^(cpython|pypy|graalpy)-(?P<version>\d+\.\d+(?:\.\d+)?[a-z0-9+]*)-(linux|macos|darwin|windows)"
    r"-[a-z0-9_]+-(gnu\w*|musl\w*|none)$"
)
UV_MARK = "managed by uv"  # in the EXTERNALLY-MANAGED file that uv writes (uv: crates/uv-python/src/managed.rs)


def uv_python(place: Place, clues: Clues) -> Link | None:
    """uv's own mark; where the Python is gone, a uv key below ``uv/python`` or the folder of UV_PYTHON_INSTALL_DIR."""
    last = parts(place.real)[-1] if parts(place.real) else ""
    key = re.match(_UV_KEY, last) if last.count("-") > 3 else None
    version = clues.version(place) or (key["version"] if key else "")
    if UV_MARK in place.telling.get("EXTERNALLY-MANAGED", ""):
        return made(place, OriginKind.UV_PYTHON, version, f"EXTERNALLY-MANAGED: {UV_MARK}", *([last] if key else []))
    folder = clues.variables.get("UV_PYTHON_INSTALL_DIR", "")
    known = parts(place.real)[-3:-1] == ["uv", "python"] or (folder and parts(place.path)[:-1] == parts(folder))
    return (
        made(place, OriginKind.UV_PYTHON, version, f"{place.real}: a uv key in uv's folder") if key and known else None
    )


def pyenv(place: Place, clues: Clues) -> Link | None:
    """Below ``versions`` of a pyenv root: the one PYENV_ROOT names, or a folder that holds pyenv or its shims."""
    words = parts(place.path)
    if len(words) < 2 or words[-2] != "versions":
        return None
    root = clues.variables.get("PYENV_ROOT", "")
    shim = next((name for name in ("../../shims/python", "../../shims/python3") if name in place.telling), None)
    if root and parts(root) == words[:-2]:
        evidence = f"PYENV_ROOT={root}"
    elif "../../bin/pyenv.bat" in place.telling:  # pyenv-win: https://github.com/pyenv-win/pyenv-win
        evidence = paths.join(_above(place, 2), "bin/pyenv.bat")
    elif "../../libexec/pyenv" in place.telling:
        evidence = paths.join(_above(place, 2), "libexec/pyenv")
    elif shim and "pyenv" in place.telling[shim]:
        evidence = paths.join(_above(place, 2), "shims")
    else:
        return None
    return made(place, OriginKind.PYENV, words[-1], evidence)


def mise(place: Place, clues: Clues) -> Link | None:
    """Below ``installs/python`` of mise's data directory (https://mise.jdx.dev/directories.html)."""
    words = parts(place.path)
    if len(words) < 3 or words[-3:-1] != ["installs", "python"]:
        return None
    folder = clues.variables.get("MISE_DATA_DIR", "")
    if folder and parts(folder) == words[:-3]:
        return made(place, OriginKind.MISE, words[-1], f"MISE_DATA_DIR={folder}", *_build(place, clues))
    if "../.mise.backend" in place.telling:
        return made(
            place, OriginKind.MISE, words[-1], paths.join(_above(place, 1), ".mise.backend"), *_build(place, clues)
        )
    if words[-4:-3] == ["mise"] and "asdf" not in place.telling.get("../../../shims/python", ""):
        return made(place, OriginKind.MISE, words[-1], f"mise/installs/python/{words[-1]}", *_build(place, clues))
    return None


def asdf(place: Place, clues: Clues) -> Link | None:
    """Below ``installs/python`` of asdf's data directory, beside its plugin or shims (https://asdf-vm.com/manage/)."""
    words = parts(place.path)
    if len(words) < 3 or words[-3:-1] != ["installs", "python"]:
        return None
    folder = clues.variables.get("ASDF_DATA_DIR", "")
    if folder and parts(folder) == words[:-3]:
        return made(place, OriginKind.ASDF, words[-1], f"ASDF_DATA_DIR={folder}")
    if "asdf" in place.telling.get("../../../shims/python", ""):
        return made(place, OriginKind.ASDF, words[-1], paths.join(_above(place, 3), "shims/python"))
    if "../../../plugins/python/bin/install" in place.telling:
        return made(place, OriginKind.ASDF, words[-1], paths.join(_above(place, 3), "plugins/python"))
    return None


def standalone(place: Place, clues: Clues) -> Link | None:
    """A build of python-build-standalone that no manager claims (docs/distributions.rst; built for ``/install``)."""
    evidence = _build(place, clues)
    return made(place, OriginKind.STANDALONE, clues.version(place), *evidence) if evidence else None


def _above(place: Place, steps: int) -> str:
    path = place.path
    for _ in range(steps):
        path = paths.parent(path)
    return path


def _build(place: Place, clues: Clues) -> list[str]:
    base = clues.base(place)
    if base is not None and base.config.get("PYTHON_BUILD_STANDALONE"):
        return ["sysconfig: PYTHON_BUILD_STANDALONE"]
    if base is not None and base.config.get("prefix") == "/install":
        return ["sysconfig: prefix = /install (python-build-standalone)"]
    return ["PYTHON.json (python-build-standalone)"] if "PYTHON.json" in place.telling else []
