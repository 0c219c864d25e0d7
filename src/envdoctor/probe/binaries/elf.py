"""What an ELF file says of its links: the libraries it needs, and its own name, from the dynamic section.

`envdoctor.probe.inside.elf` reads it: some kilobytes, however large the file.
"""

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.probe.binaries import parsed, read_at
from envdoctor.probe.inside import elf
from envdoctor.probe.world import World

MOST = 16 << 20  # bytes of one table; larger ones are not of this world


class Elf(Struct, frozen=True):
    """``needed``: sonames, in order. ``soname``: its own. ``runpath``: RUNPATH, else RPATH, as written;
    ``wanted`` are (soname, version) of symbols that it takes from others, ``defined`` the versions of its own;
    ``late``: it is a RUNPATH, which LD_LIBRARY_PATH goes before (man 8 ld.so).

    ``strings`` is the dynamic string table, which holds the names of all imported and exported symbols.
    """

    needed: tuple[str, ...]
    soname: str | None
    runpath: str
    strings: bytes
    late: bool = False
    wanted: tuple[tuple[str, str], ...] = ()
    defined: tuple[str, ...] = ()

    @property
    def versions(self) -> dict[str, list[str]]:
        """The versions of symbols that each library has to bring (``GLIBCXX_3.4.30``), by its soname."""
        found: dict[str, list[str]] = {}
        for soname, version in self.wanted:
            found.setdefault(soname, []).append(version)
        return found

    def names(self, symbol: str) -> bool:
        """Whether a symbol of this name is imported or exported."""
        return b"\0" + symbol.encode("ascii") + b"\0" in self.strings


def read(world: World, path: str) -> Elf | None | Missing:
    """The links of a file; ``None`` where it has none or is no ELF file, `Missing` where it can't be read."""
    return parsed(world, path, _parse, "ELF file")


def _parse(fd: int) -> Elf | None:
    image = elf.image(lambda length, offset: _table(fd, length, offset), 4096)
    tags = image.dynamic() if image is not None else None
    single = dict(reversed(tags or []))
    if tags is None or elf.STRTAB not in single or elf.STRSZ not in single:
        return None
    strings = _table(fd, single[elf.STRSZ], image.offset(single[elf.STRTAB]))

    def text(at: int) -> str:
        return strings[at : strings.index(b"\0", at)].decode("utf-8", "surrogateescape")

    return Elf(
        needed=tuple(text(value) for tag, value in tags if tag == elf.NEEDED),
        soname=text(single[elf.SONAME]) if elf.SONAME in single else None,
        runpath=next((text(single[tag]) for tag in (elf.RUNPATH, elf.RPATH) if tag in single), ""),
        strings=strings,
        late=elf.RUNPATH in single,
        wanted=tuple(image.wanted_versions(single, text)),
        defined=tuple(image.own_versions(single, text)),
    )


def _table(fd: int, length: int, offset: int) -> bytes:
    if not 0 <= length <= MOST:
        raise ValueError(f"a table of {length} bytes")
    return read_at(fd, length, offset)
