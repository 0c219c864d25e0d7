"""What an ELF file says of its links: the libraries it needs, and its own name. A reader of the dynamic section.

Layout: the System V ABI (https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html). Both word
sizes and both byte orders; some kilobytes are read, however large the file.
"""

import os
import struct

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.probe.world import World, reason

LOAD, DYNAMIC = 1, 2  # p_type
NEEDED, STRTAB, STRSZ, SONAME, RPATH, RUNPATH = 1, 5, 10, 14, 15, 29  # d_tag
MOST = 16 << 20  # bytes of one table; larger ones are not of this world


class Elf(Struct, frozen=True):
    """``needed``: sonames, in order. ``soname``: its own. ``runpath``: RUNPATH, else RPATH, as written;
    ``late``: it is a RUNPATH, which LD_LIBRARY_PATH goes before (man 8 ld.so).

    ``strings`` is the dynamic string table, which holds the names of all imported and exported symbols.
    """

    needed: tuple[str, ...]
    soname: str | None
    runpath: str
    strings: bytes
    late: bool = False

    def names(self, symbol: str) -> bool:
        """Whether a symbol of this name is imported or exported."""
        return b"\0" + symbol.encode("ascii") + b"\0" in self.strings


def read(world: World, path: str) -> Elf | None | Missing:
    """The links of a file; ``None`` where it has none or is no ELF file, `Missing` where it can't be read."""
    try:
        fd = os.open(world.real(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        return Missing(reason(error, path))
    try:
        return _parse(fd)
    except OSError as error:
        return Missing(reason(error, path))
    except (struct.error, ValueError, IndexError) as error:
        return Missing(f"{path}: damaged ELF file: {error}")
    finally:
        os.close(fd)


def _parse(fd: int) -> Elf | None:
    head = _pread(fd, 4096, 0)
    if head[:4] != b"\x7fELF":
        return None
    wide = head[4] == 2
    order = "<" if head[5] == 1 else ">"
    start, size, count = (
        (*struct.unpack_from(order + "Q", head, 32), *struct.unpack_from(order + "HH", head, 54))
        if wide
        else (*struct.unpack_from(order + "I", head, 28), *struct.unpack_from(order + "HH", head, 42))
    )
    table = head if start + size * count <= len(head) else _pread(fd, start + size * count, 0)
    loads: list[tuple[int, int, int]] = []  # address, offset, size in the file
    dynamic: tuple[int, int] | None = None
    for index in range(count):
        at = start + index * size
        if wide:
            kind, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", table, at)
        else:
            kind, offset, address, _, length = struct.unpack_from(order + "IIIII", table, at)
        if kind == LOAD:
            loads.append((address, offset, length))
        elif kind == DYNAMIC:
            dynamic = offset, length
    if dynamic is None:
        return None
    entry = order + ("qQ" if wide else "iI")
    data = _pread(fd, dynamic[1], dynamic[0])
    tags = list(struct.iter_unpack(entry, data[: len(data) // struct.calcsize(entry) * struct.calcsize(entry)]))
    single = dict(reversed(tags))
    if STRTAB not in single or STRSZ not in single:
        return None
    strings = _pread(fd, single[STRSZ], _offset(loads, single[STRTAB]))

    def text(at: int) -> str:
        return strings[at : strings.index(b"\0", at)].decode("utf-8", "surrogateescape")

    return Elf(
        needed=tuple(text(value) for tag, value in tags if tag == NEEDED),
        soname=text(single[SONAME]) if SONAME in single else None,
        runpath=next((text(single[tag]) for tag in (RUNPATH, RPATH) if tag in single), ""),
        strings=strings,
        late=RUNPATH in single,
    )


def _pread(fd: int, length: int, offset: int) -> bytes:
    if not 0 <= length <= MOST:
        raise ValueError(f"a table of {length} bytes")
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, length)


def _offset(loads: list[tuple[int, int, int]], address: int) -> int:
    """Where an address of the loaded image lies in the file."""
    for start, offset, length in loads:
        if start <= address < start + length:
            return address - start + offset
    raise ValueError("an address outside the file")
