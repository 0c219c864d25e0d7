"""Pythons of macOS; Homebrew's on Linux, too."""

import re

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.installation import Place
from envdoctor.facts.patient import Link
from envdoctor.origin.clues import Clues, made

_KEG = r"/Cellar/(?P<formula>python(?:@[\d.]+)?)/(?P<version>[^/]+)(?:/|$)"
_LINKED = r"/opt/(?P<formula>python@[\d.]+)/"


def homebrew(place: Place, clues: Clues) -> Link | None:
    """A keg of a python formula: in the Cellar, with brew's receipt (Homebrew: Library/Homebrew/tab.rb)."""
    for path in (place.real_executable or "", place.real):
        keg = re.search(_KEG, path) if "/Cellar/" in path else None
        if keg and ("INSTALL_RECEIPT.json" in place.telling or not place.exists):
            evidence = paths.join(path[: keg.end()], "INSTALL_RECEIPT.json") if place.exists else path
            return made(place, OriginKind.HOMEBREW, f"{keg['formula']} {keg['version']}", evidence)
    if not place.exists and (linked := re.search(_LINKED, paths.join(place.path, ""))):
        return made(place, OriginKind.HOMEBREW, linked["formula"], f"{place.path}: brew's link to a keg")
    return None


def macports(place: Place, clues: Clues) -> Link | None:
    """Below MacPorts' prefix, which holds its registry (https://guide.macports.org/chunked/internals.hierarchy.html)."""
    registry = "/opt/local/var/macports/registry"
    if not place.real.startswith("/opt/local/") or registry not in place.telling:
        return None
    return made(place, OriginKind.MACPORTS, clues.version(place), registry)


def xcode(place: Place, clues: Clues) -> Link | None:
    """Apple's framework is named Python3, inside Xcode or its command-line tools."""
    if "/Python3.framework/" not in place.real:
        return None
    if "/CommandLineTools/" not in place.real and not re.search(r"/Xcode[^/]*\.app/", place.real):
        return None
    return made(place, OriginKind.XCODE, clues.version(place), f"{place.real}: Apple's Python3.framework")


def python_org(place: Place, clues: Clues) -> Link | None:
    """The installer's framework lies in /Library, and the system's package receipts name it."""
    if not place.real.startswith("/Library/Frameworks/Python.framework/"):
        return None
    receipt = next((name for name in place.telling if "org.python.Python.PythonFramework-" in name), None)
    base = clues.base(place)
    if receipt is None and (base is None or base.config.get("PYTHONFRAMEWORK") != "Python"):
        return None
    evidence = receipt or "sysconfig: PYTHONFRAMEWORK = Python"
    return made(place, OriginKind.PYTHON_ORG, clues.version(place), evidence)
