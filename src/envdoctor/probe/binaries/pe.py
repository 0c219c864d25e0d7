"""What a Windows image says of its links: the DLLs it needs, at once or when first used, and its machine.

Layout: https://learn.microsoft.com/windows/win32/debug/pe-format. Some kilobytes are read, however large the file.
"""

import os
import struct

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.probe.binaries import parsed, read_at
from envdoctor.probe.world import World

MACHINES = {0x014C: "x86", 0x8664: "AMD64", 0xAA64: "ARM64", 0x01C4: "ARM"}
IMPORTS, DELAYED = 1, 13  # data directories
MOST = 4096  # DLLs, and bytes of a name


class Pe(Struct, frozen=True):
    """``needed``: names of DLLs as written, in order; ``late``: those that are looked for when first called."""

    needed: tuple[str, ...]
    late: tuple[str, ...]
    machine: str

    def names(self, symbol: str) -> bool:
        """Names of functions are not read."""
        return False


def read(world: World, path: str) -> Pe | None | Missing:
    """The links of a file; ``None`` where it is no Windows image, `Missing` where it can't be read or is cut off."""
    return parsed(world, path, _parse, "Windows image")


def _parse(fd: int) -> Pe | None:
    head = read_at(fd, 4096, 0)
    if head[:2] != b"MZ":
        return None
    (at,) = struct.unpack_from("<I", head, 0x3C)
    table = read_at(fd, 4096, at)
    if table[:4] != b"PE\0\0":
        return None
    machine, sections, optional = struct.unpack_from("<HH12xH", table, 4)
    wide = struct.unpack_from("<H", table, 24)[0] == 0x20B
    first = 24 + (112 if wide else 96)
    (count,) = struct.unpack_from("<I", table, first - 4)
    places = [
        struct.unpack_from("<8xIIII", table, 24 + optional + 40 * index) for index in range(sections)
    ]  # size in memory, address, size in the file, offset
    size = os.fstat(fd).st_size
    if any(length and offset + length > size for _, _, length, offset in places):
        raise ValueError("the file is cut off")

    def offset_of(address: int) -> int:
        for length, begin, raw, offset in places:
            if begin <= address < begin + max(length, raw):
                return int(address - begin + offset)
        raise ValueError("an address outside the file")

    def listed(directory: int, entry: int, name: int) -> tuple[str, ...]:
        address = struct.unpack_from("<I", table, first + 8 * directory)[0] if directory < count else 0
        if not address:
            return ()
        data, found = read_at(fd, MOST * 4, offset_of(address)), []
        for row in range(0, len(data) - entry + 1, entry):
            (where,) = struct.unpack_from("<I", data, row + name)
            if not where:
                break
            text = read_at(fd, 260, offset_of(where))
            found.append(text[: text.index(b"\0")].decode("ascii", "replace"))
        return tuple(found)

    return Pe(
        needed=listed(IMPORTS, 20, 12),
        late=listed(DELAYED, 32, 4),
        machine=MACHINES.get(machine, f"0x{machine:04X}"),
    )


def lacking(world: World, path: str, folders: list[str]) -> list[str]:
    """The DLLs that ``path`` needs, directly or not, and that none of the ``folders`` nor its own one holds.

    Names of API sets (``api-ms-win-…``) are no files. Windows compares without case.
    """
    present: dict[str, dict[str, str]] = {}

    def find(folder: str, name: str) -> str | None:
        if folder not in present:
            names = world.names(folder)
            present[folder] = {item.lower(): item for item in names} if isinstance(names, list) else {}
        item = present[folder].get(name.lower())
        return os.path.join(folder, item) if item else None

    system = os.path.join(
        world.environ.get("SYSTEMROOT") or world.environ.get("SystemRoot") or "C:\\Windows", "System32"
    )
    found: list[str] = []
    seen: set[str] = set()
    heap = [path]
    while heap and len(seen) < MOST:
        file = heap.pop(0)
        header = read(world, file)
        for name in header.needed if isinstance(header, Pe) else ():
            key = name.lower()
            if key in seen or key.startswith(("api-ms-", "ext-ms-")):
                continue
            seen.add(key)
            where = next((hit for folder in (os.path.dirname(file), *folders) if (hit := find(folder, name))), None)
            if where:
                heap.append(where)
            elif not find(system, name):
                found.append(name)
    return found
