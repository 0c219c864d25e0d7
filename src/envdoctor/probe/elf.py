"""The few things that are read from ELF files: 64-bit, little-endian (man 5 elf)."""

import mmap
import struct

from envdoctor.world import World

Data = mmap.mmap | bytes
DYNAMIC = 2  # a segment
RPATH, RUNPATH = 15, 29  # entries of it


def is_elf(data: Data) -> bool:
    return data[:6] == b"\x7fELF\x02\x01"


def read_only_data(data: Data) -> tuple[int, int]:
    """Begin and end of ``.rodata``; the whole file where there is none. Raises `struct.error` for a damaged file."""
    (table,) = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", data, table + index * size) for index in range(count)]
    if names >= count:
        return 0, len(data)
    strings = headers[names][4]
    for name, _, _, _, offset, length in headers:
        if data[strings + name : strings + name + 8] == b".rodata\0":
            return offset, offset + length
    return 0, len(data)


def looks_by(data: Data) -> str | None:
    """``runpath``, ``rpath`` or ``None``: how the file finds its libraries (man 8 ld.so)."""
    (table,) = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    found = None
    for index in range(count):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", data, table + index * size)
        if kind != DYNAMIC:
            continue
        for at in range(offset, offset + length, 16):
            tag, _ = struct.unpack_from("<qQ", data, at)
            if tag == RUNPATH:
                return "runpath"  # an RPATH beside it is ignored
            found = "rpath" if tag == RPATH else found
            if tag == 0:
                break
    return found


def file_looks_by(world: World, path: str) -> str | None:
    """`looks_by` of a file; ``None``, too, where it can't be read."""
    try:
        with open(world.real(path), "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return looks_by(data) if is_elf(data) else None
    except (OSError, ValueError, OverflowError, struct.error):
        return None
