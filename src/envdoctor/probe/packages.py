"""The distributions along the patient's ``sys.path``, read from their metadata files.

Formats: https://packaging.python.org/specifications/recording-installed-packages/ and
https://packaging.python.org/specifications/core-metadata/
"""

import os
from collections.abc import Iterable
from typing import Any

from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution, Extension, Packages
from envdoctor.names import normalise
from envdoctor.probe import extensions, metadata
from envdoctor.probe.records import Survey
from envdoctor.world import World, reason

METADATA_LIMIT = 1_000_000  # bytes; the header stands at the beginning, a description may follow
RECORD_LIMIT = 50_000_000
CHUNK = 1 << 16
LONG_RECORD = 1 << 14  # bytes; beyond it, listing a folder is quicker than looking for lines
# O_NONBLOCK: a FIFO standing where a file should be must not hold the doctor.
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
SUFFIX = (b".so", b".pyd")
BESIDE = {name: f".dist-info/{name},".encode() for name in ("REQUESTED", "direct_url.json", "entry_points.txt")}


def read(world: World, sys_path: Iterable[str], executable: str = "") -> Packages:
    """All distributions, in the order an import would meet them; ``executable`` is the interpreter's."""
    reader = _Reader(world)
    seen = set()
    for entry in sys_path:
        if not entry or not os.path.isabs(entry):
            entry = os.path.join(world.cwd, entry)
        real = os.path.realpath(world.real(entry))
        if real not in seen:
            seen.add(real)
            reader.folder(entry, real)
    reader.links(seen)
    return Packages(
        distributions=reader.distributions,
        unreadable=reader.unreadable,
        collisions=reader.survey.collisions(),
        missing_files=reader.survey.missing,
        leftovers=reader.leftovers,
        extensions=reader.extensions(),
        binary=extensions.binary_of(world, executable) if executable else None,
    )


class _Reader:
    """Goes through folders, each once, and collects."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.distributions: list[Distribution] = []
        self.unreadable: dict[str, str] = {}
        self.leftovers: list[str] = []
        self.survey = Survey(world)
        self._records: list[tuple[Distribution, bytes]] = []
        self._links: list[tuple[str, str]] = []

    def folder(self, entry: str, real: str) -> None:
        """Everything in one entry of ``sys.path``, whose real path is ``real``."""
        names = self.world.names(entry)
        if isinstance(names, Missing):
            self.unreadable[entry] = names.reason
            return
        packages = os.path.basename(entry) in ("site-packages", "dist-packages")
        in_conda = packages and _in_conda(self.world, entry)
        for name in names or ():
            if name.startswith("~"):
                if packages and len(name) > 1:
                    self.leftovers.append(f"{entry}/{name}")
            elif name.endswith((".dist-info", ".egg-info")):
                self._add(entry, f"{entry}/{name}", name, real, in_conda)
            elif name.endswith(".egg-link"):
                self._links.append((entry, name))
        if entry.endswith(".egg") and names and "EGG-INFO" in names:
            stem = os.path.basename(entry)[:-4]
            self._add(
                entry, f"{entry}/EGG-INFO", f"{stem}.egg-info", real, _in_conda(self.world, os.path.dirname(entry))
            )

    def links(self, seen: set[str]) -> None:
        """Projects that an egg-link names and ``sys.path`` does not reach: pip counts them as installed."""
        for entry, name in self._links:
            data = _slurp(self.world, f"{entry}/{name}")
            lines = data.decode("utf-8", "replace").splitlines() if isinstance(data, bytes) else []
            source = lines[0].strip() if lines else ""
            if not source or os.path.realpath(self.world.real(source)) in seen:
                continue
            key = normalise(name[: -len(".egg-link")])
            beside = self.world.names(source)
            for egg in [name for name in beside if name.endswith(".egg-info")] if isinstance(beside, list) else ():
                if normalise(metadata.name_and_version(egg.removesuffix(".egg-info"))[0]) == key:
                    found = _distribution(self.world, source, f"{source}/{egg}", egg, False)[0]
                    self.distributions.append(_changed(found, kind="egg-link", editable=True))

    def _add(self, entry: str, path: str, name: str, real: str, in_conda: bool) -> None:
        distribution, record = _distribution(self.world, entry, path, name, in_conda)
        self.distributions.append(distribution)
        if record is not None:
            self.survey.add(distribution, record, real)
            if SUFFIX[self.world.platform == "win32"] in record:
                self._records.append((distribution, record))

    def extensions(self) -> list[Extension]:
        """The extensions of all distributions; NumPy's interface is looked for where NumPy 2 meets them."""
        numpy = next((item.version for item in self.distributions if item.key == "numpy"), None)
        second = isinstance(numpy, str) and numpy.partition(".")[0].isdigit() and int(numpy.partition(".")[0]) >= 2
        found = []
        for distribution, record in self._records:
            uses = second and distribution.key != "numpy" and _requires_numpy(distribution)
            found += extensions.survey(self.world, distribution, record, uses)
        return found


def _requires_numpy(distribution: Distribution) -> bool:
    lines = distribution.requires if isinstance(distribution.requires, list) else []
    return any(
        line[:5].lower() == "numpy" and not line[5:6].isalnum() and line[5:6] not in ("-", "_", ".") for line in lines
    )


def _changed(distribution: Distribution, **changes: Any) -> Distribution:
    import msgspec

    return msgspec.structs.replace(distribution, **changes)


def _in_conda(world: World, site_packages: str) -> bool:
    """True where a site-packages folder belongs to a conda prefix (below its ``lib/pythonX.Y`` or ``Lib``)."""
    above = os.path.dirname(os.path.dirname(site_packages))
    return world.is_dir(f"{above}/conda-meta") or world.is_dir(f"{os.path.dirname(above)}/conda-meta")


def _distribution(
    world: World, location: str, path: str, directory: str, in_conda: bool
) -> tuple[Distribution, bytes | None]:
    """One distribution, and its RECORD if it has one."""
    stem, _, kind = directory.rpartition(".")
    named, version_in_name = metadata.name_and_version(stem)
    if kind == "egg-info":
        return _egg(world, location, path, (named, version_in_name), in_conda), None
    data = _slurp(world, f"{path}/METADATA")
    record = _slurp(world, f"{path}/RECORD", RECORD_LIMIT)
    inside: Iterable[str] | None | Missing
    if isinstance(record, bytes) and len(record) < LONG_RECORD:
        inside = [name for name, line in BESIDE.items() if line in record]
    else:
        inside = world.names(path)
    inside = inside if isinstance(inside, list) else []
    said = _slurp(world, f"{path}/INSTALLER")
    installer = said.decode("utf-8", "replace").strip() or None if isinstance(said, bytes) else None
    url, editable = (
        _direct_url(_slurp(world, f"{path}/direct_url.json")) if "direct_url.json" in inside else (None, False)
    )
    header, problem = _header(data, "METADATA")
    if problem is None and "entry_points.txt" in inside:
        problem = _undecodable(_slurp(world, f"{path}/entry_points.txt"), "entry_points.txt")
    distribution = Distribution(
        name=header.name or named,
        key=normalise(header.name or named),
        version=header.version or version_in_name or Missing(problem or "no version"),
        location=location,
        path=path,
        kind=kind,
        installer=installer,
        owner=metadata.owner(installer, location, in_conda),
        requires=header.requires if isinstance(data, bytes) else Missing(problem or "METADATA is missing"),
        extras=header.extras,
        requires_python=header.python,
        requested="REQUESTED" in inside,
        url=url,
        editable=editable,
        problem=problem,
    )
    return distribution, record if isinstance(record, bytes) else None


def _egg(world: World, location: str, path: str, told: tuple[str, str], in_conda: bool) -> Distribution:
    """An egg-info folder, or the single file that distutils wrote; what can't be read there is no fault (PEP 627)."""
    named, version = told
    data = _slurp(world, f"{path}/PKG-INFO")
    single = data is None
    header, problem = _header(_slurp(world, path) if single else data, "PKG-INFO")
    requires, extras = header.requires, header.extras
    if not requires and not single:
        text = _slurp(world, f"{path}/requires.txt")
        if isinstance(text, bytes):
            requires, extras = metadata.parse_requires_txt(text.decode("utf-8", "replace"))
    return Distribution(
        name=header.name or named,
        key=normalise(header.name or named),
        version=header.version or version or Missing(problem or "PKG-INFO has no version"),
        location=location,
        path=path,
        kind="egg-info",
        owner=metadata.owner(None, location, in_conda),
        requires=requires,
        extras=extras,
        requires_python=header.python,
    )


def _header(data: bytes | None | Missing, what: str) -> tuple[metadata.Header, str | None]:
    """The header of a metadata file, and what is wrong with it."""
    if not isinstance(data, bytes):
        return metadata.Header("", "", [], []), data.reason if data is not None else f"{what} is missing"
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    head = data.partition(b"\n\n")[0]
    problem = _undecodable(head, what)
    header = metadata.parse(head.decode("utf-8", "replace"))
    if not header.name or not header.version:
        problem = problem or f"{what} has no {'Version' if header.name else 'Name'}"
    return header, problem


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
        url, folder = document.get("url"), document.get("dir_info") or {}
        return url if isinstance(url, str) else None, bool(folder.get("editable"))
    except (ValueError, AttributeError, RecursionError):
        return None, False


def _slurp(world: World, path: str, limit: int = METADATA_LIMIT) -> bytes | None | Missing:
    """`World.read`, cut to what thousands of small files need."""
    try:
        fd = os.open(world.real(path), FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return Missing(reason(error, path))
    try:
        data = os.read(fd, CHUNK)
        if len(data) < CHUNK or limit <= CHUNK:
            return data
        chunks = [data]
        while data and (limit := limit - len(data)) > 0:
            data = os.read(fd, min(limit, 1 << 20))
            chunks.append(data)
        return b"".join(chunks)
    except IsADirectoryError:
        return None
    except OSError as error:
        return Missing(reason(error, path))
    finally:
        os.close(fd)
