"""What has been put into the base environment beyond what the installer brought and conda itself needs."""

import os
from collections.abc import Iterable, Sequence

from envdoctor.data import listed
from envdoctor.ecosystem.origins import MADE_AT_START
from envdoctor.facts.base import Missing
from envdoctor.facts.conda import CondaBase, CondaRecord
from envdoctor.probe.conda import history
from envdoctor.probe.conda.history import Block
from envdoctor.probe.world import World


def read(
    world: World,
    root: str,
    records: Sequence[CondaRecord],
    blocks: Sequence[Block],
    plugins: Iterable[str],
    pip: list[str],
) -> CondaBase:
    """The bloat of ``root``: what is installed, less the installer's set, less conda, its tooling and ``plugins``
    with all that they need."""
    common = {
        "pip": pip,
        "frozen": world.is_file(f"{root}/conda-meta/frozen"),
        "younger_than_container": _younger(world, root),
    }
    initial, source = _initial(world, root, blocks)
    if initial is None:
        why = Missing("nothing shows what the installer brought")
        return CondaBase(added=why, added_bytes=why, requested=why, initial_known=False, **common)  # type: ignore[arg-type]
    kept = initial | needed(records, listed("conda", "tooling") | set(plugins))
    added = sorted((record for record in records if record.name not in kept), key=lambda record: record.name)
    return CondaBase(
        added=[record.name for record in added],
        added_bytes=sum(record.bytes or 0 for record in added),
        requested=[record.name for record in added if record.requested],
        initial_known=True,
        initial_source=source,
        **common,  # type: ignore[arg-type]
    )


def _younger(world: World, root: str) -> bool:
    """True where every record was written after the container began: what comes with the image is older.

    Engines create their marks when they start a container; files of an image keep their times.
    """
    began = [made for path in MADE_AT_START if (made := _changed(world, path))]
    names = world.names(f"{root}/conda-meta") if began else None
    records = [name for name in names if name.endswith(".json")] if isinstance(names, list) else []
    times = [_changed(world, f"{root}/conda-meta/{name}") for name in records]
    return bool(began) and bool(times) and min(times) > min(began)


def _changed(world: World, path: str) -> float:
    try:
        return os.lstat(world.real(path)).st_ctime
    except OSError:
        return 0.0


def _initial(world: World, root: str, blocks: Sequence[Block]) -> tuple[set[str] | None, str | None]:
    path = f"{root}/conda-meta/initial-state.explicit.txt"
    text = world.text(path)
    if isinstance(text, str) and (names := explicit(text)):
        return names, path
    names = history.installer_set(blocks) or set()
    if names:
        return names, f"{root}/conda-meta/history"
    path = f"{root}/pkgs/urls"
    text = world.text(path)
    if isinstance(text, str) and (names := explicit(text)):
        return names, path
    return None, None


def explicit(text: str) -> set[str]:
    """The packages of an explicit list: one URL a line, perhaps with ``#`` and a hash."""
    lines = (line.strip().partition("#")[0] for line in text.splitlines())
    return {history.dist_name(line) for line in lines if line.startswith(("http", "file", "/")) and "-" in line}


def needed(records: Iterable[CondaRecord], roots: Iterable[str]) -> set[str]:
    """The names among ``records`` that ``roots`` need, themselves included."""
    depends = {
        record.name: [line.split()[0].partition("[")[0] for line in record.depends if line.split()]
        for record in records
    }
    found: set[str] = set()
    waiting = [name for name in roots if name in depends]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [other for other in depends[name] if other in depends and other not in found]
    return found
