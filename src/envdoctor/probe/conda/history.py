"""``conda-meta/history``: what was done to a prefix, and what was asked for (conda: history.py). Pure."""

import re
from ast import literal_eval
from collections.abc import Iterable, Sequence

from msgspec import Struct

from envdoctor.privacy.lazy import pattern

_HEAD = pattern(r"==>\s*(.+?)\s*<==")
_COMMAND = pattern(r"#\s*cmd:\s*(.+)")
_SPECS = pattern(r"#\s*(\w+)\s*specs:\s*(.*)")
_NAME = pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


class Block(Struct, frozen=True):
    """One transaction: its command line, what was ``added``, ``removed`` or just ``listed`` (names with version and
    build), and the names ``asked`` for, or ``unasked``: removed by name."""

    command: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


def parse(text: str) -> list[Block]:
    """The blocks, oldest first; what stands before the first head does not count."""
    blocks = []
    lines: list[str] | None = None
    for line in [*(raw.strip() for raw in text.splitlines()), "==> end <=="]:
        if _HEAD.match(line):
            if lines is not None:
                blocks.append(_block(lines))
            lines = []
        elif line and lines is not None:
            lines.append(line)
    return blocks


def _block(lines: Sequence[str]) -> Block:
    command = ""
    asked: list[str] = []
    unasked: list[str] = []
    for line in lines:
        if not line.startswith("#"):
            continue
        if match := _COMMAND.match(line):
            command = match[1]
        elif match := _SPECS.match(line):
            names = [name for spec in specs(match[2]) if (name := spec_name(spec))]
            if match[1] in ("update", "install", "create"):
                asked = names
            elif match[1] in ("remove", "uninstall"):
                unasked = names
    return Block(
        command,
        tuple(line[1:].strip() for line in lines if line.startswith("+")),
        tuple(line[1:].strip() for line in lines if line.startswith("-")),
        tuple(line for line in lines if line[0] not in "#+-"),
        tuple(asked),
        tuple(unasked),
    )


def specs(text: str) -> list[str]:
    """The specs of a ``# update specs:`` line: a Python list, or, from before conda 4.5, words with commas."""
    text = text.strip()
    if text.startswith("["):
        try:
            found = literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return []
        return [str(spec) for spec in found] if isinstance(found, list) else []
    joined: list[str] = []
    for spec in text.split(","):
        if joined and re.match(r"\s*[=<>!~\d]", spec):  # a second condition on the spec before
            joined[-1] += "," + spec
        elif spec.strip() and not spec.endswith("@"):
            joined.append(spec.strip())
    return joined


def spec_name(spec: str) -> str:
    """The package a match spec names: ``conda-forge::numpy[version='>=1']`` is numpy; '' where it names none."""
    match = _NAME.match(spec.rpartition("::")[2].strip())
    name = match.group().lower() if match else ""
    return "" if spec.rpartition("::")[2].startswith("__") else name


def dist_name(dist: str) -> str:
    """The package of ``conda-forge/linux-64::numpy-1.26.4-py312h_0``."""
    stem = dist.rpartition("::")[2].rpartition("/")[2]
    for ending in (".tar.bz2", ".conda"):
        stem = stem.removesuffix(ending)
    return stem.rsplit("-", 2)[0].lower()


def asked_for(blocks: Iterable[Block]) -> set[str]:
    """The names asked for and not removed since."""
    wanted: set[str] = set()
    for block in blocks:
        wanted -= set(block.unasked)
        wanted |= set(block.asked)
    return wanted


def present(blocks: Iterable[Block]) -> set[str]:
    """The names that should be there by what was linked and unlinked."""
    there: set[str] = set()
    for block in blocks:
        if not block.added and not block.removed and block.listed:
            there = {dist_name(dist) for dist in block.listed}
        there -= {dist_name(dist) for dist in block.removed}
        there |= {dist_name(dist) for dist in block.added}
    return there


def installer_set(blocks: Iterable[Block]) -> set[str] | None:
    """The names that the installer put there; ``None`` where its block does not tell."""
    block = next((block for block in blocks if is_installers(block.command)), None)
    return ({dist_name(dist) for dist in block.added} or None) if block else None


def is_installers(command: str) -> bool:
    """True for the command that an installer was made by: constructor, or Anaconda's own script around it.

    The script's: ``build.py --product miniconda …`` (https://github.com/conda/conda/issues/11238).
    """
    words = command.split()
    program = words[0].rpartition("/")[2].removesuffix(".exe") if words else ""
    return program == "constructor" or (program == "build.py" and "--product" in words)
