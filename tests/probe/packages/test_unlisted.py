"""System packages that come without a list of their files: their libraries are found where NumPy makes them matter."""

from pathlib import Path

import pytest

from envdoctor.probe.packages.whole import read
from tests.probe.packages.test_whole import put, world

SYSTEM, OWN = "/usr/lib/python3/dist-packages", "/home/ada/.local/lib/python3.11/site-packages"
ELF = b"\x7fELF\x02\x01" + bytes(12) + b"\x3e\0"


def built_for(root: Path, own: str = "", deep: bool = False) -> list[tuple[str, int | None]]:
    """Debian's matplotlib, whose egg-info has no list of files, with the system's NumPy and perhaps the user's ``own``."""
    for name, version in (("numpy", "1.24.2"), ("matplotlib", "3.6.3"), ("unknown", "1.0")):
        put(
            root,
            f"{SYSTEM}/{name}-{version}.egg-info/PKG-INFO",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        )
    put(root, f"{SYSTEM}/matplotlib-3.6.3.egg-info/top_level.txt", "matplotlib\npylab\n")
    for folder in ("matplotlib", "unknown"):
        put(
            root,
            f"{SYSTEM}/{folder}/deep/_path.cpython-311-x86_64-linux-gnu.so",
            ELF + b"_ARRAY_API\0numpy.core._multiarray_umath\0",
        )
        put(root, f"{SYSTEM}/{folder}/tests/_x.cpython-311-x86_64-linux-gnu.so", ELF)
    if own:
        put(root, f"{OWN}/numpy-{own}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: numpy\nVersion: {own}\n")
        put(root, f"{OWN}/numpy-{own}.dist-info/RECORD", "")
    found = read(world(root), [OWN, SYSTEM], deep=(lambda _: None) if deep else None).extensions
    return [(item.path.removeprefix(f"{SYSTEM}/"), item.numpy) for item in found]


def test_what_was_built_for_the_systems_numpy_is_found_under_the_users_numpy_2(tmp_path: Path) -> None:
    assert built_for(tmp_path, "2.2.6") == [("matplotlib/deep/_path.cpython-311-x86_64-linux-gnu.so", 1)]


@pytest.mark.parametrize("own", ["", "1.26.4"])
def test_nobody_goes_through_folders_where_the_systems_numpy_or_another_numpy_1_is_imported(
    tmp_path: Path, own: str
) -> None:
    assert built_for(tmp_path, own) == []


def test_deep_examines_them_in_any_case(tmp_path: Path) -> None:
    assert [path for path, _ in built_for(tmp_path, deep=True)] == [
        "matplotlib/deep/_path.cpython-311-x86_64-linux-gnu.so"
    ]
