"""What ``--deep`` reads of distributions: the contents of modules, and every extension."""

from base64 import urlsafe_b64encode
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

import pytest

from envdoctor.facts import Packages
from envdoctor.probe.packages import whole as packages
from envdoctor.probe.world import World

SITE = "/v/lib/python3.12/site-packages"
SOURCE = b"answer = 42\n"


def claim(content: bytes, algorithm: Any = sha256) -> str:
    digest = urlsafe_b64encode(algorithm(content).digest()).decode("ascii").rstrip("=")
    return f"{algorithm().name}={digest}"


def install(root: Path, name: str, files: dict[str, str], installer: str = "pip", **extra: str) -> None:
    """A distribution whose RECORD gives each file the hash that is said."""
    info = root / SITE[1:] / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\nRequires-Dist: numpy\n")
    (info / "INSTALLER").write_text(installer + "\n")
    for file, content in extra.items():
        (info / file.replace("_json", ".json")).write_text(content)
    lines = [f"{path},{digest},{1 if digest else ''}" for path, digest in files.items()]
    lines += [f"{info.name}/{path.name},," for path in info.iterdir()]
    (info / "RECORD").write_text("\n".join(lines) + "\n")


def put(root: Path, path: str, content: bytes = SOURCE) -> Path:
    file = root / SITE[1:] / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def read(root: Path, deep: bool = True) -> Packages:
    world = World(root=str(root), home="/home/ada", cwd="/", environ={}, platform="linux")
    return packages.read(world, [SITE], deep=(lambda words: None) if deep else None)


@pytest.mark.parametrize("algorithm", [sha256, sha512])
def test_an_altered_module_is_found_by_deep_alone(tmp_path: Path, algorithm: Any) -> None:
    install(tmp_path, "fit", {"fit/__init__.py": claim(SOURCE, algorithm), "fit/core.py": claim(SOURCE, algorithm)})
    put(tmp_path, "fit/__init__.py")
    put(tmp_path, "fit/core.py", b"answer = 43\n")
    path = f"{SITE}/fit-1.0.dist-info"
    assert read(tmp_path).altered_files == {path: ["fit/core.py"]}
    assert (read(tmp_path, deep=False).altered_files, read(tmp_path).missing_files) == (None, {})


def test_a_module_that_is_gone_is_found_by_deep_alone_once_and_not_in_tests(tmp_path: Path) -> None:
    names = ("fit/__init__.py", "fit/core.py", "fit/tests/test_core.py", "fit/testing.py")
    install(tmp_path, "fit", {name: claim(SOURCE) for name in names})
    path = f"{SITE}/fit-1.0.dist-info"
    assert read(tmp_path, deep=False).missing_files == {path: ["fit/__init__.py"]}
    assert read(tmp_path).missing_files == {path: ["fit/__init__.py", "fit/core.py", "fit/testing.py"]}


@pytest.mark.parametrize("digest", ["", "md5=0123", "sha256=short", "sha256", "blake2s=x"])
def test_what_no_hash_tells_is_not_altered(tmp_path: Path, digest: str) -> None:
    install(tmp_path, "fit", {"fit/core.py": digest})
    put(tmp_path, "fit/core.py", b"anything")
    assert read(tmp_path).altered_files == {}


@pytest.mark.parametrize("path", ["fit/__pycache__/core.cpython-312.pyc", "../../../bin/fit.py", "fit/data.txt"])
def test_compiled_modules_scripts_and_data_are_not_compared(tmp_path: Path, path: str) -> None:
    install(tmp_path, "fit", {path: claim(SOURCE)})
    put(tmp_path, path, b"anything")
    found = read(tmp_path)
    assert (found.altered_files, found.missing_files) == ({}, {})


def test_an_editable_installation_is_not_compared(tmp_path: Path) -> None:
    url = '{"url": "file:///home/ada/fit", "dir_info": {"editable": true}}'
    install(tmp_path, "fit", {"fit/core.py": claim(SOURCE)}, direct_url_json=url)
    put(tmp_path, "fit/core.py", b"anything")
    assert read(tmp_path).altered_files == {}


@pytest.mark.parametrize("installer", ["conda", "rpm", "hand"])
def test_only_the_records_of_trusted_installers_are_compared(tmp_path: Path, installer: str) -> None:
    install(tmp_path, "fit", {"fit/core.py": claim(SOURCE)}, installer=installer)
    put(tmp_path, "fit/core.py", b"anything")
    assert read(tmp_path).altered_files == {}


def test_what_another_distribution_has_put_there_is_not_altered(tmp_path: Path) -> None:
    other = b"other = 1\n"
    install(tmp_path, "one", {"ns/__init__.py": claim(SOURCE)})
    install(tmp_path, "two", {"ns/__init__.py": claim(other)}, installer="hand")
    file = put(tmp_path, "ns/__init__.py", other)
    assert read(tmp_path).altered_files == {}
    file.write_bytes(b"neither")
    assert read(tmp_path).altered_files == {f"{SITE}/one-1.0.dist-info": ["ns/__init__.py"]}


def test_what_can_not_be_read_is_neither_whole_nor_altered(tmp_path: Path) -> None:
    install(tmp_path, "fit", {"fit/core.py": claim(SOURCE)})
    (tmp_path / SITE[1:] / "fit/core.py").mkdir(parents=True)
    found = read(tmp_path)
    assert (found.altered_files, found.missing_files) == ({}, {})
    assert list(found.unread_files) == [f"{SITE}/fit/core.py"]


def test_deep_tells_every_extension_and_which_numpy_each_is_for(tmp_path: Path) -> None:
    """Seven that use no NumPy stand before the one that does: without ``--deep`` six are opened."""
    elf = b"\x7fELF\x02\x01" + bytes(12) + b"\x3e\0"
    names = [f"fit/{letter}lib.cpython-312-x86_64-linux-gnu.so" for letter in "abcdefg"]
    last = "fit/z.cpython-312-x86_64-linux-gnu.so"
    install(tmp_path, "numpy", {}, installer="pip")
    (tmp_path / SITE[1:] / "numpy-1.0.dist-info/METADATA").write_text("Name: numpy\nVersion: 2.1\n")
    install(tmp_path, "fit", dict.fromkeys([*names, last], "sha256=x"))
    for name in names:
        put(tmp_path, name, elf)
    put(tmp_path, last, elf + b"_ARRAY_API\0numpy.core._multiarray_umath\0")
    shallow, deep = read(tmp_path, deep=False).extensions, read(tmp_path).extensions
    assert [item.numpy for item in shallow] == [None]
    assert {item.path: item.numpy for item in deep} == {
        **{f"{SITE}/{name}": None for name in names},
        f"{SITE}/{last}": 1,
    }
    assert {item.binary for item in deep} == {"ELF x86_64 64-bit"}
