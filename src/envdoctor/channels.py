"""Channels of the conda family, compared: the same channel has one name, however it is written.

https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/channels.html
"""

import re

# conda: base/constants.py, KNOWN_SUBDIRS
_SUBDIR = re.compile(
    r"/(?:noarch|(?:linux|osx|win|freebsd|emscripten|wasi|zos)-(?:32|64|z|arm64|aarch64|armv6l|armv7l|ppc64|ppc64le|riscv64|s390x|wasm32))$"
)
_TOKEN = re.compile(r"(?<![^/])t/[^/]+/?")
_DEFAULTS = re.compile(r"(?:^|/)pkgs/(?:main|r|msys2|free|pro|mro)$")
_ANACONDA_ORG = (
    "conda.anaconda.org/",
    "conda.binstar.org/",
    "api.anaconda.org/",
    "anaconda.org/",
    "conda-static.anaconda.org/",
)
_REPO = ("repo.anaconda.com/", "repo.continuum.io/", "repo-static.anaconda.com/")


def canonical(channel: str) -> str:
    """The channel's own name: ``conda-forge``, ``pkgs/main``; of other hosts the URL without credentials and subdir."""
    scheme, separator, rest = channel.strip().rpartition("://")
    rest = _SUBDIR.sub("", rest.rstrip("/"))
    if scheme == "file":
        return f"file://{rest}"
    host, slash, path = rest.partition("/")
    rest = host.rpartition("@")[2] + slash + path
    if separator:
        host, slash, path = rest.partition("/")
        rest = f"{host}{slash}{_TOKEN.sub('', path, count=1)}" if path.startswith("t/") or "/t/" in path else rest
        bare = rest.lower()
        for known in (*_ANACONDA_ORG, *_REPO):
            if bare.startswith(known):
                return rest[len(known) :]
        return f"{scheme}://{rest}"
    if rest.startswith("t/"):
        rest = _TOKEN.sub("", rest, count=1)
    return rest


def family(channel: str) -> str | None:
    """``defaults`` for Anaconda's own channels, ``conda-forge`` for that and its mirrors and labels; else ``None``.

    Mirrors keep the last parts of the path (``…/anaconda/pkgs/main``, ``…/cloud/conda-forge``).
    """
    name = canonical(channel)
    if name in ("defaults", "anaconda", "main", "r", "msys2", "free") or _DEFAULTS.search(name):
        return "defaults"
    plain = name.partition("/label/")[0]
    if plain == "conda-forge" or plain.endswith("/conda-forge"):
        return "conda-forge"
    return None
