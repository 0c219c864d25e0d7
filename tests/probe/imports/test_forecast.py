"""What a compiled file needs and what brings it: real libraries, a loader's order, no loading."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from envdoctor.facts import Distribution
from envdoctor.probe.binaries import elf
from envdoctor.probe.imports.forecast import Suspect, suspects
from envdoctor.probe.world import World, this_world
from envdoctor.testing import distribution

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="builds ELF libraries with a compiler"
)


def library(path: Path, *options: str, source: str = "int f(void) { return 1; }") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_suffix(".c")
    file.write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(path), str(file), *options], check=True)
    file.unlink()
    return path


def needing(site: Path, *options: str, name: str = "fit/_c.abi3.so") -> tuple[Distribution, bytes]:
    """A distribution whose extension needs libextra.so.1, which is gone once it is built."""
    extra = library(site / "libextra.so.1", "-Wl,-soname,libextra.so.1")
    library(site / name, str(extra), "-Wl,--no-as-needed", *options, source="int f(void); int g(void) { return f(); }")
    extra.unlink()
    (site / "fit/__init__.py").touch()
    return distribution("scipy", location=str(site)), f"fit/__init__.py,,\n{name},,\n".encode()


def doubted(records: list[tuple[Distribution, bytes]], site: Path, **environ: str) -> list[Suspect]:
    here = World(home="/home/ada", cwd="/", environ=environ, platform="linux")
    return suspects(here, records, [str(site)])


def test_a_library_that_nothing_brings_is_a_reason_to_try(tmp_path: Path) -> None:
    record = needing(tmp_path)
    (suspect,) = doubted([record], tmp_path)
    assert (suspect.package, suspect.module, suspect.lacks) == ("fit", "fit._c", "libextra.so.1")
    assert suspect.file == str(tmp_path / "fit/_c.abi3.so")


@pytest.mark.parametrize("option", ["-Wl,--enable-new-dtags", "-Wl,--disable-new-dtags"])
def test_what_lies_where_the_file_says_is_found(tmp_path: Path, option: str) -> None:
    record = needing(tmp_path, "-Wl,-rpath,$ORIGIN/../fit.libs", option)
    assert doubted([record], tmp_path)
    library(tmp_path / "fit.libs/libextra.so.1")
    assert doubted([record], tmp_path) == []


def test_what_the_variables_of_the_loader_name_is_found(tmp_path: Path) -> None:
    record = needing(tmp_path)
    extra = library(tmp_path / "other/libextra.so.1")
    assert doubted([record], tmp_path, LD_LIBRARY_PATH=f"/gone:{extra.parent}") == []
    assert doubted([record], tmp_path, LD_PRELOAD=str(extra)) == []


def test_what_another_distribution_brings_may_be_loaded_already(tmp_path: Path) -> None:
    record = needing(tmp_path)
    other = (distribution("shiboken", location=str(tmp_path)), b"shiboken/libextra.so.1,,\n")
    assert doubted([record, other], tmp_path) == []


def test_packages_that_are_not_in_the_table_are_not_looked_at(tmp_path: Path) -> None:
    _, record = needing(tmp_path)
    assert doubted([(distribution("fit", location=str(tmp_path)), record)], tmp_path) == []


def test_an_older_version_of_symbols_that_comes_first_is_named(tmp_path: Path) -> None:
    script = tmp_path / "versions"
    script.write_text("OLD_1 { global: f; };\n")
    new = tmp_path / "new.map"
    new.write_text("NEW_2 { global: f; };\n")
    options = ("-Wl,-soname,libextra.so.1",)
    extra = library(tmp_path / "new/libextra.so.1", *options, f"-Wl,--version-script={new}")
    library(tmp_path / "old/libextra.so.1", *options, f"-Wl,--version-script={script}")
    library(tmp_path / "fit/_c.so", str(extra), source="int f(void); int g(void) { return f(); }")
    (tmp_path / "fit/__init__.py").touch()
    record = (distribution("scipy", location=str(tmp_path)), b"fit/__init__.py,,\nfit/_c.so,,\n")
    assert doubted([record], tmp_path, LD_LIBRARY_PATH=str(tmp_path / "new")) == []
    (suspect,) = doubted([record], tmp_path, LD_LIBRARY_PATH=str(tmp_path / "old"))
    assert (suspect.lacks, suspect.chosen) == ("NEW_2", str(tmp_path / "old/libextra.so.1"))
    image = elf.read(this_world(), str(tmp_path / "old/libextra.so.1"))
    assert isinstance(image, elf.Elf)
    assert "OLD_1" in image.defined.values()


def test_a_namespace_package_that_a_package_elsewhere_hides(tmp_path: Path) -> None:
    for name in ("new/tools/plot/__init__.py", "old/tools/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    record = (distribution("matplotlib", location=str(tmp_path / "new")), b"tools/plot/__init__.py,,\n")
    here = World(home="/home/ada", cwd="/", environ={}, platform="linux")
    both = suspects(here, [record], [str(tmp_path / "new"), str(tmp_path / "old")])
    assert [suspect.package for suspect in both] == ["tools.plot"]
    assert suspects(here, [record], [str(tmp_path / "new")]) == []


def test_a_package_whose_beginning_was_edited_is_tried(tmp_path: Path) -> None:
    package = tmp_path / "fit"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('no')\n")
    owner = distribution("scipy", location=str(tmp_path))
    size = (package / "__init__.py").stat().st_size
    for length, names in ((size, []), (size + 1, ["fit"]), (9000, ["fit"])):
        record = f"fit/_c.so,,\nfit/__init__.py,sha256=x,{length}\r\nfit/a/__init__.py,sha256=x,7\n".encode()
        assert [(it.package, it.file) for it in doubted([(owner, record)], tmp_path)] == [(name, "") for name in names]
    (package / "__init__.py").write_text("")
    assert doubted([(owner, b"fit/__init__.py,sha256=x,9\n")], tmp_path) == []  # PKG004 names it


@pytest.mark.parametrize("module", ["version.py", "linalg/__init__.py"])
def test_so_is_one_with_another_module_near_its_top(tmp_path: Path, module: str) -> None:
    file = tmp_path / "fit" / module
    file.parent.mkdir(parents=True)
    file.write_text("raise ImportError('no')\n")
    owner = distribution("scipy", location=str(tmp_path))
    size = file.stat().st_size
    for length, names in ((size, []), (size + 1, ["fit"])):
        record = f"fit/{module},sha256=x,{length}\nfit/_c.so,,\nfit/a/b/c.py,sha256=x,7\n".encode()
        assert [it.package for it in doubted([(owner, record)], tmp_path)] == names


@pytest.mark.parametrize("offset", [18, 4, 5], ids=["processor", "word size", "byte order"])
def test_the_one_file_for_another_machine_is_tried(tmp_path: Path, offset: int) -> None:
    names = ["fit/a.abi3.so", "fit/b.abi3.so", "fit/low/c.abi3.so"]
    for name in names:
        library(tmp_path / name)
    record = "".join(f"{name},,\n" for name in ("fit/__init__.py", "fit/low/__init__.py", *names)).encode()
    owner = distribution("scipy", location=str(tmp_path))
    assert doubted([(owner, record)], tmp_path) == []
    file = tmp_path / names[2]
    data = bytearray(file.read_bytes())
    data[offset] = {18: 0xB7, 4: 1, 5: 2}[offset]  # e_machine, EI_CLASS, EI_DATA (man 5 elf)
    file.write_bytes(data)
    assert {suspect.file for suspect in doubted([(owner, record)], tmp_path)} <= {str(file)}
    if offset == 18:
        (suspect,) = doubted([(owner, record)], tmp_path)
        assert suspect.package == "fit.low"


@pytest.mark.parametrize("name", ["numpy.py", "numpy/__init__.py", "enum.py", "old.zip"])
def test_what_pythonpath_puts_in_front_of_a_package_or_a_standard_module_is_tried(tmp_path: Path, name: str) -> None:
    front, site = tmp_path / "front", tmp_path / "site"
    file = front / name
    file.parent.mkdir(parents=True)
    if name.endswith(".zip"):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("numpy/__init__.py", "")
    else:
        file.touch()
    entry = str(file) if name.endswith(".zip") else str(front)
    record = (distribution("numpy", location=str(site)), b"numpy/__init__.py,,\nnumpy/_c.so,,\n")
    here = World(home="/home/ada", cwd="/", environ={"PYTHONPATH": entry}, platform="darwin")
    (suspect,) = suspects(here, [record], [entry, str(site)])
    assert (suspect.package, suspect.chosen) == ("numpy", f"{entry}/{'enum' if name == 'enum.py' else 'numpy'}")
    assert suspects(here, [record], [str(site), entry]) == ([suspect] if name == "enum.py" else [])
    unset = World(home="/home/ada", cwd="/", environ={}, platform="darwin")
    assert suspects(unset, [record], [entry, str(site)]) == []


def test_other_modules_on_pythonpath_are_no_reason(tmp_path: Path) -> None:
    (tmp_path / "mine.py").touch()
    (tmp_path / "notes.zip").write_bytes(b"PK no zip")
    record = (distribution("numpy", location="/site"), b"numpy/__init__.py,,\nnumpy/_c.so,,\n")
    entries = [str(tmp_path), str(tmp_path / "notes.zip"), "/site"]
    here = World(home="/home/ada", cwd="/", environ={"PYTHONPATH": ":".join(entries[:2])}, platform="darwin")
    assert suspects(here, [record], entries) == []
