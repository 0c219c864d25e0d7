"""The ways to get Python on Windows."""

import re

from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.installation import Place
from envdoctor.facts.patient import Link
from envdoctor.origin.clues import Clues, made, parts

# The package family ends in the publisher's hash: the folder can be made by the Store alone.
_STORE = r"^PythonSoftwareFoundation\.Python\.(?P<version>[\d.]+)_(?:.*_)?qbz5n2kfra8p0$"
_TAG = r'"tag"\s*:\s*"([^"]+)"'


def microsoft_store(place: Place, clues: Clues) -> Link | None:
    words = parts(place.real) if clues.windows else []
    for index, word in enumerate(words[1:]):
        found = re.match(_STORE, word)
        if found and words[index] == "WindowsApps":
            return made(place, OriginKind.MICROSOFT_STORE, found["version"], f"WindowsApps: {word}")
    return None


def install_manager(place: Place, clues: Clues) -> Link | None:
    """PEP 773's manager leaves a manifest (https://github.com/python/pymanager, src/manage/installs.py)."""
    text = place.telling.get("__install__.json")
    if text is None:
        return None
    tag = re.search(_TAG, text)
    return made(place, OriginKind.INSTALL_MANAGER, tag[1] if tag else "", f"{place.real}: __install__.json")


def winpython(place: Place, clues: Clues) -> Link | None:
    """Beside WinPython's own scripts, which name its variables (https://github.com/winpython/winpython)."""
    if "WINPYDIR" not in place.telling.get("../scripts/env.bat", "").upper():
        return None
    return made(place, OriginKind.WINPYTHON, clues.version(place), "../scripts/env.bat: WINPYDIR")


def nuget(place: Place, clues: Clues) -> Link | None:
    """The package's ``tools`` (CPython: PC/layout/support/nuspec.py, props.py)."""
    mark = next((name for name in ("../build/native/python.props", "../python.nuspec") if name in place.telling), None)
    if mark is None or parts(place.real)[-1] != "tools":
        return None
    return made(place, OriginKind.NUGET, clues.version(place), mark)


def embeddable(place: Place, clues: Clues) -> Link | None:
    """A ``python3xx._pth`` beside the executable (https://docs.python.org/3/using/windows.html)."""
    mark = next((name for name in place.telling if name.endswith("._pth")), None)
    return made(place, OriginKind.EMBEDDABLE, clues.version(place), mark) if mark else None


def python_org(place: Place, clues: Clues) -> Link | None:
    """The installer's: with the release's notes, and built from the release's tag by Microsoft's compiler."""
    base = clues.base(place)
    if not clues.windows or "NEWS.txt" not in place.telling or base is None:
        return None
    if "tags/v" not in base.build or "MSC v." not in base.build:
        return None
    return made(place, OriginKind.PYTHON_ORG, base.version, "NEWS.txt", f"sys.version: {base.build.splitlines()[0]}")
