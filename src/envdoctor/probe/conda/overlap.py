"""What pip, or a tool of its kind, has put over packages of conda.

Three shapes come of it. An upgrade removes conda's metadata folder and brings its own; with ``--ignore-installed``
both stand side by side; and once conda has noticed (``conda list`` does), the record is gone and only the history
still names the package (https://github.com/conda/conda/issues/11246 has the course of it).
"""

import os
import re

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.facts.conda import CondaOverlap
from envdoctor.probe.conda.records import PathEntry, RawRecord
from envdoctor.probe.world import World

_SHARED = re.compile(
    r"(?:^|/)(?:tests?|docs?|examples?|benchmarks?|__pycache__)/|\.pyc$|\.dist-info/|\.egg-info/|-nspkg\.pth$"
)
# Distributions that go by another name in conda's channels.
NAMES = {"torch": "pytorch", "tables": "pytables", "opencv-python": "opencv", "msgpack": "msgpack-python"}


class Foreign(Struct):
    """A metadata folder in the prefix that conda did not write: ``files`` from its RECORD, relative to the prefix."""

    key: str
    version: str
    folder: str
    installer: str
    files: set[str]


class Owner(Struct, frozen=True):
    """The package of a record: the record itself is too large to keep."""

    name: str
    version: str


class Watch:
    """Looks at the records as they pass, and tells at the end what overlaps."""

    def __init__(self, world: World, prefix: str, site_packages: list[str]) -> None:
        self._world = world
        self._prefix = prefix
        self.foreign: dict[str, Foreign] = {}
        for site in site_packages:
            if paths.inside(site, prefix):
                self._look(site)
        self._by_file = {file: item for item in self.foreign.values() for file in item.files}
        self._claimed: set[str] = set()
        self._metadata: dict[str, list[tuple[Owner, str, bool]]] = {}
        self._overwritten: dict[tuple[str, str], list[str]] = {}
        self._owners: dict[str, Owner] = {}

    def _look(self, site: str) -> None:
        names = self._world.names(site)
        short = "/".join(paths.parts(paths.relative(site, self._prefix)))  # as conda writes them
        for name in names if isinstance(names, list) else ():
            if not name.endswith(".dist-info") or name.startswith("~"):
                continue
            installer = self._world.text(f"{site}/{name}/INSTALLER", 100)
            word = installer.strip() if isinstance(installer, str) else ""
            if word == "conda":
                continue
            key, version = key_of(name)
            record = self._world.text(f"{site}/{name}/RECORD")
            files = recorded(record, short) if isinstance(record, str) else set()
            folder = f"{short}/{name}"
            self.foreign[folder] = Foreign(key, version, folder, word, files)

    def passes(self, record: RawRecord) -> None:
        """Take note of what ``record`` owns; call it once for each."""
        owner = self._owners[record.name] = Owner(record.name, record.version)
        by_file = self._by_file
        for entry in record.entries():
            path = entry.path
            if path.endswith((".dist-info/METADATA", ".egg-info/PKG-INFO", ".dist-info/INSTALLER")):
                self._own(owner, entry)
            if by_file and path in by_file and not _SHARED.search(path):
                self._overwritten.setdefault((record.name, by_file[path].folder), []).append(path)

    def _own(self, owner: Owner, entry: PathEntry) -> None:
        folder, _, leaf = entry.path.rpartition("/")
        if leaf == "INSTALLER":
            if folder in self.foreign and not self._as_packed(entry):
                self._claimed.discard(folder)
                self._metadata.setdefault(self.foreign[folder].key, []).append((owner, folder, False))
                return
            if folder in self.foreign:
                self._claimed.add(folder)
            return
        there = os.path.lexists(self._world.real(f"{self._prefix}/{entry.path}"))
        key, _ = key_of(folder.rpartition("/")[2])
        self._metadata.setdefault(key, []).append((owner, folder, there))
        if folder in self.foreign and there and not self.foreign[folder].installer:
            self._claimed.add(folder)

    def _as_packed(self, entry: PathEntry) -> bool:
        try:
            size = os.lstat(self._world.real(f"{self._prefix}/{entry.path}")).st_size
        except OSError:
            return True
        return entry.size is None or entry.size == size

    def strangers(self) -> list[Foreign]:
        """The metadata folders that no record owns."""
        return [item for folder, item in self.foreign.items() if folder not in self._claimed]

    def tooling(self) -> set[str]:
        """The keys of what pip has put in for conda itself: plug-ins of its (entry points in the group ``conda``), and
        all that they require."""
        strangers = {item.key: item for item in self.strangers()}
        waiting = [item.key for item in strangers.values() if self._is_plugin(item)]
        found: set[str] = set()
        while waiting:
            key = waiting.pop()
            if key in found or key not in strangers:
                continue
            found.add(key)
            text = self._world.text(f"{self._prefix}/{strangers[key].folder}/METADATA", 1_000_000)
            lines = text.partition("\n\n")[0].splitlines() if isinstance(text, str) else ()
            required = [line.partition(":")[2].strip() for line in lines if line.startswith("Requires-Dist:")]
            waiting += [normalise(name_in(line)) for line in required if "extra ==" not in line]
        return found

    def _is_plugin(self, item: Foreign) -> bool:
        text = self._world.text(f"{self._prefix}/{item.folder}/entry_points.txt", 100_000)
        return isinstance(text, str) and "[conda]" in (line.strip() for line in text.splitlines())

    def overlaps(self, should_be: set[str], unreadable: set[str]) -> list[CondaOverlap]:
        """Every overlap; ``should_be`` are the packages the history says are there, ``unreadable`` records' names."""
        found: dict[str, CondaOverlap] = {}
        for item in self.strangers():
            for owner, folder, there in self._metadata.get(item.key, ()):
                shape = "overwritten" if folder == item.folder else "beside" if there else "replaced"
                evidence = {
                    "overwritten": f"{folder}/INSTALLER now says {item.installer or 'nothing'}",
                    "beside": f"{folder} and {item.folder}",
                    "replaced": f"{folder} is gone, {item.folder} stands in its place",
                }[shape]
                found.setdefault(owner.name, _overlap(owner, item, shape, evidence))
        for (name, folder), files in self._overwritten.items():
            item = self.foreign[folder]
            if name not in found and folder not in self._claimed:
                more = f" and {len(files) - 1} more" if len(files) > 1 else ""
                found[name] = _overlap(self._owners[name], item, "overwritten", f"both own {files[0]}{more}")
        by_key = {item.key: item for item in self.strangers()}
        for name in sorted(should_be - self._owners.keys() - unreadable):
            other = by_key.get(normalise(name)) or next(
                (by_key[key] for key, word in NAMES.items() if word == name and key in by_key), None
            )
            if other:
                evidence = f"conda-meta/history names {name}, there is no record of it, {other.folder} is there"
                found.setdefault(
                    name,
                    CondaOverlap(
                        package=name,
                        distribution=other.key,
                        shape="unrecorded",
                        conda_version=None,
                        pip_version=other.version,
                        evidence=evidence,
                    ),
                )
        return list(found.values())


def _overlap(owner: Owner, item: Foreign, shape: str, evidence: str) -> CondaOverlap:
    return CondaOverlap(
        package=owner.name,
        distribution=item.key,
        shape=shape,
        conda_version=owner.version,
        pip_version=item.version,
        evidence=evidence,
    )


def key_of(folder: str) -> tuple[str, str]:
    """Normalised name and version in the name of a metadata folder."""
    stem = folder.rpartition(".")[0]
    if folder.endswith(".egg-info"):
        stem = re.sub(r"-py\d[\d.]*$", "", stem)
    name, _, version = stem.rpartition("-")
    return (normalise(name), version) if name else (normalise(version), "")


def recorded(text: str, site: str) -> set[str]:
    """The files of a RECORD, relative to the prefix; ``site`` is site-packages' own path in it."""
    files = set()
    for line in text.splitlines():
        name = line[1:].partition('"')[0] if line.startswith('"') else line.partition(",")[0]
        if name and not name.startswith(("/", "..")) and not name.endswith(".pyc"):
            files.add(f"{site}/{name}")
    return files
