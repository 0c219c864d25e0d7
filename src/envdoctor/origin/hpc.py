"""Package managers of clusters, and the store-based ones."""

import re

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.installation import Place
from envdoctor.facts.patient import Link
from envdoctor.origin.clues import Clues, made

# The hash is part of the name, by which a folder's name alone is evidence enough:
# https://nix.dev/manual/nix/latest/store/store-path and the Guix manual, "The Store".
_STORE = r"^/(?P<store>nix|gnu)/store/[0-9a-z]{32}-(?P<name>[^/]+)"


def nix(place: Place, clues: Clues) -> Link | None:
    return _store(place, OriginKind.NIX)


def guix(place: Place, clues: Clues) -> Link | None:
    return _store(place, OriginKind.GUIX)


def _store(place: Place, kind: OriginKind) -> Link | None:
    for path in (place.real_executable or "", place.real):
        found = re.match(_STORE, path) if path.startswith(("/nix/", "/gnu/")) else None
        if found and (found["store"] == "nix") == (kind is OriginKind.NIX):
            return made(place, kind, found["name"], found[0])
    return None


def spack(place: Place, clues: Clues) -> Link | None:
    """Spack keeps the spec it built from in the prefix (https://spack.readthedocs.io, "Directory layout")."""
    if ".spack/spec.json" not in place.telling:
        return None
    return made(place, OriginKind.SPACK, clues.version(place), paths.join(place.real, ".spack/spec.json"))


def easybuild(place: Place, clues: Clues) -> Link | None:
    """EasyBuild keeps its log and recipe in ``easybuild`` of the prefix, and names it in EBROOTPYTHON."""
    root = clues.variables.get("EBROOTPYTHON", "")
    if "easybuild" not in place.telling:
        return None
    named = [f"EBROOTPYTHON={root}"] if any(paths.same(root, path) for path in (place.path, place.real)) else []
    return made(place, OriginKind.EASYBUILD, clues.version(place), paths.join(place.real, "easybuild"), *named)
