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
FARTHEST = 1 << 48  # bytes; no file is longer
MOST_NAMES = 1 << 16  # bytes of section names that are read


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
                start, _, _, _, size, count = self.unpack("QQIHHH", self.head, 32)
                width, entry, columns = 56, "IIQQQQQQ", (0, 2, 3, 5)
            else:
                start, _, _, _, size, count = self.unpack("IIIHHH", self.head, 28)
                width, entry, columns = 32, "IIIIIIII", (0, 1, 2, 4)
            if size != width and count:
                raise ValueError("segments of %d bytes" % size)  # glibc loads none either (elf/dl-load.c)
            end = start + size * count
            table, shift = (self.head, start) if end <= len(self.head) else (self.read(size * count, start), 0)
            values = self.unpack(entry * count, table, shift)
            self._segments = list(zip(*[values[column :: len(entry)] for column in columns]))
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
        entry, size = ("qQ", 16) if self.wide else ("iI", 8)
        data = self.read(place[-1][1], place[-1][0])
        values = self.unpack(entry * (len(data) // size), data)
        return list(zip(values[::2], values[1::2]))

    def offset(self, address):
        """Where an address of the loaded image lies in the file."""
        for kind, offset, start, length in self.segments():
            if kind == LOAD and start <= address < start + length:
                return address - start + offset
        raise ValueError("an address outside the file")

    def first(self):
        """The address that the beginning of the file is loaded at."""
        return ([0] + [address for kind, offset, address, _ in self.segments() if kind == LOAD and offset == 0])[-1]

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
