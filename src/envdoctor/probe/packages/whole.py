"""The distributions along the patient's ``sys.path``, read from their metadata files.

Formats: https://packaging.python.org/specifications/recording-installed-packages/ and
https://packaging.python.org/specifications/core-metadata/
"""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from envdoctor.ecosystem.names import normalise
from envdoctor.facts.base import Missing, Obstacle
from envdoctor.facts.packages import Distribution, Extension, Packages
from envdoctor.probe.packages import distributions, extensions, metadata
from envdoctor.probe.packages.records import Survey
from envdoctor.probe.world import World

if TYPE_CHECKING:
    from envdoctor.probe.packages.contents import Contents

SUFFIX = (b".so", b".pyd")


def read(
    world: World,
    sys_path: Iterable[str],
    executable: str = "",
    prefix: str = "",
    deep: Callable[[str], None] | None = None,
    doubts: Callable[[list[tuple[Distribution, bytes]], list[str]], None] | None = None,
) -> Packages:
    """All distributions, in the order an import would meet them; ``executable`` and
    ``prefix`` are the interpreter's.

    ``doubts`` is handed all distributions that hold libraries, with their RECORDs, and the entries of ``sys.path``.
    ``deep`` asks for the contents of all modules and for all extensions, and is told what is being read.
    """
    reader = _Reader(world, deep is not None)
    seen = set()
    for entry in sys_path:
        if not entry or not os.path.isabs(entry):
            entry = os.path.join(world.cwd, entry)
        real = os.path.realpath(world.real(entry))
        if real not in seen:
            seen.add(real)
            reader.folder(entry, real)
    reader.links(seen)
    reader.editables()
    reader.unlisted()
    if doubts is not None:
        doubts(reader.records, [entry for entry in reader.entries if entry])
    missing, contents = reader.survey.missing, reader.contents
    if contents is not None and deep is not None:
        contents.compare(deep)
        deep("reading extensions")
        missing = {
            path: [*missing.get(path, ()), *contents.missing.get(path, ())] for path in missing | contents.missing
        }
        missing = {path: list(dict.fromkeys(files)) for path, files in missing.items()}
    unread = reader.unread | (contents.unread if contents is not None else {})
    return Packages(
        distributions=reader.distributions,
        unreadable=reader.unreadable,
        collisions=reader.survey.collisions(),
        missing_files=missing,
        cut_off_files=reader.survey.cut_off,
        sources_gone=reader.sources_gone,
        sources_hidden=reader.sources_hidden,
        altered_files=contents.altered if contents is not None else None,
        unread_files=unread,
        obstacles=reader.obstacles(),
        leftovers=reader.leftovers,
        extensions=reader.extensions(),
        binary=extensions.binary_of(world, executable) if executable else None,
        conda=_conda(world, prefix) if prefix else None,
    )


def _conda(world: World, prefix: str) -> dict[str, str] | None | Missing:
    """What conda-meta records, by the names of its files (``NAME-VERSION-BUILD.json``) alone."""
    names = world.names(f"{prefix}/conda-meta")
    if not isinstance(names, list):
        return names
    parts = [name[:-5].rsplit("-", 2) for name in names if name.endswith(".json")]
    return {part[0]: part[1] for part in parts if len(part) == 3}


class _Reader:
    """Goes through folders, each once, and collects."""

    def __init__(self, world: World, deep: bool) -> None:
        self.world = world
        self.contents = _contents(world) if deep else None
        self.distributions: list[Distribution] = []
        self.unreadable: dict[str, str] = {}
        self.leftovers: list[str] = []
        self.survey = Survey(world)
        self.entries: list[str] = []
        self.sources_gone: dict[str, list[str]] = {}
        self.sources_hidden: dict[str, dict[str, str]] = {}
        self._editables: list[tuple[Distribution, bytes]] = []
        self._unlisted: list[Distribution] = []
        self.records: list[tuple[Distribution, bytes]] = []
        self.unread: dict[str, str] = {}
        self._barred: dict[str, tuple[str, ...]] = {}
        self._links: list[tuple[str, str]] = []

    def folder(self, entry: str, real: str) -> None:
        """Everything in one entry of ``sys.path``, whose real path is ``real``."""
        names = self.world.names(entry)
        self.entries.append(entry)
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
            data = distributions.slurp(self.world, f"{entry}/{name}")
            lines = data.decode("utf-8", "replace").splitlines() if isinstance(data, bytes) else []
            source = lines[0].strip() if lines else ""
            if not source or os.path.realpath(self.world.real(source)) in seen:
                continue
            key = normalise(name[: -len(".egg-link")])
            beside = self.world.names(source)
            for egg in [name for name in beside if name.endswith(".egg-info")] if isinstance(beside, list) else ():
                if normalise(metadata.name_and_version(egg.removesuffix(".egg-info"))[0]) == key:
                    found = distributions.read(self.world, source, f"{source}/{egg}", egg, False)[0]
                    self.distributions.append(_changed(found, kind="egg-link", editable=True))

    def _add(self, entry: str, path: str, name: str, real: str, in_conda: bool) -> None:
        distribution, record, unread = distributions.read(self.world, entry, path, name, in_conda)
        self.distributions.append(distribution)
        if unread:
            self.unread |= {file: why for file, why in unread.items() if not file.endswith("METADATA")}
            barred = [file for file, why in unread.items() if not why.endswith(distributions.WRONG_KIND)]
            self._barred |= dict.fromkeys(barred, (distribution.name,))
            self.survey.look_at(distribution, (distribution.key.replace("-", "_").encode(),))
        if distribution.editable:
            self._editables.append((distribution, record or b""))
        if record is not None:
            self.survey.add(distribution, record, real)
            if self.contents is not None:
                self.contents.add(distribution, record, real)
            if SUFFIX[self.world.platform == "win32"] in record:
                self.records.append((distribution, record))
        elif distribution.owner and not unread:
            self._unlisted.append(distribution)

    def unlisted(self) -> None:
        """The libraries of the system's packages that come without a list of files (Debian takes RECORD away).

        They are looked for where they matter: NumPy 2, installed elsewhere, comes before the NumPy they were built for.
        """
        numpy = next((item for item in self.distributions if item.key == "numpy"), None)
        asked = self.contents is not None
        if not self._unlisted or not (asked or (numpy is not None and numpy.owner is None and _second(numpy))):
            return
        from envdoctor.probe.packages import unlisted

        for distribution in self._unlisted:
            if record := unlisted.libraries(self.world, distribution):
                self.records.append((distribution, record))

    def editables(self) -> None:
        """What is wrong with editable installations; all entries of ``sys.path`` are known by now."""
        if not self._editables:
            return
        from envdoctor.probe.packages import editable

        entries = [entry for entry in self.entries if entry]
        for distribution, record in self._editables:
            if gone := editable.gone(self.world, distribution, record):
                self.sources_gone[distribution.path] = gone
            elif hidden := editable.hidden(self.world, distribution, record, entries):
                self.sources_hidden[distribution.path] = dict(hidden)

    def obstacles(self) -> list[Obstacle]:
        """What can't be read of the distributions, each file and folder once."""
        barred = self._barred | self.survey.barred
        if not barred:
            return []
        from envdoctor.probe.packages.obstacles import obstacle

        found: dict[str, Obstacle] = {}
        for path, names in barred.items():
            one = obstacle(self.world, path, needed_by=names)
            if one is not None:
                users = dict.fromkeys([*(found[one.path].needed_by if one.path in found else ()), *names])
                found[one.path] = _with_users(one, list(users))
        return list(found.values())

    def extensions(self) -> list[Extension]:
        """The extensions of all distributions; NumPy's interface is looked for where NumPy 2 meets them."""
        numpy = next((item for item in self.distributions if item.key == "numpy"), None)
        second = numpy is not None and _second(numpy)
        found = []
        for distribution, record in self.records:
            uses = (
                second
                and distribution.key != "numpy"
                and (distribution in self._unlisted or _requires_numpy(distribution))
            )
            found += extensions.survey(self.world, distribution, record, uses, self.contents is not None)
        return found


def _with_users(one: Obstacle, users: list[str]) -> Obstacle:
    import msgspec

    return msgspec.structs.replace(one, needed_by=users)


def _contents(world: World) -> "Contents":
    from envdoctor.probe.packages.contents import Contents

    return Contents(world)


def _second(numpy: Distribution) -> bool:
    """Whether this is NumPy 2 or newer."""
    first = numpy.version.partition(".")[0] if isinstance(numpy.version, str) else ""
    return first.isdigit() and int(first) >= 2


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
