"""Which system package a file belongs to, asked of the package databases' own files; nothing is started.

dpkg: ``info/PACKAGE.list`` names a package's files, ``status`` its version (man 5 deb, dpkg-query -S).
rpm: the tables ``Basenames`` and ``Name`` of rpmdb.sqlite (rpm: lib/backend/sqlite.cc).
apk: ``F:`` (folder) and ``R:`` (file) lines below a ``P:`` (https://wiki.alpinelinux.org/wiki/Apk_spec).
pacman: ``local/NAME-VERSION/files``. Portage: ``/var/db/pkg/CATEGORY/NAME-VERSION/CONTENTS``.
"""

import os

from envdoctor.facts.base import Missing
from envdoctor.facts.installation import Owner
from envdoctor.probe.world import World

DPKG = "/var/lib/dpkg"
RPM = ("/usr/lib/sysimage/rpm", "/var/lib/rpm")
APK = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")
PACMAN = "/var/lib/pacman/local"
PORTAGE = "/var/db/pkg"
LIMIT = 64_000_000  # bytes of a database that are read


def owner(world: World, path: str, guesses: tuple[str, ...] = ()) -> Owner | None | Missing:
    """The package that ``path``, links followed, belongs to; ``None`` if none, `Missing` if a database can't be read.

    ``guesses`` are package names that are looked at first: a database of one file a package is not searched whole.
    """
    aliases = (path, path[4:]) if path.startswith("/usr/") else (path, f"/usr{path}")  # merged /usr
    if world.is_dir(f"{DPKG}/info"):
        return _dpkg(world, aliases, guesses)
    for folder in RPM:
        if world.is_dir(folder):
            return _rpm(world, folder, path)
    for database in APK:
        if world.is_file(database):
            return _apk(world, database, path)
    if world.is_dir(PACMAN):
        return _pacman(world, path, guesses)
    if world.is_dir(PORTAGE):
        return _portage(world, path)
    return None


def guesses_for_python(name: str) -> tuple[str, ...]:
    """Where distributions put the executable ``name`` (``python3.11``, ``pypy3.9``)."""
    stem = name.rstrip("0123456789.t")
    return (f"{name}-minimal", name, f"{stem}3", f"lib{name}-minimal", stem)


def _dpkg(world: World, aliases: tuple[str, ...], guesses: tuple[str, ...]) -> Owner | None | Missing:
    wanted = tuple(f"\n{alias}\n".encode() for alias in aliases)
    tried = []
    for guess in guesses:
        tried.append(f"{guess}.list")
        if _holds(world, f"{DPKG}/info/{guess}.list", wanted):
            return _dpkg_owner(world, guess)
    names = world.names(f"{DPKG}/info")
    if not isinstance(names, list):
        return names
    for name in names:  # all that could own a Python: a few dozen of thousands
        likely = name.endswith(".list") and ("python" in name or "pypy" in name) and name not in tried
        if likely and _holds(world, f"{DPKG}/info/{name}", wanted):
            return _dpkg_owner(world, name.removesuffix(".list"))
    return None


def _holds(world: World, file: str, wanted: tuple[bytes, ...]) -> bool:
    data = world.read(file)
    return isinstance(data, bytes) and any(line in b"\n" + data for line in wanted)


def _dpkg_owner(world: World, package: str) -> Owner:
    name = package.partition(":")[0]
    data = world.read(f"{DPKG}/status", LIMIT)
    block = ""
    if isinstance(data, bytes):
        at = (b"\n" + data).find(f"\nPackage: {name}\n".encode())
        block = data[max(at, 0) :].partition(b"\n\n")[0].decode("utf-8", "replace") if at >= 0 else ""
    fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != " ")
    return Owner(manager="dpkg", package=name, version=fields.get("Version"), maintainer=fields.get("Maintainer"))


def _rpm(world: World, folder: str, path: str) -> Owner | None | Missing:
    database = f"{folder}/rpmdb.sqlite"
    if not world.is_file(database):
        return Missing(f"{folder}: a database format that is not read here")
    import sqlite3
    from urllib.parse import quote

    query = "SELECT Name.key FROM Basenames JOIN Name USING (hnum) WHERE Basenames.key = ?"
    try:
        # immutable: no lock is taken and nothing is written beside the database
        connection = sqlite3.connect(f"file:{quote(world.real(database))}?mode=ro&immutable=1", uri=True)
        try:
            rows = connection.execute(query, (os.path.basename(path),)).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return Missing(f"{database}: {error}")
    return Owner(manager="rpm", package=str(rows[0][0])) if rows else None


def _apk(world: World, database: str, path: str) -> Owner | None | Missing:
    data = world.read(database, LIMIT)
    if not isinstance(data, bytes):
        return data
    folder, _, name = path.lstrip("/").rpartition("/")
    text = "\n" + data.decode("utf-8", "replace")
    at = text.find(f"\nF:{folder}\n")
    while at >= 0:  # a folder stands in every package that has files in it
        files = text[at + 1 :].partition("\nF:")[0].partition("\n\n")[0]
        if f"\nR:{name}\n" in files + "\n":
            block = text[: at + 1].rpartition("\n\n")[2]
            fields = dict(line.split(":", 1) for line in block.split("\n") if line[1:2] == ":")
            return Owner(
                manager="apk", package=fields.get("P", "?"), version=fields.get("V"), maintainer=fields.get("m")
            )
        at = text.find(f"\nF:{folder}\n", at + 1)
    return None


def _pacman(world: World, path: str, guesses: tuple[str, ...]) -> Owner | None | Missing:
    names = world.names(PACMAN)
    if not isinstance(names, list):
        return names
    stems = {"python", "pypy", *guesses}
    wanted = f"\n{path.lstrip('/')}\n".encode()
    for name in names:
        package, _, version = name.rpartition("-")[0].rpartition("-")
        if (package in stems or package.startswith("python3")) and _holds(world, f"{PACMAN}/{name}/files", (wanted,)):
            return Owner(manager="pacman", package=package, version=f"{version}-{name.rpartition('-')[2]}")
    return None


def _portage(world: World, path: str) -> Owner | None | Missing:
    names = world.names(f"{PORTAGE}/dev-lang") or []
    for name in names if isinstance(names, list) else ():
        if name.startswith(("python-", "pypy3-")):
            text = world.text(f"{PORTAGE}/dev-lang/{name}/CONTENTS")
            if isinstance(text, str) and f"\nobj {path} " in "\n" + text:
                return Owner(manager="portage", package=f"dev-lang/{name}")
    return None
