"""Installed distributions, read from metadata that may say anything, or not be there."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Distribution, Missing, Packages
from envdoctor.probe.packages.distributions import _direct_url
from envdoctor.probe.packages.metadata import Header, name_and_version, parse, parse_requires_txt
from envdoctor.probe.packages.whole import read
from envdoctor.probe.world import World


def world(root: Path, **changes: str) -> World:
    return World(**({"root": str(root), "home": "/home/ada", "cwd": "/home/ada", "environ": {}} | changes))  # type: ignore[arg-type]


def put(root: Path, path: str, content: str | bytes = "") -> Path:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
    return file


def one(root: Path) -> Distribution:
    (distribution,) = read(world(root), ["/site-packages"]).distributions
    return distribution


# --- parsing ---


def test_the_fields_of_a_header() -> None:
    text = (
        "Metadata-Version: 2.1\nName: fit\nVersion: 1.0\nRequires-Python: >=3.9\nProvides-Extra: fast\n"
        'Requires-Dist: numpy>=1.20\nRequires-Dist: numba ; extra == "fast"\n\nName: other\nRequires-Dist: not-this\n'
    )
    assert parse(text) == Header("fit", "1.0", ["numpy>=1.20", 'numba ; extra == "fast"'], ["fast"], ">=3.9")


@pytest.mark.parametrize(
    "text, requires",
    [
        ("Requires-Dist: numpy\n (>=1.20)\n\t,<2", ["numpy (>=1.20) ,<2"]),
        ("Requires-Dist: numpy\nLicense: BSD\n 3-Clause\nRequires-Dist: scipy", ["numpy", "scipy"]),
        ("License: a\n Requires-Dist: not-this\nRequires-Dist: numpy", ["numpy"]),
        ("Requires-Dist:numpy", ["numpy"]),
        ("Description: x\n        |Requires-Dist: no", []),
    ],
)
def test_only_folded_lines_of_a_requirement_belong_to_it(text: str, requires: list[str]) -> None:
    assert parse(text).requires == requires


@pytest.mark.parametrize("name", ["jax[cuda12]", "\x1b[31mred", "日本", "../../etc", "Name: Name", "a" * 1000])
def test_a_name_is_kept_as_it_is_written(name: str) -> None:
    assert parse(f"Name: {name}\nVersion: 1").name == name


@given(st.text())
def test_any_text_is_a_header_of_some_kind(text: str) -> None:
    header = parse(text)
    assert all(isinstance(value, str) for value in (header.name, header.version, *header.requires))


def test_the_first_name_counts() -> None:
    header = parse("Name: one\nName: two\nVersion: 1\nVersion: 2")
    assert (header.name, header.version) == ("one", "1")


def test_sections_of_requires_txt_become_markers() -> None:
    """As setuptools writes it: https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html#requires-txt"""
    text = (
        'numpy>=1.20\n\n[fast]\nnumba\n\n[:sys_platform == "win32"]\npywin32\n\n[test:python_version < "3.9"]\nmock\n'
    )
    assert parse_requires_txt(text) == (
        [
            "numpy>=1.20",
            'numba; extra == "fast"',
            'pywin32; (sys_platform == "win32")',
            'mock; (python_version < "3.9") and extra == "test"',
        ],
        ["fast", "test"],
    )


@pytest.mark.parametrize(
    "stem, told",
    [
        ("numpy-2.0", ("numpy", "2.0")),
        ("PyYAML-6.0-py3.11", ("PyYAML", "6.0")),
        ("fit", ("fit", "")),
        ("-1.0", ("", "1.0")),
    ],
)
def test_what_the_name_of_a_folder_tells(stem: str, told: tuple[str, str]) -> None:
    assert name_and_version(stem) == told


# --- reading ---


def test_a_wheel_is_read(tmp_path: Path) -> None:
    folder = "/site-packages/My_Fit-1.0.dist-info"
    put(tmp_path, f"{folder}/METADATA", "Name: My.Fit\r\nVersion: 1.0\r\nRequires-Dist: numpy\r\n\r\nText\r\n")
    put(tmp_path, f"{folder}/INSTALLER", "pip\n")
    found = one(tmp_path)
    assert (found.name, found.key, found.version) == ("My.Fit", "my-fit", "1.0")
    assert (found.requires, found.installer, found.kind, found.problem) == (["numpy"], "pip", "dist-info", None)
    assert (found.location, found.path) == ("/site-packages", folder)


@pytest.mark.parametrize("field", ["Requires-Dist", "requires-dist", "REQUIRES-DIST"])
def test_the_name_of_a_field_has_no_case(tmp_path: Path, field: str) -> None:
    text = f"Name: fit\nVersion: 1.0\nRequires-Dist: numpy\n{field}: scipy\nSummary: requires-dist is a field\n"
    put(tmp_path, "/site-packages/fit-1.0.dist-info/METADATA", text)
    assert one(tmp_path).requires == ["numpy", "scipy"]


@pytest.mark.parametrize(
    "tags, platforms",
    [
        ("Tag: cp312-cp312-manylinux_2_28_x86_64\nTag: cp312-cp312-manylinux2014_x86_64\n", 2),
        ("Tag: cp312-abi3-macosx_11_0_arm64.macosx_10_9_x86_64\r\n", 2),
        ("Tag: py3-none-any\n", 0),
        ("Tag: py3-none-win32\nTag: py3-none-any\n", 0),
        ("Root-Is-Purelib: true\n", 0),
        (None, 0),
    ],
)
def test_the_platforms_that_a_wheel_is_for(tmp_path: Path, tags: str | None, platforms: int) -> None:
    put(tmp_path, "/site-packages/fit-1.0.dist-info/METADATA", "Name: fit\nVersion: 1.0\n")
    if tags:
        put(tmp_path, "/site-packages/fit-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\n{tags}")
    assert len(one(tmp_path).platforms) == platforms


def test_an_egg_info_folder_is_read(tmp_path: Path) -> None:
    folder = "/site-packages/fit-1.0-py3.11.egg-info"
    put(tmp_path, f"{folder}/PKG-INFO", "Name: fit\nVersion: 1.0\n")
    put(tmp_path, f"{folder}/requires.txt", "numpy\n\n[fast]\nnumba\n")
    found = one(tmp_path)
    assert (found.name, found.version, found.kind) == ("fit", "1.0", "egg-info")
    assert found.requires == ["numpy", 'numba; extra == "fast"']


def test_the_single_file_of_distutils_is_read(tmp_path: Path) -> None:
    put(tmp_path, "/site-packages/fit-1.0.egg-info", "Name: fit\nVersion: 1.0\n")
    found = one(tmp_path)
    assert (found.name, found.version, found.requires, found.problem) == ("fit", "1.0", [], None)


@pytest.mark.parametrize(
    "metadata, problem",
    [
        (None, "METADATA is missing"),
        ("", "METADATA has no Name"),
        ("Name: fit\n", "METADATA has no Version"),
        (b"Name: fit\nVersion: 1.0\nAuthor: \xff\n", "METADATA is not UTF-8 (byte 31)"),
    ],
)
def test_what_is_wrong_with_metadata_is_told(tmp_path: Path, metadata: str | bytes | None, problem: str) -> None:
    folder = "/site-packages/fit-1.0.dist-info"
    (tmp_path / folder.lstrip("/")).mkdir(parents=True)
    if metadata is not None:
        put(tmp_path, f"{folder}/METADATA", metadata)
    found = one(tmp_path)
    assert found.problem == problem
    assert (found.name, found.version) == ("fit", "1.0")
    assert isinstance(found.requires, Missing) == (not isinstance(metadata, bytes))


def test_a_header_that_is_not_read_to_its_end_leaves_the_requirements_unknown(tmp_path: Path) -> None:
    long = "Name: fit\nVersion: 1.0\n" + "Requires-Dist: numpy\n" * 60_000 + "Requires-Dist: scipy\n\n"
    put(tmp_path, "/site-packages/fit-1.0.dist-info/METADATA", long)
    found = one(tmp_path)
    assert found.problem == "the header of METADATA is longer than 1 MB"
    assert isinstance(found.requires, Missing)


def test_a_description_may_be_as_long_as_it_likes(tmp_path: Path) -> None:
    text = "Name: fit\nVersion: 1.0\nRequires-Dist: numpy\n\n" + "text\n" * 1_000_000
    put(tmp_path, "/site-packages/fit-1.0.dist-info/METADATA", text)
    found = one(tmp_path)
    assert (found.problem, found.requires) == (None, ["numpy"])


@pytest.mark.parametrize("name, content", [("PKG-INFO", "a: b\n"), ("requires.txt", "numpy\n")])
def test_what_an_egg_requires_is_unknown_where_it_is_not_read_to_its_end(
    tmp_path: Path, name: str, content: str
) -> None:
    folder = "/site-packages/fit-1.0.egg-info"
    put(tmp_path, f"{folder}/PKG-INFO", "Name: fit\nVersion: 1.0\n")
    put(tmp_path, f"{folder}/{name}", "Name: fit\n" * (name == "PKG-INFO") + content * 300_000)
    assert isinstance(one(tmp_path).requires, Missing)


def test_many_modules_at_the_top_take_no_square_of_the_time(tmp_path: Path) -> None:
    """Each was a search through both RECORDs: minutes."""
    for name in ("one", "other"):
        put(tmp_path, f"/site-packages/{name}-1.dist-info/METADATA", f"Name: {name}\nVersion: 1\n")
        put(tmp_path, f"/site-packages/{name}-1.dist-info/INSTALLER", "pip\n")
        rows = [f"t{number}.py,sha256={name},3\nf{number}/__init__.py,,\n" for number in range(20_000)]
        put(tmp_path, f"/site-packages/{name}-1.dist-info/RECORD", "".join(rows))
    before = time.process_time()
    found = read(world(tmp_path), ["/site-packages"])
    assert time.process_time() - before < 10
    assert len(found.collisions) == 20_000
    assert {len(files) for files in found.missing_files.values()} == {20_000}


def test_many_kinds_of_extensions_take_no_square_of_the_time(tmp_path: Path) -> None:
    put(tmp_path, "/site-packages/one-1.dist-info/METADATA", "Name: one\nVersion: 1\n")
    rows = [f"a/x.cpython-{number}.so,,\n" for number in range(100_000)]
    put(tmp_path, "/site-packages/one-1.dist-info/RECORD", "".join(rows))
    before = time.process_time()
    read(world(tmp_path), ["/site-packages"])
    assert time.process_time() - before < 10


def test_a_pipe_in_place_of_metadata_holds_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages" / "fit-1.0.dist-info"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "METADATA")
    assert one(tmp_path).problem == "/site-packages/fit-1.0.dist-info/METADATA: no file, but a pipe"


def test_a_folder_in_place_of_metadata_is_no_metadata(tmp_path: Path) -> None:
    (tmp_path / "site-packages" / "fit-1.0.dist-info" / "METADATA").mkdir(parents=True)
    assert one(tmp_path).problem == "/site-packages/fit-1.0.dist-info/METADATA: Is a directory"


@pytest.mark.parametrize(
    "name", ["..dist-info", ".dist-info", "-1.0.dist-info", "\udcff-1.0.dist-info", "a b-1.dist-info"]
)
def test_no_name_of_a_folder_is_a_crash(tmp_path: Path, name: str) -> None:
    (tmp_path / "site-packages").mkdir()
    os.mkdir(os.fsencode(f"{tmp_path}/site-packages/{name}"))
    found = one(tmp_path)
    assert isinstance(found.problem, str)
    assert isinstance(found.key, str)


def test_every_folder_is_read_once_in_the_order_of_the_path(tmp_path: Path) -> None:
    for place in ("b/site-packages", "a/site-packages"):
        put(tmp_path, f"{place}/numpy-1.0.dist-info/METADATA", "Name: numpy\nVersion: 1.0\n")
    (tmp_path / "link").symlink_to("a")
    path = ["/b/site-packages", "/nowhere", "/a/site-packages", "/link/site-packages", "/b/site-packages/"]
    locations = [item.location for item in read(world(tmp_path), path).distributions]
    assert locations == ["/b/site-packages", "/a/site-packages"]


def test_an_empty_entry_is_the_working_directory(tmp_path: Path) -> None:
    put(tmp_path, "/home/ada/fit.egg-info/PKG-INFO", "Name: fit\nVersion: 1\n")
    assert [item.name for item in read(world(tmp_path), [""]).distributions] == ["fit"]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path) -> None:
    (tmp_path / "site-packages").symlink_to("site-packages")
    found = read(world(tmp_path), ["/site-packages"])
    assert found.distributions == []
    assert found.unreadable == {"/site-packages": "/site-packages: Too many levels of symbolic links"}


def test_what_pip_left_behind_is_no_distribution(tmp_path: Path) -> None:
    put(tmp_path, "/site-packages/~umpy-1.0.dist-info/METADATA", "Name: numpy\nVersion: 1.0\n")
    found = read(world(tmp_path), ["/site-packages"])
    assert found.distributions == []
    assert found.leftovers == ["/site-packages/~umpy-1.0.dist-info"]


@pytest.mark.parametrize("folder", [".dist-info", "-.dist-info"])
def test_metadata_in_a_folder_without_a_name_is_told_by_the_folder(tmp_path: Path, folder: str) -> None:
    (tmp_path / "site-packages" / folder).mkdir(parents=True)
    assert one(tmp_path).name == folder


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b'{"url": "file:///home/ada/fit", "dir_info": {"editable": true}}', ("file:///home/ada/fit", True)),
        (
            b'{"url": "https://example.org/fit", "vcs_info": {"vcs": "git", "commit_id": "abc"}}',
            ("git+https://example.org/fit@abc", False),
        ),
        (b'{"url": "https://example.org/fit", "vcs_info": {"vcs": "git"}}', ("git+https://example.org/fit", False)),
        (b'{"url": 3}', (None, False)),
        (b"[]", (None, False)),
    ],
)
def test_where_it_came_from_is_told_as_an_installer_takes_it(text: bytes, told: tuple[str | None, bool]) -> None:
    assert _direct_url(text) == told


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("libpyside6.abi3.so.6.12", None),
        ("libshiboken6.abi3.6.12.dylib", None),
        ("shiboken6.abi3.dll", None),
        ("libthing.cpython-312-x86_64-linux-gnu.so.1", None),
        ("QtCore.abi3.so", ".abi3.so"),
        ("core.cp312-win_amd64.pyd", ".cp312-win_amd64.pyd"),
        ("core.cpython-39-x86_64-linux-gnu.so", ".cpython-39-x86_64-linux-gnu.so"),
        ("core.pypy310-pp73-darwin.so", ".pypy310-pp73-darwin.so"),
    ],
)
def test_a_versioned_library_is_no_extension_module(tmp_path: Path, name: str, suffix: str | None) -> None:
    """PySide6's wheels keep ``libpyside6.abi3.so.6.12`` beside ``QtCore.abi3.so``."""
    put(tmp_path, "/site-packages/side-6.12.dist-info/METADATA", "Name: side\nVersion: 6.12\n\n")
    put(tmp_path, "/site-packages/side-6.12.dist-info/INSTALLER", "pip\n")
    put(tmp_path, "/site-packages/side-6.12.dist-info/RECORD", f"side/{name},,64\n")
    put(tmp_path, f"/site-packages/side/{name}", b"\x7fELF\x02\x01" + bytes(58))
    platform = "win32" if name.endswith((".pyd", ".dll")) else "linux"
    found = read(world(tmp_path, platform=platform), ["/site-packages"]).extensions
    assert [item.suffix for item in found] == ([suffix] if suffix else [])


# --- files that are gone, or cut off ---


def whole_distribution(root: Path, name: str, record: str, files: dict[str, str]) -> Packages:
    info = f"site-packages/{name}-1.0.dist-info"
    put(root, f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    put(root, f"{info}/INSTALLER", "pip")
    put(root, f"{info}/RECORD", record)
    for path, content in files.items():
        put(root, f"site-packages/{path}", content)
    return read(world(root), ["/site-packages"])


@pytest.mark.parametrize("size", [",sha256=x,10", ",,"])
def test_of_what_science_rests_on_every_module_has_to_be_there(tmp_path: Path, size: str) -> None:
    record = (
        f"numpy/__init__.py{size}\nnumpy/__config__.py{size}\nnumpy/tests/test_it.py{size}\n../../bin/f2py.py{size}\n"
    )
    seen = whole_distribution(tmp_path, "numpy", record, {"numpy/__init__.py": "0123456789"})
    assert list(seen.missing_files.values()) == [["numpy/__config__.py"]]
    assert seen.cut_off_files == {}


def test_of_other_packages_modules_are_looked_for_with_deep_only(tmp_path: Path) -> None:
    record = "fit/__init__.py,,10\nfit/work.py,,10\n"
    assert whole_distribution(tmp_path, "fit", record, {"fit/__init__.py": "0123456789"}).missing_files == {}


@pytest.mark.parametrize("path", ["numpy/__init__.py", "numpy/_core/__init__.py", "numpy/_c.so"])
def test_a_folder_in_the_place_of_a_file_is_no_file(tmp_path: Path, path: str) -> None:
    (tmp_path / "site-packages" / path).mkdir(parents=True)
    seen = whole_distribution(tmp_path, "numpy", f"{path},sha256=x,20\n", {})
    assert list(seen.missing_files.values()) == [[path]]


def test_a_module_that_holds_nothing_and_a_library_that_ends_too_early_are_cut_off(tmp_path: Path) -> None:
    record = (
        "numpy/__init__.py,,10\nnumpy/_c.so,,10\nnumpy/_d.so,,10\nnumpy/a.py,,10\nnumpy/b.py,,10\nnumpy/empty.py,,0\n"
    )
    files = {
        "numpy/__init__.py": "",
        "numpy/_c.so": "\x7fELF",
        "numpy/_d.so": "longer than it was",
        "numpy/a.py": "",
        "numpy/b.py": "edited",
        "numpy/empty.py": "",
    }
    seen = whole_distribution(tmp_path, "numpy", record, files)
    assert seen.missing_files == {}
    assert sorted(*seen.cut_off_files.values()) == ["numpy/__init__.py", "numpy/_c.so", "numpy/a.py"]
