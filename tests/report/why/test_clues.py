"""What an error text names."""

import pytest

from envdoctor.report.why import traceback
from envdoctor.report.why.clues import Clues, prefixes, read


def clues(text: str) -> Clues:
    return read(text, traceback.read(text))


@pytest.mark.parametrize(
    ("line", "prefix"),
    [
        ('  File "/opt/x/lib/python3.9/site-packages/numpy/__init__.py", line 3', "/opt/x"),
        ('  File "C:\\Users\\a b\\anaconda3\\Lib\\site-packages\\numpy\\__init__.py", line 3', "C:\\Users\\a b\\anaconda3"),
        ("File ~/proj/.venv/lib/python3.11/site-packages/numpy/__init__.py:3", "~/proj/.venv"),
        ("ImportError: /opt/conda/lib/python3.9/site-packages/x.so: undefined symbol: cblas_sgemm", "/opt/conda"),
        ("version `GLIBCXX_3.4.30' not found (required by /home/u/m/envs/x/lib/python3.10/site-packages/s.so)", "/home/u/m/envs/x"),
        ("cannot import name 'a' from 'b' (/home/u/env/lib/python3.11/site-packages/b/__init__.py)", "/home/u/env"),
        ("/usr/lib/python3/dist-packages/numpy/__init__.py:3: UserWarning: x", "/usr"),
        ("Error loading \"D:\\my env\\lib\\site-packages\\torch\\lib\\c10.dll\"", "D:\\my env"),
        ("/o/lib64/python3.13t/site-packages/x.py", "/o"),
    ],
)  # fmt: skip
def test_the_environment_of_a_path_is_told(line: str, prefix: str) -> None:
    assert prefixes([line]) == [prefix]


@pytest.mark.parametrize(
    "line",
    [
        '  File "/home/u/.local/lib/python3.11/site-packages/x.py", line 3',  # the user's, no environment
        "not in lib/python3.11/site-packages",
        "--python not found (required by site-packages",
        "nothing",
    ],
)
def test_no_environment_is_made_up(line: str) -> None:
    assert prefixes([line]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ModuleNotFoundError: No module named 'google.protobuf'", Clues(module="google.protobuf")),
        ("python: No module named pytest", Clues(module="pytest")),
        ("AttributeError: module 'numpy' has no attribute 'bool'.", Clues(owner="numpy", attribute="bool")),
        ("AttributeError: `np.float_` was removed in the NumPy 2.0 release.", Clues(owner="numpy", attribute="float_")),
        ("ImportError: libGL.so.1: cannot open shared object file: No such file or directory", Clues(library="libGL.so.1")),
        ("Library not loaded: @rpath/libomp.dylib", Clues(library="libomp.dylib")),
        ("ImportError: DLL load failed while importing _imaging: x", Clues(library="_imaging")),
        ("Error loading shared library libz.so.1: No such file or directory (needed by /x/PIL/_imaging.so)",
         Clues(library="libz.so.1", extension="/x/PIL/_imaging.so")),
    ],
)  # fmt: skip
def test_what_a_line_names_is_read(text: str, expected: Clues) -> None:
    assert clues(text) == expected


def test_a_file_in_a_modules_place_is_the_one_that_the_text_names() -> None:
    text = "ImportError: cannot import name 'Random' from 'random' (/home/u/proj/random/__init__.py)"
    assert clues(text).shadow == "/home/u/proj/random/__init__.py"
    text = (
        "AttributeError: module 'random' has no attribute 'randint' (consider renaming '/home/u/proj/random.py' since it has "
        "the same name as the standard library module named 'random' and prevents importing that standard library module)"
    )
    assert clues(text).shadow == "/home/u/proj/random.py"


def test_a_frame_names_the_file_that_is_no_package() -> None:
    text = (
        'Traceback (most recent call last):\n  File "/home/u/streamlit.py", line 1, in <module>\n'
        "ModuleNotFoundError: No module named 'streamlit.web'; 'streamlit' is not a package"
    )
    assert clues(text).shadow == "/home/u/streamlit.py"


@pytest.mark.parametrize(
    "file",
    [
        "/usr/lib/python3.12/random.py",
        "/e/lib/python3.12/site-packages/numpy/__init__.py",
        "C:\\Python312\\Lib\\random.py",
    ],
)
def test_an_installed_file_stands_in_no_ones_place(file: str) -> None:
    name = "numpy" if "numpy" in file else "random"
    assert clues(f"ImportError: cannot import name 'x' from '{name}' ({file})").shadow == ""


def test_the_packages_of_the_frames_stand_with_the_innermost_first() -> None:
    text = (
        '  File "/e/lib/python3.12/site-packages/statsmodels/api.py", line 3, in <module>\n'
        '  File "/e/lib/python3.12/site-packages/scipy/integrate/__init__.py", line 3, in f\n'
        "ImportError: cannot import name 'trapz' from 'scipy.integrate' (/e/lib/python3.12/site-packages/scipy/x.py)"
    )
    assert clues(text).packages == ("scipy", "statsmodels")
    assert clues(text).top == "scipy"


def test_hostile_text_costs_no_time() -> None:
    for text in ("/a" * 2_000, "a.so" * 1_000, "lib" * 1_300, "/lib/python3.11/site-packages" * 130, "('" * 2_000):
        clues(text)
