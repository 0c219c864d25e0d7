"""ELF files read without a library: this machine's own, and damaged ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.facts import Missing
from envdoctor.probe.binaries import elf
from envdoctor.probe.blas.libraries import Links, copies, digests, file_version, users, vendor_of
from envdoctor.probe.world import World

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ELF")
WORLD = World(home="/root", cwd="/", environ={}, platform="linux")


def build(path: Path, *arguments: str, code: str = "int answer(void) { return 42; }") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    argv = ["cc", "-shared", "-fPIC", "-o", str(path), "-x", "c", "-", "-x", "none", *arguments]
    subprocess.run(argv, input=code, text=True, check=True)
    return path


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
