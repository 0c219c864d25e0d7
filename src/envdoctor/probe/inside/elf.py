"""How an ELF file is read, for envdoctor itself and for what runs inside the patient: headers, links, relocations.

Layout: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html (chapters 4 and 5). Both word sizes and both byte
orders. Damaged files raise ValueError, struct.error or IndexError.
Old syntax: see `collector`.
"""

import struct

LOAD, DYNAMIC = 1, 2  # p_type
NEEDED, STRTAB, SYMTAB, STRSZ, SONAME, RPATH, RUNPATH = 1, 5, 6, 10, 14, 15, 29  # d_tag
PLTRELSZ, PLTREL, JMPREL = 2, 20, 23
TABLES = {7: (8, 7), 17: (18, 17)}  # RELA and REL: d_tag of the table -> (of its size, its kind)
VERDEF, VERDEFNUM, VERNEED, VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
FARTHEST = 1 << 48  # bytes; no file is longer
MOST_NAMES = 1 << 16  # bytes of section names that are read
MOST_WANTED, MOST_OWN = 1 << 12, 1 << 14  # bytes of tables of versions; libstdc++'s own has two thousand


def image(read, ahead=64):
    """The file that ``read(length, offset)`` gives bytes of, or None where it is no ELF file; ``ahead``: read at first."""
    head = read(ahead, 0)
    return Image(read, head) if head[:4] == b"\x7fELF" else None


class Image(object):
    """An ELF file, of which only what is asked for is read. ``machine`` is e_machine's number, ``wide``: 64 bits."""

    def __init__(self, read, head):
        self._read = read
        self.head = head
        self.wide = head[4:5] == b"\x02"
        self.order = "<" if head[5:6] == b"\x01" else ">"
        self._segments = None

    def read(self, length, offset):
        if length < 0 or not 0 <= offset < FARTHEST:
            raise ValueError("a table of %d bytes at %d" % (length, offset))
        return self._read(length, offset)

    def unpack(self, form, data, at=0):
        return struct.unpack_from(self.order + form, data, at)

    @property
    def machine(self):
        return self.unpack("H", self.head, 18)[0]

    def segments(self):
        """[(p_type, offset in the file, address, bytes in the file)]"""
        if self._segments is None:
            if self.wide:
                start, (size, count) = self.unpack("Q", self.head, 32)[0], self.unpack("HH", self.head, 54)
            else:
                start, (size, count) = self.unpack("I", self.head, 28)[0], self.unpack("HH", self.head, 42)
            end = start + size * count
            table, shift = (self.head, start) if end <= len(self.head) else (self.read(size * count, start), 0)
            self._segments = []
            for at in range(shift, shift + size * count, size or 1):
                if self.wide:
                    kind, _, offset, address, _, length = self.unpack("IIQQQQ", table, at)
                else:
                    kind, offset, address, _, length = self.unpack("IIIII", table, at)
                self._segments.append((kind, offset, address, length))
        return self._segments

    def section(self, name):
        """(offset, bytes) of the section of this name; None where there is none, or the header is cut off."""
        if len(self.head) < 64:
            return None
        if self.wide:
            table, (size, count, index) = self.unpack("Q", self.head, 40)[0], self.unpack("HHH", self.head, 58)
        else:
            table, (size, count, index) = self.unpack("I", self.head, 32)[0], self.unpack("HHH", self.head, 46)
        form, least = ("IIQQQQ", 64) if self.wide else ("IIIIII", 40)
        if size < least or not 0 < index < count:
            return None
        headers = self.read(size * count, table)
        _, _, _, _, begin, length = self.unpack(form, headers, index * size)
        names = self.read(min(length, MOST_NAMES), begin)
        wanted = name + b"\0"
        for at in range(0, size * count, size):
            word = self.unpack("I", headers, at)[0]
            if names[word : word + len(wanted)] == wanted:
                return self.unpack(form, headers, at)[4:6]
        return None

    def dynamic(self):
        """[(d_tag, value)], or None where nothing is linked dynamically."""
        place = [(offset, length) for kind, offset, _, length in self.segments() if kind == DYNAMIC]
        if not place:
            return None
        entry = "qQ" if self.wide else "iI"
        size = struct.calcsize("=" + entry)
        data = self.read(place[-1][1], place[-1][0])
        return [self.unpack(entry, data, at) for at in range(0, len(data) // size * size, size)]

    def offset(self, address):
        """Where an address of the loaded image lies in the file."""
        for kind, offset, start, length in self.segments():
            if kind == LOAD and start <= address < start + length:
                return address - start + offset
        raise ValueError("an address outside the file")

    def first(self):
        """The address that the beginning of the file is loaded at."""
        return ([0] + [address for kind, offset, address, _ in self.segments() if kind == LOAD and offset == 0])[-1]

    def wanted_versions(self, tags, text):
        """[(soname, version)] of the symbols that other libraries have to bring; ``text(at)`` reads a name."""
        found, at = [], 0
        data = self.read(MOST_WANTED, self.offset(tags[VERNEED])) if VERNEED in tags else b""
        for _ in range(tags.get(VERNEEDNUM, 0)):
            if at + 16 > len(data):
                break
            count = self.unpack("H", data, at + 2)[0]
            library, inner, after = self.unpack("III", data, at + 4)
            below = at + inner
            for _ in range(count):
                if below + 16 > len(data):
                    break
                name, following = self.unpack("II", data, below + 8)
                found.append((text(library), text(name)))
                below += following
            at += after
        return found

    def own_versions(self, tags, text):
        """The versions that symbols of this library have."""
        found, at = [], 0
        data = self.read(MOST_OWN, self.offset(tags[VERDEF])) if VERDEF in tags else b""
        for _ in range(tags.get(VERDEFNUM, 0)):
            if at + 20 > len(data):
                break
            inner, after = self.unpack("II", data, at + 12)
            if at + inner + 4 > len(data):
                break
            found.append(text(self.unpack("I", data, at + inner)[0]))
            at += after
        return found

    def relocations(self):
        """(address, symbol's name) of every place that the dynamic loader writes a symbol's address to."""
        tags = dict(reversed(self.dynamic() or []))
        if STRTAB not in tags or SYMTAB not in tags:
            return
        strings, symbols = self.offset(tags[STRTAB]), self.offset(tags[SYMTAB])
        names = self.read(tags[STRSZ], strings)
        tables = [(tags[table], tags[sized], kind) for table, (sized, kind) in TABLES.items() if table in tags]
        if JMPREL in tags:
            tables.append((tags[JMPREL], tags[PLTRELSZ], tags[PLTREL]))
        word = "Q" if self.wide else "I"
        for table, length, kind in tables:
            entry = word * (3 if kind == 7 else 2)
            data = self.read(length, self.offset(table))
            for at in range(0, length, struct.calcsize("=" + entry)):
                where, info = self.unpack(entry, data, at)[:2]
                symbol = info >> (32 if self.wide else 8)
                if symbol:
                    name = self.unpack("I", self.read(4, symbols + symbol * (24 if self.wide else 16)))[0]
                    yield where, names[name : names.index(b"\0", name)]
