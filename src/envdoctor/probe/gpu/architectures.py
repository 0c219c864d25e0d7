"""The GPU architectures compiled into torch: a string of its own in the read-only data of ``libtorch_python``.

torch.cuda.get_arch_list() returns it (``CUDA_ARCH_FLAGS`` in torch/csrc/cuda/Module.cpp). The library has 35 MB, its
read-only data 1 MB (2.15.0): only that is read.
"""

import mmap
import re
import struct

from envdoctor.facts.base import Missing
from envdoctor.probe.inside import elf
from envdoctor.probe.world import World, reason

MOST = 64 << 20  # bytes that are searched
NAMES = ("libtorch_python.so", "torch_python.dll", "libtorch_python.dylib")
_WORD = re.compile(rb"(?:(?:sm|compute)_\d{2,3}[af]?|gfx[0-9a-f]{3,4}(?:[:+-][a-z+-]+)*)")


def compiled_into(world: World, folder: str) -> list[str] | Missing:
    """The architectures of the torch whose libraries lie in ``folder``, in the order of the build."""
    for name in NAMES:
        path = f"{folder}/{name}"
        try:
            with open(world.real(path), "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                begin, end = section(data)
                found = find_list(data[begin : min(end, begin + MOST)])
        except FileNotFoundError:
            continue
        except OSError as error:
            return world.refused(path, error)
        except (ValueError, OverflowError, struct.error) as error:
            return Missing(reason(error, path))
        return found if found else Missing(f"{path}: no list of architectures in it")
    return Missing(f"{folder}: no libtorch_python")


def section(data: mmap.mmap | bytes) -> tuple[int, int]:
    """Where the read-only data of an ELF or of a PE file lies; the whole file for anything else."""
    if data[:2] == b"MZ":
        return _section_of_pe(data)
    image = elf.image(lambda length, offset: data[offset : offset + length])
    found: tuple[int, int] | None = image.section(b".rodata") if image is not None else None
    return (found[0], found[0] + found[1]) if found else (0, len(data))


def _section_of_pe(data: mmap.mmap | bytes) -> tuple[int, int]:
    """``.rdata``, by the section table (https://learn.microsoft.com/windows/win32/debug/pe-format)."""
    (header,) = struct.unpack_from("<I", data, 0x3C)
    (count,) = struct.unpack_from("<H", data, header + 6)
    (optional,) = struct.unpack_from("<H", data, header + 20)
    for index in range(count):
        at = header + 24 + optional + index * 40
        if data[at : at + 7] == b".rdata\0":
            length, offset = struct.unpack_from("<II", data, at + 16)
            return offset, offset + length
    return 0, len(data)


def find_list(data: bytes) -> list[str]:
    """The longest string that is nothing but architectures, split into words."""
    best: list[bytes] = []
    for mark in (b"sm_", b"gfx", b"compute_"):
        at = data.find(mark)
        while at >= 0:
            begin = data.rfind(b"\0", 0, at) + 1
            end = data.find(b"\0", at)
            end = len(data) if end < 0 else end
            words = data[begin:end].split()
            if len(words) > len(best) and all(_WORD.fullmatch(word) for word in words):
                best = words
            at = data.find(mark, end)
    return [word.decode("ascii") for word in best]
