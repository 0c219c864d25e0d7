"""Windows images: their links, and which of them are nowhere. The images are laid out here by Microsoft's description."""

import struct
from pathlib import Path

from envdoctor.facts.base import Missing
from envdoctor.probe.binaries import pe
from envdoctor.probe.world import World


def image(*needed: str, wide: bool = True, machine: int = 0x8664) -> bytes:
    """A PE image with one section, which holds the import table (https://learn.microsoft.com/windows/win32/debug/pe-format)."""
    names, at, rows = b"", 0x1000 + 20 * (len(needed) + 1), b""
    for name in needed:
        rows += struct.pack("<IIIII", 1, 0, 0, at + len(names), 1)
        names += name.encode() + b"\0"
    section = rows + bytes(20) + names
    directories = struct.pack("<IIII", 0, 0, 0x1000 if needed else 0, 20) + bytes(8 * 14)
    optional = struct.pack("<H", 0x20B if wide else 0x10B) + bytes(106 if wide else 90)
    optional += struct.pack("<I", 16) + directories
    head = b"MZ" + bytes(58) + struct.pack("<I", 64)
    head += b"PE\0\0" + struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, len(optional), 0) + optional
    head += b".rdata\0\0" + struct.pack("<IIII", len(section), 0x1000, len(section), 1024) + bytes(16)
    return head.ljust(1024, b"\0") + section


def world(tmp_path: Path, **files: bytes) -> World:
    for name, data in files.items():
        (tmp_path / name.replace("_dll", ".dll")).write_bytes(data)
    return World(home="/", cwd="/", environ={"SYSTEMROOT": str(tmp_path / "Windows")}, platform="win32")


def test_the_links_and_the_machine_of_both_word_sizes_are_read(tmp_path: Path) -> None:
    here = world(
        tmp_path, a_dll=image("KERNEL32.dll", "libopenblas.dll"), b_dll=image("x.dll", wide=False, machine=0x14C)
    )
    wide, narrow = (pe.read(here, str(tmp_path / name)) for name in ("a.dll", "b.dll"))
    assert wide == pe.Pe(("KERNEL32.dll", "libopenblas.dll"), (), "AMD64")
    assert narrow == pe.Pe(("x.dll",), (), "x86")


def test_a_file_that_is_cut_off_is_damaged_and_what_is_no_image_is_none(tmp_path: Path) -> None:
    whole = image("a.dll")
    here = world(tmp_path, cut_dll=whole[:-4], text_dll=b"#!python\n", stub_dll=b"MZ")
    cut = pe.read(here, str(tmp_path / "cut.dll"))
    assert isinstance(cut, Missing) and "cut off" in cut.reason
    assert pe.read(here, str(tmp_path / "text.dll")) is None
    assert isinstance(pe.read(here, str(tmp_path / "stub.dll")), Missing)


def test_what_a_dll_lacks_is_found_behind_those_that_are_there(tmp_path: Path) -> None:
    here = world(
        tmp_path,
        top_dll=image("Middle.DLL", "api-ms-win-crt-heap-l1-1-0.dll", "kernel32.dll"),
        middle_dll=image("gone.dll"),
    )
    (tmp_path / "Windows" / "System32").mkdir(parents=True)
    (tmp_path / "Windows" / "System32" / "KERNEL32.dll").write_bytes(image())
    assert pe.lacking(here, str(tmp_path / "top.dll"), []) == ["gone.dll"]
