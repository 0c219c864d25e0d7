"""Channels of the conda family, compared: the same channel has one name, however it is written.

https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/channels.html
"""

# conda: base/constants.py, KNOWN_SUBDIRS
_SYSTEMS = ("linux-", "osx-", "win-", "freebsd-", "emscripten-", "wasi-", "zos-")
_DEFAULTS = tuple(f"pkgs/{name}" for name in ("main", "r", "msys2", "free", "pro", "mro"))
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
    rest = without_subdir(rest.rstrip("/"))
    if scheme == "file":
        return f"file://{rest}"
    host, slash, path = rest.partition("/")
    rest = host.rpartition("@")[2] + slash + path
    if separator:
        host, slash, path = rest.partition("/")
        rest = f"{host}{slash}{without_token(path)}"
        bare = rest.lower()
        for known in (*_ANACONDA_ORG, *_REPO):
            if bare.startswith(known):
                return rest[len(known) :]
        return f"{scheme}://{rest}"
    return without_token(rest) if rest.startswith("t/") else rest


def without_subdir(path: str) -> str:
    """``path`` without a platform (``linux-64``, ``noarch``) at its end."""
    folder, _, last = path.rpartition("/")
    return folder if folder and (last == "noarch" or last.startswith(_SYSTEMS)) else path


def without_token(path: str) -> str:
    """``path`` without conda's ``t/<token>/``."""
    before, mark, after = f"/{path}".partition("/t/")
    return f"{before}/{after.partition('/')[2]}".strip("/") if mark else path


def family(channel: str) -> str | None:
    """``defaults`` for Anaconda's own channels, ``conda-forge`` for that and its mirrors and labels; else ``None``.

    Mirrors keep the last parts of the path (``…/anaconda/pkgs/main``, ``…/cloud/conda-forge``).
    """
    name = canonical(channel)
    if name in ("defaults", "anaconda", "main", "r", "msys2", "free") or name.endswith(_DEFAULTS):
        return "defaults"
    plain = name.partition("/label/")[0]
    if plain == "conda-forge" or plain.endswith("/conda-forge"):
        return "conda-forge"
    return None
