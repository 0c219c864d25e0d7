"""The distributions along the patient's ``sys.path``, read from their metadata files.

Formats: https://packaging.python.org/specifications/recording-installed-packages/ and
https://packaging.python.org/specifications/core-metadata/
"""

import os
from collections.abc import Iterable

from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution, Packages
from envdoctor.names import normalise
from envdoctor.world import World, reason

METADATA_LIMIT = 1_000_000  # bytes; the header stands at the beginning, a description may follow


def read(world: World, sys_path: Iterable[str]) -> Packages:
    """All distributions, in the order an import would meet them."""
    distributions: list[Distribution] = []
    unreadable: dict[str, str] = {}
    seen = set()
    for entry in sys_path:
        if not entry or not os.path.isabs(entry):
            entry = os.path.join(world.cwd, entry)
        real = os.path.realpath(world.real(entry))
        if real in seen:
            continue
        seen.add(real)
        names = world.names(entry)
        if isinstance(names, Missing):
            unreadable[entry] = names.reason
        elif names:
            for name in names:
                if name.endswith((".dist-info", ".egg-info")) and not name.startswith("~"):
                    distributions.append(_distribution(world, entry, name))
    return Packages(distributions=distributions, unreadable=unreadable)


def _distribution(world: World, location: str, directory: str) -> Distribution:
    path = f"{location}/{directory}"
    stem, _, kind = directory.rpartition(".")
    wheel = kind == "dist-info"
    file_name = f"{path}/METADATA" if wheel else f"{path}/PKG-INFO"
    data = _slurp(world, file_name)
    if data is None and not wheel:
        data = _slurp(world, path)  # distutils wrote a single file
    named, _, version_in_name = stem.partition("-")
    version_in_name = version_in_name.partition("-py")[0]
    installer = _slurp(world, f"{path}/INSTALLER") if wheel else None
    common = {
        "location": location,
        "path": path,
        "kind": kind,
        "installer": installer.decode("utf-8", "replace").strip() if isinstance(installer, bytes) else None,
    }
    if not isinstance(data, bytes):
        problem = data.reason if isinstance(data, Missing) else f"{os.path.basename(file_name)} is missing"
        return Distribution(
            name=named,
            key=normalise(named),
            version=version_in_name or Missing(problem),
            requires=Missing(problem) if wheel else [],
            problem=problem if wheel else None,
            **common,  # type: ignore[arg-type]
        )
    text, fault = _decode(data, os.path.basename(file_name))
    name, version, told = parse_metadata(text)
    requires: list[str] | Missing = told
    if not name or not version:
        fault = fault or f"{os.path.basename(file_name)} has no {'Version' if name else 'Name'}"
        if wheel and not told:  # empty or cut off: what it required is lost
            requires = Missing(fault)
    if not wheel and not requires:
        requires = _egg_requires(world, path)
    return Distribution(
        name=name or named,
        key=normalise(name or named),
        version=version or version_in_name or Missing(fault or "no version"),
        requires=requires,
        problem=fault,
        **common,  # type: ignore[arg-type]
    )


def parse_metadata(text: str) -> tuple[str, str, list[str]]:
    """Name, version and Requires-Dist lines of a METADATA or PKG-INFO header."""
    name = version = ""
    requires: list[str] = []
    for line in text.partition("\n\n")[0].split("\n"):
        if line.startswith("Requires-Dist:"):
            requires.append(line[14:].strip())
        elif line.startswith("Name:") and not name:
            name = line[5:].strip()
        elif line.startswith("Version:") and not version:
            version = line[8:].strip()
        elif line.startswith((" ", "\t")) and requires and not line.strip().startswith("|"):
            requires[-1] += " " + line.strip()  # a folded header (RFC 822)
    return name, version, requires


def _decode(data: bytes, what: str) -> tuple[str, str | None]:
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    head = data.partition(b"\n\n")[0]
    try:
        return head.decode("utf-8"), None
    except UnicodeDecodeError as error:
        return head.decode("utf-8", "replace"), f"{what} is not UTF-8 (byte {error.start})"


def _egg_requires(world: World, path: str) -> list[str]:
    """The unconditional part of an egg-info's requires.txt; its sections are extras and markers."""
    data = _slurp(world, f"{path}/requires.txt")
    if not isinstance(data, bytes):
        return []
    lines = data.decode("utf-8", "replace").split("\n[", 1)[0].split("\n")
    return [line.strip() for line in lines if line.strip() and not line.startswith("[")]


def _slurp(world: World, path: str) -> bytes | None | Missing:
    """`World.read`, cut to what thousands of small files need."""
    try:
        fd = os.open(world.real(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return Missing(reason(error, path))
    try:
        return os.read(fd, METADATA_LIMIT)
    except IsADirectoryError:
        return None
    except OSError as error:
        return Missing(reason(error, path))
    finally:
        os.close(fd)
