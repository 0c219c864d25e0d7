"""Can conda and mamba start? Told by their files and those of all that they need; neither is run."""

import os
from collections.abc import Mapping, Sequence

from envdoctor.ecosystem.conda_specs import names as needed
from envdoctor.facts.base import Missing
from envdoctor.facts.conda import CondaGap, CondaProgram, CondaSetting, CondaSolver
from envdoctor.probe.conda import records
from envdoctor.probe.conda.damage import SHOWN, matters
from envdoctor.probe.conda.records import RawRecord
from envdoctor.probe.world import World

# The solvers and the packages that bring them (https://github.com/conda/conda-libmamba-solver, …/conda-rattler-solver).
SOLVERS = {"libmamba": "conda-libmamba-solver", "rattler": "conda-rattler-solver"}
LIBMAMBA_BY_DEFAULT = (23, 10)  # https://github.com/conda/conda/blob/main/CHANGELOG.md


class Base:
    """The packages of the installation ``root``, in whose conda-meta ``names`` lie: each is looked at once at most."""

    def __init__(self, world: World, root: str, names: Sequence[str]) -> None:
        self._world, self._root = world, root
        self._files = {
            records.named(name)[0]: name for name in names if name.endswith(".json") and not name.startswith(".")
        }
        self._seen: dict[str, tuple[list[str], CondaGap | None]] = {"python": ([], None)}  # looked at as a patient only

    def program(self, name: str) -> CondaProgram | None:
        """conda or mamba; ``None`` where it has none. mamba 2 needs no Python: its package does not ask for it."""
        world, root = self._world, self._root
        if name not in self._files or world.platform == "win32":
            return None
        path, python = f"{root}/bin/{name}", f"{root}/bin/python"
        lost = [] if world.exists(path) else [path]
        gaps = []
        waiting, done = [name], set()
        while waiting:
            package = waiting.pop()
            if package in done:
                continue
            done.add(package)
            wants, gap = self._look(package)
            waiting += wants
            gaps += [gap] if gap else []
        if "python" in done and not world.exists(python):
            lost.append(python)
        return CondaProgram(path=path, lost=lost, gaps=sorted(gaps, key=lambda gap: gap.package))

    def _look(self, package: str) -> tuple[list[str], CondaGap | None]:
        """What a package needs, and what it lacks."""
        if package not in self._seen:
            found: tuple[list[str], CondaGap | None] = ([], None)
            for _, record in records.read(self._world, self._root, [self._files[package]] * (package in self._files)):
                if not isinstance(record, Missing):
                    found = (list(needed(record.depends)), _gap(self._world, self._root, record))
            self._seen[package] = found
        return self._seen[package]


def _gap(world: World, root: str, record: RawRecord) -> CondaGap | None:
    """What is gone of a package, code only."""
    real = world.real(root)
    lstat = os.lstat
    gone = []
    for entry in record.entries():
        path = entry.path
        if matters(path) and (record.name == "conda" or _starts(path)):
            try:
                lstat(f"{real}/{path}")
            except (FileNotFoundError, NotADirectoryError):
                gone.append(path)
            except (OSError, ValueError):
                pass
    if not gone:
        return None
    cached, target = _cached(world, root, record, gone)
    return CondaGap(
        package=record.name,
        version=record.version,
        files=gone[:SHOWN],
        count=len(gone),
        cached=cached,
        target=target,
    )


def _starts(path: str) -> bool:
    """True for what `import` of a package needs first: modules at the top, packages themselves, extensions."""
    inside = path.partition("/site-packages/")[2]
    return inside.count("/") == 0 or path.endswith("/__init__.py") or not path.endswith(".py")


def _cached(world: World, root: str, record: RawRecord, gone: list[str]) -> tuple[str | None, str | None]:
    """The folder in conda's cache that holds all that is ``gone``, and the folder that it is laid out in."""
    stem = f"{record.name}-{record.version}-{record.build}"
    for folder in (record.extracted_package_dir, f"{root}/pkgs/{stem}"):
        if not folder:
            continue
        inside, marker, _ = gone[0].partition("/site-packages/")
        for source, target in (
            (f"{folder}/site-packages", f"{inside}/site-packages" if marker else ""),
            (f"{folder}/lib", "lib"),
        ):
            below = [path.removeprefix(f"{target}/") for path in gone]
            if target and below != gone and all(world.exists(f"{source}/{path}") for path in below):
                return source, f"{root}/{target}"
    return None, None


def solver(settings: Mapping[str, CondaSetting], version: tuple[int, ...], names: Sequence[str]) -> CondaSolver | None:
    """The solver that conda of this version uses by its configuration; ``None`` for the one that it brings itself."""
    setting = settings.get("solver")
    chosen = setting.value if setting else None
    if chosen is None:
        chosen = "libmamba" if version >= LIBMAMBA_BY_DEFAULT else "classic"
    if not isinstance(chosen, str) or chosen == "classic":
        return None
    package = SOLVERS.get(chosen, f"conda-{chosen}-solver")
    there = any(records.named(name)[0] == package for name in names)
    known = chosen in SOLVERS or there
    if not known:  # a plug-in of any name may bring it
        there = any(records.named(name)[0].startswith("conda-") and chosen in records.named(name)[0] for name in names)
    return CondaSolver(name=chosen, package=package, installed=there, sources=setting.sources if setting else [])
