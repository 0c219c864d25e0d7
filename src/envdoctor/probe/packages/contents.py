"""Are the modules that RECORDs list still what was installed? Every ``.py`` is read and hashed: for ``--deep`` only.

Format: https://packaging.python.org/specifications/recording-installed-packages/#the-record-file
"""

import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable

from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution
from envdoctor.probe.packages.records import is_trusted, split
from envdoctor.probe.world import World

LIMIT = 1 << 30  # bytes of one module
_SPARE = re.compile(r"(?:^|/)(?:tests?|examples?|docs?|benchmarks?)/")  # slimmed images leave these out


class Contents:
    """Takes in one RECORD after the other; `compare` fills in the rest, by the path of the metadata.

    ``altered`` are modules that have the contents of no RECORD, ``missing`` those that are gone, and ``unread``
    tells of each that can't be read why.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.altered: dict[str, list[str]] = {}
        self.missing: dict[str, list[str]] = {}
        self.unread: dict[str, str] = {}
        self._lists: list[tuple[Distribution, str, dict[str, str]]] = []
        # (real folder, path) -> all hashes that RECORDs give it: what another distribution has put there is PKG008's
        self._claims: dict[tuple[str, str], set[str]] = {}

    def add(self, distribution: Distribution, record: bytes, folder: str) -> None:
        """Take in the RECORD of a distribution that lies in ``folder`` (the real path of its location)."""
        lines = [line for line in record.split(b"\n") if b".py" in line]
        listed = {path: digest.rstrip("=") for path, digest in map(split, lines) if _is_module(path)}
        for path, digest in listed.items():
            self._claims.setdefault((folder, path), set()).add(digest)
        if is_trusted(distribution) and not distribution.editable:
            self._lists.append((distribution, folder, listed))

    def compare(self, tell: Callable[[str], None]) -> None:
        """Read and hash all files; ``tell`` is told whose they are."""
        for number, (distribution, folder, listed) in enumerate(self._lists, 1):
            tell(f"comparing files with RECORDs: {number} of {len(self._lists)}, {distribution.name}")
            for path, digest in listed.items():
                self._compare(distribution, path, digest, self._claims[folder, path])

    def _compare(self, distribution: Distribution, path: str, digest: str, claims: set[str]) -> None:
        full = f"{distribution.location}/{path}"
        content = self._world.read(full, LIMIT)
        if isinstance(content, Missing):
            self.unread[full] = content.reason
        elif content is None:
            if not _SPARE.search(path):
                self.missing.setdefault(distribution.path, []).append(path)
        elif digest and _differs(content, digest) and all(_differs(content, claim) for claim in claims if claim):
            self.altered.setdefault(distribution.path, []).append(path)


def _is_module(path: str) -> bool:
    """A module within the location: scripts outside of it have had their first line rewritten."""
    return path.endswith(".py") and not path.startswith("..") and not os.path.isabs(path)


def _differs(content: bytes, claim: str) -> bool:
    """Whether ``claim`` (``sha256=`` and Base64 without padding) is of other contents; False where it can't be told."""
    import hashlib

    algorithm, _, told = claim.partition("=")
    if algorithm not in ("sha256", "sha384", "sha512"):
        return False
    own = urlsafe_b64encode(hashlib.new(algorithm, content).digest()).decode("ascii").rstrip("=")
    return len(told) == len(own) and told != own
