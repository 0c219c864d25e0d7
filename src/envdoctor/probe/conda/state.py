"""The files that conda reads before it does anything: one that it can't read stops it.

What stops which command was tried with conda 24.7.1: without a ``history`` a folder is no environment to it; a history
or a ``pinned`` file that is not UTF-8, a list of specs in the history that is no list, and a spec in ``pinned`` that is
none stop each installation; a record that can't be read, or has no build or build number, stops everything; a ``state``
file, or whatever lies in ``etc/conda/env_vars.d``, that is no JSON object stops activation (conda: core/prefix_data.py,
models/records.py, history.py, gateways/disk/test.py, activate.py).
"""

import json
import os
from ast import literal_eval
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Container, Iterator
from errno import EISDIR

from envdoctor.ecosystem.conda_specs import spec_of
from envdoctor.facts.conda import CondaStateFile
from envdoctor.privacy.lazy import pattern
from envdoctor.probe.conda import records
from envdoctor.probe.world import World

FOLDER = "a folder stands in its place"
MARK = "it begins with a byte order mark"
_SPECS = pattern(rb"#\s*\w+\s*specs:\s*(\[.*)")
_BEYOND = pattern(r"[@;\[(^*|]| if |://")  # conda reads more than `spec_of` does


def read(world: World, prefix: str, names: list[str]) -> list[CondaStateFile]:
    """The state files of the environment at ``prefix`` that stop conda; ``names`` are those in its conda-meta."""
    found = [*_history(world, prefix, names), *_records(world, prefix, names), *_pinned(world, prefix)]
    variables = world.names(f"{prefix}/etc/conda/env_vars.d")
    files = [f"etc/conda/env_vars.d/{name}" for name in variables] if isinstance(variables, list) else []
    for file in ("conda-meta/state", *files):
        found += _json(world, f"{prefix}/{file}", "variables" if file in files else "state")
    return found


def _history(world: World, prefix: str, names: list[str]) -> Iterator[CondaStateFile]:
    path = f"{prefix}/conda-meta/history"
    if "history" not in names or world.is_dir(path):
        what = FOLDER if "history" in names else "it is gone"
        yield CondaStateFile(file=path, kind="history", problem=what, missing="history" not in names)
        return
    data = world.read(path, 50_000_000)
    if not isinstance(data, bytes):
        return
    if problem := _not_utf8(data):
        yield CondaStateFile(file=path, kind="history", problem=problem)
        return
    for number, line in enumerate(data.splitlines(), 1):
        match = _SPECS.match(line.strip())
        if match and not _is_list(match[1].decode()):
            yield CondaStateFile(file=path, kind="history", problem="a list of specs that is cut off", line=number)
            return


def _is_list(text: str) -> bool:
    try:
        return isinstance(literal_eval(text), list)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False


def _records(world: World, prefix: str, names: list[str]) -> Iterator[CondaStateFile]:
    for name in names:
        if not name.endswith(".json") or name.startswith(records.LEFTOVERS):
            continue
        path = f"{prefix}/conda-meta/{name}"
        problem = None
        if name.startswith("."):
            data = world.read(path, 200)
            if isinstance(data, bytes) and not data.lstrip().startswith(b"{"):
                double = data.startswith(b"\x00\x05\x16\x07")
                problem = "a copy that macOS made of a file's attributes" if double else "no record"
        elif world.is_dir(path):
            problem = FOLDER
        if problem:
            yield CondaStateFile(file=path, kind="record", problem=problem)


def unreadable(
    prefix: str, failed: dict[str, str], names: list[str], installed: Container[str]
) -> Iterator[CondaStateFile]:
    """The records that could not be decoded, for conda can't decode them either; ``failed`` has the reasons by name.

    ``installed`` are the packages of which the history says that they are there; empty: it does not say.
    """
    for name, why in failed.items():
        path = f"{prefix}/conda-meta/{name}"
        problem = why.removeprefix(f"{path}: ")
        if problem == why or problem == os.strerror(EISDIR):  # told by `read`, or nothing that is known of its content
            continue
        package, version, _ = records.named(name)
        twins = [other for other in names if other != name and records.named(other)[0] == package]
        known = version and not twins and (not installed or package in installed)
        yield CondaStateFile(
            file=path, kind="record", problem=problem, package=f"{package}=={version}" if known else None
        )


def _pinned(world: World, prefix: str) -> Iterator[CondaStateFile]:
    path = f"{prefix}/conda-meta/pinned"
    if world.is_dir(path):
        yield CondaStateFile(file=path, kind="pinned", problem=FOLDER)
        return
    data = world.read(path, 1_000_000)
    if not isinstance(data, bytes):
        return
    if problem := _not_utf8(data):
        yield CondaStateFile(file=path, kind="pinned", problem=problem)
        return
    for number, line in enumerate(data.decode().splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#") and not _BEYOND.search(text) and spec_of(text) is None:
            yield CondaStateFile(file=path, kind="pinned", problem=f"{text[:60]!r} is no spec", line=number)


def _json(world: World, path: str, kind: str) -> Iterator[CondaStateFile]:
    if world.is_dir(path):
        yield CondaStateFile(file=path, kind=kind, problem=FOLDER)
        return
    data = world.read(path, 10_000_000)
    if isinstance(data, bytes) and (problem := _not_utf8(data) or _no_object(data.decode(), kind)):
        yield CondaStateFile(file=path, kind=kind, problem=problem)


def _no_object(text: str, kind: str) -> str | None:
    if text.startswith("\ufeff"):
        return MARK
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "no JSON" if text.strip() else "it is empty"
    if kind == "variables" and value == []:
        return None
    inner = value.get("env_vars", {}) if kind == "state" and isinstance(value, dict) else value
    return None if isinstance(value, dict) and isinstance(inner, dict) else "no JSON object"


def _not_utf8(data: bytes) -> str | None:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "UTF-16, not UTF-8"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8 (byte {error.start})"
    return None
