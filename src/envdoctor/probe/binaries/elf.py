"""What an ELF file says of its links: the libraries it needs, and its own name, from the dynamic section.

Some kilobytes are read, however large the file. What runs inside the patient has a reader of its own: `envdoctor.probe.inside.elf`.
"""

import struct

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.probe.binaries import parsed, read_at
from envdoctor.probe.inside import elf
from envdoctor.probe.world import World

MOST = 16 << 20  # bytes of one table; larger ones are not of this world
# Bytes that are read at once: in most extensions the first hold the names, too; patchelf puts them behind the links.
AHEAD, NEAR = 12288, 4096
VERDEF, VERDEFNUM, VERNEED, VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF  # d_tag
# By word size and byte order: where the header tells of segments, and how it, a segment and a link are written.
_FORMS = {
    size + data: (
        order,
        at,
        struct.Struct(order + header),
        width,
        struct.Struct(order + segment),
        struct.Struct(order + link),
    )
    for size, at, header, width, segment, link in (
        (b"\1", 28, "IIIHHH", 32, "III4xI12x", "iI"),
        (b"\2", 32, "QQIHHH", 56, "I4xQQ8xQ16x", "qQ"),
    )
    for data, order in ((b"\1", "<"), (b"\2", ">"))
}
_LIBRARY = {"<": "<HHIII", ">": ">HHIII"}
MOST_WANTED, MOST_OWN = 1 << 11, 1 << 14  # bytes of tables of versions; libstdc++'s own has two thousand


class Elf(Struct, frozen=True):
    """``needed``: sonames, in order. ``soname``: its own. ``runpath``: RUNPATH, else RPATH, as written;
    ``late``: it is a RUNPATH, which LD_LIBRARY_PATH goes before (man 8 ld.so). ``form`` are the word size, the byte order
    and the processor, as the header writes them.

    ``strings`` is the dynamic string table, which holds the names of all imported and exported symbols;
    ``wants`` and ``owns`` are the tables of versions, with how many libraries and versions they tell of.
    """

    needed: tuple[str, ...]
    soname: str | None
    runpath: str
    strings: bytes
    late: bool
    order: str
    wants: tuple[bytes, int]
    owns: tuple[bytes, int]
    form: bytes = b""

    @property
    def versions(self) -> dict[str, dict[int, str]]:
        """The versions of symbols that each library has to bring (``GLIBCXX_3.4.30``) with their hashes, by its soname."""
        table, count = self.wants
        found: dict[str, dict[int, str]] = {}
        at = 0
        for _ in range(count):
            if at + 16 > len(table):
                break
            _, number, library, inner, after = struct.unpack_from(_LIBRARY[self.order], table, at)
            versions = found.setdefault(_text(self.strings, library), {})
            below = at + inner
            for _ in range(number):
                if below + 16 > len(table):
                    break
                value, _, name, following = struct.unpack_from(f"{self.order}IIII", table, below)
                versions[value] = _text(self.strings, name)
                below += following
            at += after
        return found

    @property
    def hashes(self) -> list[tuple[str, tuple[int, ...]]]:
        """For each library the hashes of those versions: what `versions` tells, where linkers write, at a third of the time."""
        table, count = self.wants
        found, at, end = [], 0, len(table)
        for _ in range(count):
            if at + 16 > end:
                break
            _, number, library, inner, after = struct.unpack_from(_LIBRARY[self.order], table, at)
            if at + inner + 16 * number <= end:
                words = struct.unpack_from(f"{self.order}{4 * number}I", table, at + inner)
                found.append((_text(self.strings, library), words[::4]))
            at += after
        return found

    @property
    def defined(self) -> dict[int, str]:
        """The versions that symbols of this library have, by their hashes."""
        table, count = self.owns
        found, at = {}, 0
        for _ in range(count):
            if at + 20 > len(table):
                break
            value, inner, after = struct.unpack_from(f"{self.order}III", table, at + 8)
            if at + inner + 4 > len(table):
                break
            found[value] = _text(self.strings, struct.unpack_from(f"{self.order}I", table, at + inner)[0])
            at += after
        return found

    def names(self, symbol: str) -> bool:
        """Whether a symbol of this name is imported or exported."""
        return b"\0" + symbol.encode("ascii") + b"\0" in self.strings


def _text(strings: bytes, at: int) -> str:
    return strings[at : strings.index(b"\0", at)].decode("utf-8", "surrogateescape")


def read(world: World, path: str) -> Elf | None | Missing:
    """The links of a file; ``None`` where it has none or is no ELF file, `Missing` where it can't be read."""
    return parsed(world, path, _parse, "ELF file")


def _parse(fd: int) -> Elf | None:
    head = _table(fd, AHEAD, 0)
    if head[:4] != b"\x7fELF":
        return None
    order, at, header, width, segment, link = _FORMS[head[4:6]]
    start, _, _, _, size, count = header.unpack_from(head, at)
    end = start + size * count
    if size != width and count:
        raise ValueError(f"segments of {size} bytes")  # glibc loads none either (elf/dl-load.c)
    segments = list(segment.iter_unpack(head[start:end] if end <= len(head) else _table(fd, end - start, start)))
    links = [(offset, length // link.size * link.size) for kind, offset, _, length in segments if kind == elf.DYNAMIC]
    if not links:
        return None
    begin, length = links[-1]
    near = _table(fd, length + NEAR, begin)
    tags = list(link.iter_unpack(near[:length]))
    single = dict(reversed(tags))
    if elf.STRTAB not in single or elf.STRSZ not in single:
        return None

    def table(start: int, length: int) -> bytes:
        """What is loaded at an address, asked of the system where it does not stand near the rest."""
        for kind, offset, address, size in segments:
            if kind == elf.LOAD and address <= start < address + size:
                at = start - address + offset
                if at + length <= len(head):
                    return head[at : at + length]
                if begin <= at and at + length <= begin + len(near):
                    return near[at - begin : at - begin + length]
                return _table(fd, length, at)
        raise ValueError("an address outside the file")

    strings = table(single[elf.STRTAB], single[elf.STRSZ])
    path = elf.RUNPATH if elf.RUNPATH in single else elf.RPATH
    return Elf(
        needed=tuple([_text(strings, at) for tag, at in tags if tag == elf.NEEDED]),
        soname=_text(strings, single[elf.SONAME]) if elf.SONAME in single else None,
        runpath=_text(strings, single[path]) if path in single else "",
        strings=strings,
        late=path == elf.RUNPATH,
        order=order,
        wants=(table(single[VERNEED], MOST_WANTED), single.get(VERNEEDNUM, 0)) if VERNEED in single else (b"", 0),
        owns=(table(single[VERDEF], MOST_OWN), single.get(VERDEFNUM, 0)) if VERDEF in single else (b"", 0),
        form=head[4:6] + head[18:20],
    )


def _table(fd: int, length: int, offset: int) -> bytes:
    if not 0 <= length <= MOST or not 0 <= offset < elf.FARTHEST:
        raise ValueError(f"a table of {length} bytes at {offset}")
    return read_at(fd, length, offset)
