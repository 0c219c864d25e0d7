"""Paths are read as their own system reads them: what ntpath and posixpath say is the measure."""

import ntpath
import posixpath
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.ecosystem import paths

NAMES = st.text("abcXYZ .-_äß", min_size=1, max_size=6).map(str.strip).filter(lambda item: item.strip(". "))
WINDOWS = st.builds(lambda root, names: root + "\\".join(names), st.sampled_from(["C:\\", "d:\\"]), st.lists(NAMES))
POSIX = st.builds(lambda names: "/" + "/".join(names), st.lists(NAMES))


@given(st.one_of(WINDOWS, POSIX), st.lists(NAMES, max_size=3))
def test_names_are_joined_as_the_folders_system_joins_them(folder: str, names: list[str]) -> None:
    module = ntpath if folder[1:2] == ":" else posixpath
    assert paths.join(folder, *names) == module.join(folder, *names)


@given(st.one_of(WINDOWS, POSIX))
def test_parent_and_name_are_the_systems(path: str) -> None:
    module = ntpath if path[1:2] == ":" else posixpath
    assert (paths.parent(path), paths.name(path)) == (
        module.dirname(path),
        module.basename(path) or paths.name(path),
    )


@given(WINDOWS, WINDOWS)
def test_containment_on_windows_is_pathlibs(path: str, folder: str) -> None:
    expected = PureWindowsPath(path).is_relative_to(PureWindowsPath(folder))
    assert paths.within(path, folder) == expected


@given(POSIX, POSIX)
def test_containment_elsewhere_is_pathlibs(path: str, folder: str) -> None:
    assert paths.within(path, folder) == PurePosixPath(path).is_relative_to(PurePosixPath(folder))


@given(st.one_of(WINDOWS, POSIX), st.lists(NAMES, min_size=1, max_size=3))
def test_what_is_joined_to_a_folder_lies_inside_and_is_found_again(folder: str, names: list[str]) -> None:
    below = paths.join(folder, *names)
    assert paths.inside(below, folder)
    assert paths.parts(paths.relative(below, folder)) == names


@pytest.mark.parametrize(
    "path, folder",
    [
        (r"C:\Users\Ada\fit\.venv\Lib", r"c:\users\ada\fit\.venv"),
        ("C:/Users/Ada/fit/.venv/Lib", r"C:\Users\Ada\fit\.venv"),
        ("C:\\w1/Lib/site-packages", "C:\\w1\\"),
        (r"\\?\C:\w1\Lib", r"C:\w1"),
        (r"\\server\share\env\Lib", r"\\server\share\env"),
        ("D:\\env", "D:\\"),
        ("/opt/env/lib", "/opt/env/"),
        ("/opt", "/"),
    ],
)
def test_lies_inside(path: str, folder: str) -> None:
    assert paths.inside(path, folder)


@pytest.mark.parametrize(
    "path, folder",
    [
        (r"C:\Users\Ada\fit\.venv2\Lib", r"C:\Users\Ada\fit\.venv"),
        (r"D:\fit\.venv\Lib", r"C:\fit\.venv"),
        ("/opt/envs/x", "/opt/env"),
        ("/OPT/env/x", "/opt/env"),
        (r"/opt/env\x", "/opt/env"),
        ("/opt/env", "/opt/env"),
        ("/opt/env", ""),
        ("anything", ""),
    ],
)
def test_does_not_lie_inside(path: str, folder: str) -> None:
    assert not paths.inside(path, folder)


def test_a_program_is_called_by_its_name_without_windows_suffix() -> None:
    assert paths.program(r"C:\env\Scripts\Spyder.EXE") == "Spyder"
    assert paths.program(r"C:\env\condabin\conda.bat") == "conda"
    assert paths.program("/opt/env/bin/python3.12") == "python3.12"


def test_an_environments_python_lies_where_its_system_puts_it() -> None:
    assert paths.python(r"C:\env") == r"C:\env\Scripts\python.exe"
    assert paths.python("/opt/env") == "/opt/env/bin/python"
