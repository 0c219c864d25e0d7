"""One installed distribution, read from its metadata folder or file."""

import os
import re
import stat
from collections.abc import Iterable

from envdoctor.ecosystem.names import NAME, is_a, normalise
from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution
from envdoctor.probe.packages import metadata
from envdoctor.probe.world import World, last_read, reason

METADATA_LIMIT = 1_000_000  # bytes; the header stands at the beginning, a description may follow
LONGEST = "1 MB"
RECORD_LIMIT = 50_000_000
CHUNK = 1 << 16
WRONG_KIND = ("Is a directory", "no file, but a pipe")  # no fault of reading: something else stands there
LONG_RECORD = 1 << 14  # bytes; beyond it, listing a folder is quicker than looking for lines
# O_NONBLOCK: a FIFO standing where a file should be must not hold the doctor.
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
BESIDE = {name: f".dist-info/{name},".encode() for name in ("REQUESTED", "direct_url.json", "entry_points.txt")}


def read(
    world: World, location: str, path: str, directory: str, in_conda: bool
) -> tuple[Distribution, bytes | None, dict[str, str]]:
    """One distribution, its RECORD if it has one, and what of its metadata can't be read, each with the reason."""
    stem, _, kind = directory.rpartition(".")
    named, version_in_name = metadata.name_and_version(stem)
    if kind == "egg-info":
        return _egg(world, location, path, (named, version_in_name), in_conda), None, {}
    data = slurp(world, f"{path}/METADATA")
    record = slurp(world, f"{path}/RECORD", RECORD_LIMIT)
    inside: Iterable[str] | None | Missing
    if isinstance(record, bytes) and len(record) < LONG_RECORD:
        inside = [name for name, line in BESIDE.items() if line in record]
    else:
        inside = world.names(path)
    unlisted = {path: inside.reason} if isinstance(inside, Missing) else {}
    inside = inside if isinstance(inside, list) else []
    said = slurp(world, f"{path}/INSTALLER")
    installer = said.decode("utf-8", "replace").strip() or None if isinstance(said, bytes) else None
    direct = slurp(world, f"{path}/direct_url.json") if "direct_url.json" in inside else None
    url, editable = _direct_url(direct)
    header, problem = _header(data, "METADATA")
    if problem is None and "entry_points.txt" in inside:
        problem = _undecodable(slurp(world, f"{path}/entry_points.txt"), "entry_points.txt")
    requires: list[str] | Missing = header.requires
    if not isinstance(data, bytes) or _cut(data) or not (header.requires or (header.name and header.version)):
        requires = (
            data if isinstance(data, Missing) else Missing(problem or "METADATA is missing")
        )  # empty or cut off: what it required is lost
    name = header.name or named or os.path.basename(path)
    problem = _misnamed(name, "METADATA") or problem
    owner = metadata.owner(installer, location, in_conda)
    read = {"METADATA": data, "RECORD": record, "INSTALLER": said, "direct_url.json": direct}
    unread = unlisted | {f"{path}/{name}": found.reason for name, found in read.items() if isinstance(found, Missing)}
    if isinstance(data, Missing) and not data.reason.endswith(WRONG_KIND):
        problem = None  # it may be as it was made
    wheel = slurp(world, f"{path}/WHEEL") if owner is None and not _holds_modules_only(record) else None
    distribution = Distribution(
        name=name,
        key=normalise(name),
        version=header.version or version_in_name or Missing(problem or "no version"),
        location=location,
        path=path,
        kind=kind,
        installer=installer,
        owner=owner,
        requires=requires,
        extras=header.extras,
        requires_python=header.python,
        requested="REQUESTED" in inside,
        url=url,
        editable=editable,
        problem=problem,
        platforms=metadata.platforms(wheel.decode("utf-8", "replace")) if isinstance(wheel, bytes) else [],
    )
    return distribution, record if isinstance(record, bytes) else None, unread


def _egg(world: World, location: str, path: str, told: tuple[str, str], in_conda: bool) -> Distribution:
    """An egg-info folder, or the single file that distutils wrote; what can't be read there is no fault (PEP 627)."""
    named, version = told
    data = slurp(world, f"{path}/PKG-INFO")
    single = data is None
    header, problem = _header(slurp(world, path) if single else data, "PKG-INFO")
    requires: list[str] | Missing = header.requires
    extras = header.extras
    if isinstance(data, Missing) or (isinstance(data, bytes) and _cut(data)):
        requires = Missing(problem or f"{path} can't be read")
    elif not requires and not single:
        text = slurp(world, f"{path}/requires.txt")
        if isinstance(text, Missing) or (isinstance(text, bytes) and len(text) >= METADATA_LIMIT):
            requires = text if isinstance(text, Missing) else Missing(f"requires.txt is longer than {LONGEST}")
        elif isinstance(text, bytes):
            requires, extras = metadata.parse_requires_txt(text.decode("utf-8", "replace"))
    name = header.name or named
    return Distribution(
        name=name,
        key=normalise(name),
        version=header.version or version or Missing(problem or "PKG-INFO has no version"),
        location=location,
        path=path,
        kind="egg-info",
        owner=metadata.owner(None, location, in_conda),
        requires=requires,
        extras=extras,
        requires_python=header.python,
    )


def _holds_modules_only(record: bytes | None | Missing) -> bool:
    """Whether a RECORD lists nothing but modules and metadata: whatever the wheel's tags say, any platform will do."""
    if not isinstance(record, bytes) or len(record) > LONG_RECORD:
        return False
    return record.count(b".py,") + record.count(b".dist-info/") == record.count(b"\n") + (record[-1:] != b"\n")


def _misnamed(name: str, what: str) -> str | None:
    """What is wrong with a name that no package can have. It is shown as it stands, and never put into a command."""
    return None if is_a(NAME, name) else f"the Name in {what} is no name of a package"


def _header(data: bytes | None | Missing, what: str) -> tuple[metadata.Header, str | None]:
    """The header of a metadata file, and what is wrong with it."""
    if not isinstance(data, bytes):
        return metadata.Header("", "", [], []), data.reason if data is not None else f"{what} is missing"
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    head = data.partition(b"\n\n")[0]
    problem = f"the header of {what} is longer than {LONGEST}" if _cut(data) else _undecodable(head, what)
    if head.lower().count(b"requires-dist") > head.count(
        b"Requires-Dist"
    ):  # the names of fields have no case (RFC 822)
        head = re.sub(rb"(?im)^requires-dist[ \t]*:", b"Requires-Dist:", head)
    header = metadata.parse(head.decode("utf-8", "replace"))
    if not header.name or not header.version:
        problem = problem or f"{what} has no {'Version' if header.name else 'Name'}"
    return header, problem


def _cut(data: bytes) -> bool:
    """Whether the header goes on beyond what was read: what it requires is not known."""
    return len(data) > METADATA_LIMIT - CHUNK and b"\n\n" not in data and b"\n\r\n" not in data


def _undecodable(data: bytes | None | Missing, what: str) -> str | None:
    if not isinstance(data, bytes) or data.isascii():
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"{what} is not UTF-8 (byte {error.start})"
    return None


def _direct_url(data: bytes | None | Missing) -> tuple[str | None, bool]:
    """The URL in a direct_url.json, and whether the installation is editable (PEP 610)."""
    if not isinstance(data, bytes):
        return None, False
    import json

    try:
        document = json.loads(data)
        url, folder, origin = document.get("url"), document.get("dir_info") or {}, document.get("vcs_info") or {}
        if isinstance(url, str) and origin.get("vcs"):
            url = f"{origin['vcs']}+{url}@{origin.get('commit_id', '')}".rstrip("@")
        return url if isinstance(url, str) else None, bool(folder.get("editable"))
    except (ValueError, AttributeError, RecursionError):
        return None, False


def slurp(world: World, path: str, limit: int = METADATA_LIMIT) -> bytes | None | Missing:
    """`World.read`, cut to what thousands of small files need."""
    last_read[0] = path
    try:
        fd = os.open(world.real(path), FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return Missing(reason(error, path))
    try:
        data = os.read(fd, CHUNK)
        if not data and stat.S_ISFIFO(os.fstat(fd).st_mode):
            return Missing(f"{path}: no file, but a pipe")
        if len(data) < CHUNK or limit <= CHUNK:
            return data
        chunks = [data]
        while data and (limit := limit - len(data)) > 0:
            data = os.read(fd, min(limit, 1 << 20))
            chunks.append(data)
        return b"".join(chunks)
    except OSError as error:
        return Missing(reason(error, path))
    finally:
        os.close(fd)
