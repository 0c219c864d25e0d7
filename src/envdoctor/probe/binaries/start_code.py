"""What a shared library does by itself when it is loaded: whether its start-up code sets flush-to-zero.

GCC links ``crtfastmath.o`` into what is made with ``-ffast-math`` or ``-Ofast`` (before GCC 13 into shared libraries, too:
https://gcc.gnu.org/gcc-13/changes.html). Its constructor sets two bits of a control register (x86: FTZ and DAZ of MXCSR; ARM: FPCR).
"""

import re
import struct

from envdoctor.facts.base import Missing
from envdoctor.probe.binaries import parsed, read_at
from envdoctor.probe.inside import elf
from envdoctor.probe.world import World

INIT_ARRAY, INIT_ARRAYSZ = 25, 27  # d_tag
RELA, RELASZ, RELASIZE = 7, 8, 24  # d_tag of the relocations with addends, and of their bytes; bytes of one
X86_64, AARCH64 = 62, 183  # e_machine
RELATIVE = {X86_64: 8, AARCH64: 1027}  # R_X86_64_RELATIVE, R_AARCH64_RELATIVE
MOST_RELOCATIONS, MOST_FUNCTIONS, CODE = 1 << 24, 4096, 64  # bytes, functions, bytes of each
# stmxcsr [memory]; a constant with FTZ (0x8000) and perhaps DAZ (0x40); ldmxcsr [memory].
SETS = re.compile(
    rb"\x0f\xae[\x18-\x1f\x58-\x5f\x98-\x9f].{0,24}?[\x00\x40]\x80\x00\x00.{0,24}?\x0f\xae[\x10-\x17\x50-\x57\x90-\x97]",
    re.DOTALL,
)
MSR_FPCR, RET = 0xD51B4400, 0xD65F03C0  # msr fpcr, x0 (the last five bits name the register)


def sets_flush_to_zero(world: World, path: str) -> bool | Missing:
    """Whether a function that runs when the file is loaded sets the bits; `Missing` where the file can't be read."""
    found = parsed(world, path, _sets, "ELF file")
    return found if isinstance(found, Missing) else bool(found)


def _sets(fd: int) -> bool:
    image = elf.image(lambda length, offset: read_at(fd, length, offset))
    if image is None or not image.wide or image.machine not in RELATIVE:
        return False
    tags = dict(reversed(image.dynamic() or []))
    if INIT_ARRAY not in tags:
        return False
    for address in _functions(image, tags):
        try:
            code = image.read(CODE, image.offset(address))
        except ValueError:  # an entry that another library's function goes to
            continue
        if (SETS.search(code) is not None) if image.machine == X86_64 else _writes_fpcr(code):
            return True
    return False


def _functions(image: elf.Image, tags: dict[int, int]) -> list[int]:
    """The addresses of the functions that run when the file is loaded: as they stand there, or as relocations have them."""
    begin, length = tags[INIT_ARRAY], min(tags.get(INIT_ARRAYSZ, 0), 8 * MOST_FUNCTIONS)
    data = image.read(length, image.offset(begin))
    found = [word for (word,) in struct.iter_unpack("<Q", data[: len(data) // 8 * 8]) if word not in (0, 2**64 - 1)]
    if found or RELA not in tags:
        return found
    table = image.read(min(tags.get(RELASZ, 0), MOST_RELOCATIONS), image.offset(tags[RELA]))
    whole = table[: len(table) // RELASIZE * RELASIZE]
    return [
        addend
        for where, info, addend in struct.iter_unpack("<QQq", whole)
        if begin <= where < begin + length and info & 0xFFFFFFFF == RELATIVE[image.machine]
    ]


def _writes_fpcr(code: bytes) -> bool:
    for (word,) in struct.iter_unpack("<I", code[: len(code) // 4 * 4]):
        if word & ~0x1F == MSR_FPCR:
            return True
        if word == RET:
            return False
    return False
