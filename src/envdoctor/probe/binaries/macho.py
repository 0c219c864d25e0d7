"""What a Mach-O file says of its links: the libraries it needs, where they are looked for, and the macOS it is for.

Layout: ``mach-o/loader.h`` and ``mach-o/fat.h`` of Apple's SDK. Of a file for several processors the first is read.
"""

import struct

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.probe.binaries import parsed, read_at
from envdoctor.probe.world import World

ID, LOAD, WEAK, REEXPORT, RPATH = 0x0D, 0x0C, 0x80000018, 0x8000001F, 0x8000001C
VERSION_MIN, BUILD_VERSION = 0x24, 0x32
MOST = 1 << 20  # bytes of load commands


class MachO(Struct, frozen=True):
    """``needed``: install names as written, in order; ``rpaths``: where ``@rpath`` leads; ``minimum``: macOS's version."""

    needed: tuple[str, ...]
    rpaths: tuple[str, ...]
    install_name: str | None
    minimum: tuple[int, int] | None

    def names(self, symbol: str) -> bool:
        """Names of functions are not read."""
        return False

    @property
    def accelerate(self) -> bool:
        """Whether it is linked to Apple's Accelerate, by its own name or by vecLib's."""
        return any("/Accelerate.framework/" in name or "/vecLib.framework/" in name for name in self.needed)


def read(world: World, path: str) -> MachO | None | Missing:
    """The links of a file; ``None`` where it is no Mach-O file, `Missing` where it can't be read."""
    return parsed(world, path, _parse, "Mach-O file")


def _parse(fd: int) -> MachO | None:
    start = 0
    head = read_at(fd, 32, 0)
    if head[:4] == b"\xca\xfe\xba\xbe":
        (start,) = struct.unpack_from(">I", read_at(fd, 64, 0), 16)
        head = read_at(fd, 32, start)
    if head[:4] not in (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"):
        return None
    count, size = struct.unpack_from("<II", head, 16)
    if size > MOST:
        raise ValueError(f"{size} bytes of load commands")
    begin = start + (32 if head[0] == 0xCF else 28)
    data = read_at(fd, size, begin)
    needed, rpaths, install_name, minimum, at = [], [], None, None, 0
    for _ in range(count):
        command, length = struct.unpack_from("<II", data, at)
        if length < 8:
            raise ValueError("a load command without a length")
        if command in (LOAD, WEAK, REEXPORT):
            needed.append(_text(data, at, length))
        elif command == RPATH:
            rpaths.append(_text(data, at, length))
        elif command == ID:
            install_name = _text(data, at, length)
        elif command in (VERSION_MIN, BUILD_VERSION):
            (version,) = struct.unpack_from("<I", data, at + (12 if command == BUILD_VERSION else 8))
            minimum = (version >> 16, version >> 8 & 0xFF)
        at += length
    return MachO(tuple(needed), tuple(rpaths), install_name, minimum)


def _text(data: bytes, at: int, length: int) -> str:
    (offset,) = struct.unpack_from("<I", data, at + 8)
    return data[at + offset : at + length].split(b"\0", 1)[0].decode("utf-8", "replace")
