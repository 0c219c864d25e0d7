"""ELF files read without a library: this machine's own, and damaged ones."""

import os
import struct
import sys
from pathlib import Path

import pytest

from envdoctor.facts import Missing
from envdoctor.probe.binaries import elf
from envdoctor.probe.blas.libraries import Links, copies, digests, file_version, users, vendor_of
from envdoctor.probe.inside import elf as inside
from envdoctor.probe.packages import extensions
from envdoctor.probe.world import World
from tests.support.compiler import shared_library

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ELF")
WORLD = World(home="/root", cwd="/", environ={}, platform="linux")


def build(path: Path, *arguments: str, code: str = "int answer(void) { return 42; }") -> Path:
    return shared_library(path, *arguments, code=code)


def test_sonames_needs_and_paths_are_read(tmp_path: Path) -> None:
    inner = build(tmp_path / "libinner.so.1", "-Wl,-soname,libinner.so.1")
    outer = build(
        tmp_path / "libouter.so",
        str(inner),
        "-Wl,--no-as-needed",
        "-Wl,-rpath,$ORIGIN/x",
        code="extern int answer(void);int ask(void) { return answer(); }",
    )
    header = elf.read(WORLD, str(outer))
    assert isinstance(header, elf.Elf)
    assert "libinner.so.1" in header.needed
    assert header.runpath == "$ORIGIN/x"
    assert header.names("answer")
    assert not header.names("question")
    told = elf.read(WORLD, str(inner))
    assert isinstance(told, elf.Elf)
    assert told.soname == "libinner.so.1"


def test_what_is_no_elf_file_has_no_links(tmp_path: Path) -> None:
    (tmp_path / "a.so").write_text("INPUT(-lm)")
    assert elf.read(WORLD, str(tmp_path / "a.so")) is None


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert isinstance(elf.read(WORLD, str(tmp_path / "none.so")), Missing)


@pytest.mark.parametrize("kept", [5, 40, 63, 100, 400, 2000])
def test_a_cut_file_upsets_nobody(tmp_path: Path, kept: int) -> None:
    whole = build(tmp_path / "whole.so").read_bytes()
    (tmp_path / "cut.so").write_bytes(whole[:kept])
    header = elf.read(WORLD, str(tmp_path / "cut.so"))
    assert header is None or isinstance(header, Missing | elf.Elf)


def test_a_header_with_absurd_numbers_is_missing(tmp_path: Path) -> None:
    whole = bytearray(build(tmp_path / "whole.so").read_bytes())
    whole[32:40] = b"\xff" * 8
    (tmp_path / "absurd.so").write_bytes(whole)
    assert isinstance(elf.read(WORLD, str(tmp_path / "absurd.so")), Missing)


def test_absurd_sections_upset_nobody_who_looks_for_constants(tmp_path: Path) -> None:
    # A small compiler puts constants elsewhere unless it is told.
    code = 'const char words[] __attribute__((section(".rodata"))) = "numpy.core._multiarray_umath _ARRAY_API";'
    whole = bytearray(build(tmp_path / "whole.so", code=code).read_bytes())
    assert extensions._numpy_of(WORLD, str(tmp_path / "whole.so")) == 1
    fd = os.open(tmp_path / "whole.so", os.O_RDONLY)
    _, size = extensions._constants(fd) or (0, 0)
    os.close(fd)
    assert 0 < size < len(whole)
    whole[40:48] = b"\xff" * 8
    (tmp_path / "absurd.so").write_bytes(whole)
    assert extensions._numpy_of(WORLD, str(tmp_path / "absurd.so")) is None


def foreign(wide: bool, order: str) -> bytes:
    """An image of either word size and byte order, made by hand: one soname, one need, one relocated symbol."""
    strings = b"\0libsame.so.1\0libneed.so.2\0cblas_dgemm\0"
    word, header, entry = ("Q", 64, 56) if wide else ("I", 52, 32)
    at = header + 2 * entry
    symbols = bytes(24 if wide else 16) + struct.pack(order + "I", strings.index(b"cblas")) + bytes(20 if wide else 12)
    moved = struct.pack(order + 2 * word, 0x77, 1 << (32 if wide else 8))
    tags_at = at + len(strings) + len(symbols) + len(moved)
    symbols_at, moved_at = at + len(strings), at + len(strings) + len(symbols)
    pairs = [(1, 14), (14, 1), (5, at), (6, symbols_at), (10, len(strings)), (17, moved_at), (18, len(moved)), (0, 0)]
    tags = b"".join(struct.pack(order + 2 * word.lower(), *pair) for pair in pairs)
    length = tags_at + len(tags)
    if wide:
        loads = struct.pack(order + "IIQQQQQQ", 1, 5, 0, 0, 0, length, length, 4096)
        loads += struct.pack(order + "IIQQQQQQ", 2, 4, tags_at, tags_at, 0, len(tags), len(tags), 8)
    else:
        loads = struct.pack(order + "IIIIIIII", 1, 0, 0, 0, length, length, 5, 4096)
        loads += struct.pack(order + "IIIIIIII", 2, tags_at, tags_at, 0, len(tags), len(tags), 4, 4)
    head = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    head += struct.pack(order + "HHI" + 3 * word + "IHHHHHH", 3, 22, 1, 0, header, 0, 0, header, entry, 2, 0, 0, 0)
    return head + loads + strings + symbols + moved + tags


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_both_word_sizes_and_byte_orders_are_read_alike(tmp_path: Path, wide: bool, order: str) -> None:
    data = foreign(wide, order)
    (tmp_path / "foreign.so").write_bytes(data)
    header = elf.read(WORLD, str(tmp_path / "foreign.so"))
    assert isinstance(header, elf.Elf)
    assert (header.needed, header.soname) == (("libneed.so.2",), "libsame.so.1")
    image = inside.image(lambda length, offset: data[offset : offset + length])
    assert list(image.relocations()) == [(0x77, b"cblas_dgemm")]
    assert extensions.binary_format(data) == f"ELF s390x {64 if wide else 32}-bit"


def test_users_are_found_through_wrappers_and_links(tmp_path: Path) -> None:
    real = build(tmp_path / "lib/libopenblasp-r0.3.28.so", "-Wl,-soname,libopenblas.so.0")
    (tmp_path / "lib/libcblas.so.3").symlink_to(real.name)
    stub = build(tmp_path / "stub/libcblas.so.3", "-Wl,-soname,libcblas.so.3")
    extension = build(
        tmp_path / "site/numpy.so",
        str(stub),
        "-Wl,--no-as-needed",
        code="int answer(void); int a(void) { return answer(); }",
    )
    links = Links(WORLD, [str(extension), str(real)])
    assert users(links, [("numpy", str(extension)), ("scipy", str(stub))], [str(real)]) == {str(real): ["numpy"]}


@pytest.mark.parametrize(
    ("path", "vendor"),
    [
        ("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", "netlib"),
        ("/usr/lib/x86_64-linux-gnu/atlas/libblas.so.3.10.3", "atlas"),
        ("/usr/lib/x86_64-linux-gnu/blis-pthread/libblas.so.3", "blis"),
        ("/usr/lib/x86_64-linux-gnu/openblas-serial/libblas.so.3", "openblas"),
        ("/site/numpy.libs/libscipy_openblas64_-4b78795a.so", "openblas"),
        ("/conda/lib/libmkl_rt.so.2", "mkl"),
        ("/conda/lib/libflexiblas.so.3", "flexiblas"),
        ("/usr/lib/libgslcblas.so.0", None),
        ("/site/scipy/linalg/cython_blas.pxd", None),
        ("/home/ada/openblas/README.md", None),
    ],
)
def test_a_path_tells_the_vendor(path: str, vendor: str | None) -> None:
    assert vendor_of(path) == vendor


def test_a_file_name_may_end_in_a_version() -> None:
    assert file_version("/lib/libblas.so.3.11.0") == "3.11.0"
    assert file_version("/lib/libblas.so.3") is None
    assert file_version("/lib/libopenblasp-r0.3.21.so") is None


def test_copies_count_files_not_links_and_equal_ones_are_hashed(tmp_path: Path) -> None:
    site, prefix = tmp_path / "site", tmp_path / "conda"
    one = build(site / "numpy.libs/libopenblas64_p-1.so")
    build(prefix / "lib/libopenblasp-r0.3.28.so")
    (prefix / "lib/libopenblas.so.0").symlink_to("libopenblasp-r0.3.28.so")
    (prefix / "lib/libblas.so.3").symlink_to("libopenblasp-r0.3.28.so")
    (prefix / "conda-meta").mkdir()
    found = copies(WORLD, [str(site)], str(prefix))
    assert found == {str(one): ["numpy"], str(prefix / "lib/libopenblasp-r0.3.28.so"): []}
    (site / "copy.so").write_bytes(one.read_bytes())
    (site / "other.so").write_bytes(b"x")
    hashed = digests(WORLD, [str(one), str(site / "copy.so"), str(site / "other.so")])
    assert set(hashed) == {str(one), str(site / "copy.so")}
    assert len(set(hashed.values())) == 1


def test_files_larger_than_any_library_are_not_hashed(tmp_path: Path) -> None:
    """Two of 4 GB that are all hole took 17 seconds."""
    names = [tmp_path / "libopenblas-one.so", tmp_path / "libopenblas-two.so"]
    for name in names:
        with open(name, "wb") as file:
            file.truncate(4 << 30)
    assert digests(WORLD, [str(name) for name in names]) == {}
