"""Editable installations whose source is gone, and those that are whole."""

from pathlib import Path

import pytest

from envdoctor.probe.packages.whole import read
from tests.probe.packages.test_whole import put, world

INFO = "site-packages/fit-1.0.dist-info"
FINDER = "__editable___fit_1_0_finder.py"


def gone(root: Path, record: str, files: dict[str, str], url: str = "file:///work/fit") -> list[str]:
    put(root, f"{INFO}/METADATA", "Metadata-Version: 2.1\nName: fit\nVersion: 1.0\n")
    put(root, f"{INFO}/direct_url.json", f'{{"url": "{url}", "dir_info": {{"editable": true}}}}')
    put(root, f"{INFO}/RECORD", f"{record}fit-1.0.dist-info/direct_url.json,,\n")
    for name, content in files.items():
        put(root, f"site-packages/{name}", content)
    found = read(world(root), ["/site-packages"]).sources_gone
    return found.get(f"/{INFO}", [])


@pytest.mark.parametrize(
    "record", ["__editable__.fit-1.0.pth,,\n", "_fit.pth,sha256=x,17\nfit-1.0.dist-info/RECORD,,\n"]
)
def test_a_folder_that_a_pth_file_adds_and_that_is_gone(tmp_path: Path, record: str) -> None:
    name = record.partition(",")[0]
    assert gone(tmp_path, record, {name: "# a remark\n/work/fit/src\n"}) == ["/work/fit/src"]
    put(tmp_path, "work/fit/src/fit.py")
    assert gone(tmp_path, record, {name: "/work/fit/src\n"}) == []


def test_a_module_that_setuptools_finder_maps_and_that_is_gone(tmp_path: Path) -> None:
    files = {
        "__editable__.fit-1.0.pth": "import __editable___fit_1_0_finder; __editable___fit_1_0_finder.install()",
        FINDER: "MAPPING: dict[str, str] = {'fit': '/work/fit/fit', 'single': '/work/fit/single'}\n",
    }
    record = f"__editable__.fit-1.0.pth,,\n{FINDER},,\n"
    put(tmp_path, "work/fit/single.py")
    assert gone(tmp_path, record, files) == ["/work/fit/fit"]
    put(tmp_path, "work/fit/fit/__init__.py")
    assert gone(tmp_path, record, files) == []


def test_where_nothing_else_tells_the_projects_folder_counts(tmp_path: Path) -> None:
    assert gone(tmp_path, "", {}, "file:///work/my%20fit") == ["/work/my fit"]
    put(tmp_path, "work/my fit/pyproject.toml")
    assert gone(tmp_path, "", {}, "file:///work/my%20fit") == []


def test_a_finder_that_is_no_python_accuses_nobody(tmp_path: Path) -> None:
    put(tmp_path, "work/fit/pyproject.toml")
    assert gone(tmp_path, f"{FINDER},,\n", {FINDER: "MAPPING = ["}) == []


def hidden(root: Path, files: dict[str, str]) -> dict[str, str]:
    record = "".join(f"{name},,\n" for name in files if "/" not in name)
    put(root, f"{INFO}/METADATA", "Metadata-Version: 2.1\nName: fit\nVersion: 1.0\n")
    put(root, f"{INFO}/direct_url.json", '{"url": "file:///work/fit", "dir_info": {"editable": true}}')
    put(root, f"{INFO}/RECORD", f"{record}fit-1.0.dist-info/direct_url.json,,\n")
    put(root, "work/fit/src/fit/__init__.py")
    put(root, "work/fit/src/tests/__init__.py")
    for name, content in files.items():
        put(root, f"site-packages/{name}", content)
    return read(world(root), ["/site-packages", "/work/fit/src"]).sources_hidden.get(f"/{INFO}", {})


MAPPED = {FINDER: "MAPPING: dict[str, str] = {'fit': '/elsewhere/fit'}\n"}
REDIRECTED = {
    "_editable_impl_fit.py": "from editables.redirector import RedirectingFinder as F\nF.install()\n"
    "F.map_module('fit', '/elsewhere/fit/__init__.py')\n"
}


@pytest.mark.parametrize("finder", [MAPPED, REDIRECTED])
def test_any_folder_of_the_name_hides_what_a_finder_serves(tmp_path: Path, finder: dict[str, str]) -> None:
    put(tmp_path, "elsewhere/fit/__init__.py")
    for name in ("work/fit/src/fit/__init__.py", "site-packages/other/fit/x.py"):
        put(tmp_path, name)
    found = hidden(tmp_path, finder | {"fit/tests/data.txt": ""})
    assert found == {"fit": "/site-packages/fit"}


def test_a_finder_is_not_hidden_by_its_own_source(tmp_path: Path) -> None:
    assert hidden(tmp_path, {FINDER: "MAPPING: dict[str, str] = {'fit': '/work/fit/src/fit'}\n"}) == {}


def test_a_module_in_front_hides_a_folder_that_a_pth_file_adds_and_an_empty_folder_does_not(tmp_path: Path) -> None:
    added = {"_fit.pth": "/work/fit/src\n"}
    assert hidden(tmp_path, added | {"fit/data.txt": "", "tests/__init__.py": ""}) == {}
    assert hidden(tmp_path, added | {"fit.py": ""}) == {"fit": "/site-packages/fit.py"}
    assert hidden(tmp_path, added | {"fit/__init__.py": ""}) == {"fit": "/site-packages/fit/__init__.py"}
