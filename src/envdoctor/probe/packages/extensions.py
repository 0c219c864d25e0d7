"""What installed extension modules are built for: which Python, which machine, which NumPy. None is loaded.

ELF is read by `envdoctor.probe.inside.elf`. Mach-O: <mach-o/loader.h>, <mach-o/fat.h>;
PE: https://learn.microsoft.com/windows/win32/debug/pe-format
"""

import os
import struct

from envdoctor.facts.base import Missing
from envdoctor.facts.packages import Distribution, Extension
from envdoctor.probe.inside import elf
from envdoctor.probe.packages.records import libraries
from envdoctor.probe.world import World

ELF_MACHINES = {
    3: "x86",
    21: "ppc64",
    22: "s390x",
    40: "arm",
    62: "x86_64",
    183: "aarch64",
    243: "riscv",
    258: "loongarch",
}
MACH_CPUS = {7: "x86", 0x01000007: "x86_64", 12: "arm", 0x0100000C: "arm64"}
PE_MACHINES = {0x14C: "x86", 0x8664: "x86_64", 0xAA64: "arm64"}
# How a tag begins that names an interpreter's binary interface (PEP 3149, PEP 384; Windows: importlib's own).
TAGS = (".cpython-", ".pypy", ".graalpy", ".abi3", ".cp3")

MOST_OPENED = 6  # extensions of one distribution that are searched for NumPy's interface
LIKELY_SIZE = 1_000_000  # bytes; larger ones are mostly other people's libraries in a wrapper
MOST_KINDS = 50  # suffixes in one distribution that are looked at: its wheels are made for one Python, or for a dozen
CHUNK = 1 << 22
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def survey(
    world: World, distribution: Distribution, record: bytes, numpy: bool, every: bool = False
) -> list[Extension]:
    """One extension of each kind of suffix in a distribution, or ``every`` one of them.

    ``numpy``: tell which NumPy they are built for, too.
    """
    groups: dict[str, list[tuple[str, int]]] = {}
    stems: dict[str, list[str]] = {}
    shared: list[tuple[str, int]] = []
    for path, _, size in libraries(record, world.platform):
        folder, _, name = path.rpartition("/")
        stem, dot, rest = name.partition(".")
        suffix = dot + rest
        if folder.endswith((".libs", ".dylibs")) or "test" in path:
            continue
        file = (path, size)
        if numpy and stem.endswith("_python"):
            shared.append(file)  # pyarrow's libarrow_python.so meets NumPy on behalf of its extensions
        if not _is_module(suffix):
            continue
        groups.setdefault(suffix, []).append(file)
        stems.setdefault(f"{folder}/{stem}", []).append(suffix)
    found = []

    def tell(path: str, suffix: str, siblings: list[str], built_for: int | None) -> None:
        full = f"{distribution.location}/{path}"
        head = _head(world, full)
        if isinstance(head, bytes):
            found.append(
                Extension(
                    distribution=distribution.path,
                    path=full,
                    suffix=suffix,
                    siblings=siblings,
                    binary=binary_format(head),
                    numpy=built_for,
                )
            )

    modules = {line.partition(b",")[0] for line in record.split(b"\n") if b".py," in line} if every else None
    for suffix, files in list(groups.items())[:MOST_KINDS]:
        path, siblings = _loneliest([path for path, _ in files], suffix, stems, record)
        built_for = None
        if numpy:
            path, built_for = _built_for_numpy(world, distribution.location, [*shared, *files]) or (path, None)
        tell(path, suffix, siblings, built_for)
        for other in [other for other, _ in files if other != path] if every else ():
            numbered = _numpy_of(world, f"{distribution.location}/{other}") if numpy else None
            tell(other, suffix, _siblings(other, suffix, stems, record, modules), numbered)
    return found


def _is_module(suffix: str) -> bool:
    """An extension's name ends in ``.so`` or ``.pyd``; ``libpyside6.abi3.so.6.12`` is a versioned library."""
    return suffix == ".pyd" or (suffix.startswith(TAGS) and suffix.endswith((".so", ".pyd")))


def _loneliest(paths: list[str], suffix: str, stems: dict[str, list[str]], record: bytes) -> tuple[str, list[str]]:
    """The extension with nothing of its name beside it, if there is one; else the first, with what stands beside it."""
    first: tuple[str, list[str]] | None = None
    for path in paths[:10]:
        siblings = _siblings(path, suffix, stems, record)
        first = first or (path, siblings)
        if not siblings:
            return path, []
    assert first is not None
    return first


def _siblings(
    path: str, suffix: str, stems: dict[str, list[str]], record: bytes, modules: set[bytes] | None = None
) -> list[str]:
    """The suffixes of what stands beside an extension under its name; ``modules``: the record's, where many are asked."""
    stem = path.removesuffix(suffix)
    siblings = [other for other in stems.get(stem if "/" in stem else f"/{stem}", []) if other != suffix]
    module = os.fsencode(stem) + b".py"
    return [*siblings, ".py"] if (module in modules if modules is not None else module + b"," in record) else siblings


def binary_of(world: World, path: str) -> str | None:
    """What machine code a program or library is; ``None`` where it is none, or can't be read."""
    head = _head(world, path, owed=False)  # a program may be for running only
    return binary_format(head) if isinstance(head, bytes) else None


def binary_format(head: bytes) -> str | None:
    """``ELF x86_64 64-bit``, ``Mach-O arm64+x86_64``, ``PE x86_64`` by the first 1024 bytes; else ``None``."""
    if head[:4] == b"\x7fELF" and len(head) >= 20:
        image = elf.Image(None, head)
        machine = ELF_MACHINES.get(image.machine, f"machine {image.machine}")
        return f"ELF {machine} {64 if image.wide else 32}-bit"
    if head[:4] in (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"):
        (cpu,) = struct.unpack_from("<I", head, 4)
        return f"Mach-O {MACH_CPUS.get(cpu, cpu)}"
    if head[:4] == b"\xca\xfe\xba\xbe" and len(head) >= 8:
        (count,) = struct.unpack_from(">I", head, 4)
        if count > 10 or len(head) < 8 + 20 * count:
            return None  # a Java class begins the same
        cpus = [struct.unpack_from(">I", head, 8 + 20 * index)[0] for index in range(count)]
        return "Mach-O " + "+".join(sorted(str(MACH_CPUS.get(cpu, cpu)) for cpu in cpus))
    if head[:2] == b"MZ" and len(head) >= 64:
        (at,) = struct.unpack_from("<I", head, 60)
        if head[at : at + 4] == b"PE\0\0" and len(head) >= at + 6:
            (machine,) = struct.unpack_from("<H", head, at + 4)
            return f"PE {PE_MACHINES.get(machine, f'machine {machine}')}"
    return None


def _head(world: World, path: str, owed: bool = True) -> bytes | Missing:
    """The first 1024 bytes; where a file that is ``owed`` can't be read, that is noted."""
    try:
        fd = os.open(world.real(path), FLAGS)
    except (OSError, ValueError) as error:
        return world.refused(path, error) if owed else Missing(str(error))
    try:
        return os.read(fd, 1024)
    except OSError as error:
        return world.refused(path, error) if owed else Missing(str(error))
    finally:
        os.close(fd)


def _built_for_numpy(world: World, location: str, files: list[tuple[str, int]]) -> tuple[str, int] | None:
    """The first extension that uses NumPy's C interface, and the major version that its headers were of."""

    def unlikely(file: tuple[str, int]) -> tuple[bool, int]:
        stem = file[0].rpartition("/")[2].partition(".")[0]
        return not stem.endswith(("lib", "_python")), abs(file[1] - LIKELY_SIZE // 2)

    for path, _ in sorted(files, key=unlikely)[:MOST_OPENED]:
        version = _numpy_of(world, f"{location}/{path}")
        if version is not None:
            return path, version
    return None


def _numpy_of(world: World, path: str) -> int | None:
    """The major version of NumPy that a library's headers were of; ``None`` where it does not use the C interface.

    An extension reaches the interface (``_ARRAY_API``) by importing ``numpy.core._multiarray_umath``; NumPy 2's
    headers try ``numpy._core._multiarray_umath`` first (numpy: _core/include/numpy/npy_2_compat.h,
    ``__multiarray_api.h``). pybind11 imports ``numpy.core.multiarray`` and goes on to work: it is let be.
    """
    seen = _search(world, path, (b"_ARRAY_API", b"numpy.core._multiarray_umath", b"numpy._core."))
    if seen is None or not seen[0] or not (seen[1] or seen[2]):
        return None
    return 2 if seen[2] else 1


def _search(world: World, path: str, needles: tuple[bytes, ...]) -> list[bool] | None:
    """Which of ``needles`` occur among a library's constants; ``None`` where it can't be read."""
    try:
        fd = os.open(world.real(path), FLAGS)
    except (OSError, ValueError) as error:
        world.refused(path, error)
        return None
    try:
        begin, size = _constants(fd) or (0, os.fstat(fd).st_size)
        os.lseek(fd, begin, os.SEEK_SET)
        found = [False] * len(needles)
        tail = b""
        while size > 0 and (chunk := os.read(fd, min(size, CHUNK))):
            text = tail + chunk
            found = [was or needle in text for was, needle in zip(found, needles, strict=True)]
            size, tail = size - len(chunk), chunk[-64:]
    except OSError as error:
        world.refused(path, error)
        return None
    except (ValueError, struct.error):
        return None
    finally:
        os.close(fd)
    return found


def _constants(fd: int) -> tuple[int, int] | None:
    """Where the section ``.rodata`` of an ELF file lies (offset and bytes): a tenth of the file."""
    if not hasattr(os, "pread"):
        return None
    image = elf.image(lambda length, offset: os.pread(fd, length, offset))
    found: tuple[int, int] | None = image.section(b".rodata") if image is not None else None
    return found
