"""The project around the working directory, and its lists of dependencies."""

import os
import time
from pathlib import Path

import pytest

from envdoctor.facts import Missing, Project
from envdoctor.probe.project.whole import find
from envdoctor.probe.world import World


def found(root: Path, cwd: str = "/home/ada/fit", project: str | None = None) -> Project | None | Missing:
    (root / cwd.lstrip("/")).mkdir(parents=True, exist_ok=True)
    return find(World(root=str(root), home="/home/ada", cwd=cwd, environ={}), project)


def put(root: Path, *paths: str, content: str | bytes = "") -> None:
    for path in paths:
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def kinds(project: Project | None | Missing) -> list[tuple[str, str, bool]]:
    assert isinstance(project, Project)
    return [(item.file, item.kind, item.lock) for item in project.declarations]


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "environment.yml", "pixi.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt",
     "requirements-dev.in", "binder/x", "requirements/base.txt"],
)  # fmt: skip
def test_a_folder_with_a_list_of_dependencies_is_a_project(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"/home/ada/fit/{name}")
    project = found(tmp_path, "/home/ada/fit/src/deep")
    assert isinstance(project, Project)
    assert (project.root, project.evidence) == ("/home/ada/fit", name.partition("/")[0])


@pytest.mark.parametrize("names, is_one", [([".git/HEAD"], False), ([".git/HEAD", "a.py"], True), (["a.py"], False)])
def test_a_repository_is_a_project_if_it_holds_python(tmp_path: Path, names: list[str], is_one: bool) -> None:
    put(tmp_path, *(f"/home/ada/fit/{name}" for name in names))
    assert (found(tmp_path) is not None) == is_one


@pytest.mark.parametrize(
    "names, file",
    [
        (["setup.py", "README.md", "a.py"], "setup.py"),
        ([".git/HEAD", "a.py", "readme.rst", ".hidden"], "readme.rst"),
        ([".git/HEAD", "b.py", "a.py", "0/x"], "a.py"),
        (["requirements/base.txt"], None),
    ],
)
def test_a_file_for_findings_to_be_pinned_to_exists(tmp_path: Path, names: list[str], file: str | None) -> None:
    put(tmp_path, *(f"/home/ada/fit/{name}" for name in names))
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert project.file == file


def test_the_nearest_project_counts(tmp_path: Path) -> None:
    put(tmp_path, "/home/ada/pyproject.toml", "/home/ada/fit/pyproject.toml", "/home/ada/fit/sub/setup.py")
    project = found(tmp_path, "/home/ada/fit/sub/deep")
    assert isinstance(project, Project)
    assert project.root == "/home/ada/fit/sub"


def test_neither_home_nor_the_root_is_a_project(tmp_path: Path) -> None:
    put(tmp_path, "/home/ada/requirements.txt", "/requirements.txt")
    assert found(tmp_path, "/home/ada/fit") is None
    assert found(tmp_path, "/home/ada") is None
    assert found(tmp_path, "/srv/x") is None


def test_a_named_project_is_one_whatever_it_holds(tmp_path: Path) -> None:
    (tmp_path / "srv").mkdir()
    project = found(tmp_path, "/home/ada/fit", "../../../srv")
    assert isinstance(project, Project)
    assert (project.root, project.declarations) == ("/srv", [])
    assert found(tmp_path, "/home/ada/fit", "nowhere") == Missing("nowhere: no such folder")


def test_every_kind_of_list_is_told(tmp_path: Path) -> None:
    folder = "/home/ada/fit"
    put(tmp_path, *(f"{folder}/{name}" for name in (
        "environment.yml", "dev-environment.yaml", "requirements.txt", "Pipfile", "Pipfile.lock", "pixi.toml",
        "pixi.lock", "uv.lock", "poetry.lock", "pdm.lock", "conda-lock.yml", "pylock.toml", "pylock.dev.toml",
        "requirements/base.in", "requirements/notes.md", "README.md",
    )))  # fmt: skip
    put(tmp_path, f"{folder}/setup.py", content="setup(install_requires=['numpy'])")
    put(tmp_path, f"{folder}/setup.cfg", content="[flake8]")
    assert kinds(found(tmp_path)) == [
        ("Pipfile", "Pipfile", False),
        ("Pipfile.lock", "Pipfile.lock", True),
        ("conda-lock.yml", "conda-lock", True),
        ("dev-environment.yaml", "environment.yml", False),
        ("environment.yml", "environment.yml", False),
        ("pdm.lock", "pdm.lock", True),
        ("pixi.lock", "pixi.lock", True),
        ("pixi.toml", "pixi", False),
        ("poetry.lock", "poetry.lock", True),
        ("pylock.dev.toml", "pylock", True),
        ("pylock.toml", "pylock", True),
        ("requirements/base.in", "requirements", False),
        ("requirements.txt", "requirements", False),
        ("setup.py", "setup.py", False),
        ("uv.lock", "uv.lock", True),
    ]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", []),
        ("[project]\nname = 'fit'\n", ["pyproject"]),
        ("[project]\ndependencies = ['numpy']\n", ["pyproject"]),
        ("[project]\ndynamic = ['dependencies']\n", ["pyproject"]),
        ("[project]\ndynamic = ['version']\n", ["pyproject"]),
        ("[project]\ndynamic = 5\n", ["pyproject"]),
        ("project = 1\ntool = 2\n", []),
        ("[dependency-groups]\ndev = ['pytest']\n", ["dependency-groups"]),
        ("[tool.poetry]\nname = 'fit'\n[tool.pixi.project]\n[tool.ruff]\n", ["poetry", "pixi"]),
        ("[tool]\npoetry = 1\n", []),
    ],
)
def test_what_a_pyproject_declares(tmp_path: Path, text: str, expected: list[str]) -> None:
    put(tmp_path, "/home/ada/fit/pyproject.toml", content=text)
    assert [kind for _, kind, _ in kinds(found(tmp_path))] == expected


@pytest.mark.parametrize("content", ["a = ", b"\xff", "a = " + "[" * 100_000])
def test_a_pyproject_that_cannot_be_parsed_is_told(tmp_path: Path, content: str | bytes) -> None:
    put(tmp_path, "/home/ada/fit/pyproject.toml", content=content)
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert isinstance(project.unreadable, dict)
    assert project.unreadable["pyproject.toml"].startswith("/home/ada/fit/pyproject.toml:")


JUNK = ["5", "true", "'text'", "[]", "[5]", "['a', [1]]", "{}", "{ a = 5 }", "{ a = { b = [] } }", "1979-05-27"]
PLACES = [
    "project", "project.name", "project.dynamic", "project.dependencies", "project.optional-dependencies",
    "project.optional-dependencies.x", "dependency-groups", "dependency-groups.x", "tool", "tool.poetry",
    "tool.poetry.dependencies", "tool.poetry.dependencies.x", "tool.poetry.group", "tool.poetry.group.x",
    "tool.poetry.group.x.dependencies", "tool.poetry.dev-dependencies", "tool.pixi", "tool.pixi.dependencies",
    "tool.pixi.dependencies.x", "tool.pixi.feature", "tool.pixi.feature.x", "tool.pixi.pypi-dependencies.x",
    "packages", "packages.x", "dev-packages", "dependencies", "dependencies.x", "feature.x.dependencies.x",
]  # fmt: skip


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_a_manifest_is_read_past_or_told_but_never_a_crash(tmp_path: Path, junk: str) -> None:
    for number, place in enumerate(PLACES):
        for name in ("pyproject.toml", "pixi.toml", "Pipfile"):
            put(tmp_path, f"/home/ada/{number}/{name}", content=f"{place} = {junk}\n")
        assert isinstance(found(tmp_path, f"/home/ada/{number}"), Project), place


@pytest.mark.parametrize(
    "junk", ["", "5", "[]", "null", '{"default": 5}', '{"default": {"x": 5}}', '{"default": [5]}', "{"]
)
@pytest.mark.parametrize("name", ["Pipfile.lock", "uv.lock", "pixi.lock", "conda-lock.yml", "environment.yml"])
def test_junk_in_a_lock_file_is_read_past_or_told_but_never_a_crash(tmp_path: Path, name: str, junk: str) -> None:
    put(tmp_path, "/home/ada/fit/setup.py")
    put(tmp_path, f"/home/ada/fit/{name}", content=junk)
    assert isinstance(found(tmp_path), Project)


@pytest.mark.parametrize("name", ["Pipfile.lock", "uv.lock", "pixi.lock", "conda-lock.yml", "poetry.lock"])
@pytest.mark.parametrize("junk", ["", "{}", "hello\n  - there\n"])
def test_a_file_that_is_no_lock_is_none_without_packages(tmp_path: Path, name: str, junk: str) -> None:
    put(tmp_path, "/home/ada/fit/setup.py")
    put(tmp_path, f"/home/ada/fit/{name}", content=junk)
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert isinstance(project.unreadable, dict)
    assert name in project.unreadable


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("Pipfile.lock", '{"_meta": {}, "default": {}}'),
        ("uv.lock", "version = 1\n"),
        ("pixi.lock", "version: 6\nenvironments: {}\npackages: []\n"),
        ("conda-lock.yml", "version: 1\nmetadata: {}\npackage: []\n"),
    ],
)
def test_a_lock_may_hold_no_package(tmp_path: Path, name: str, empty: str) -> None:
    put(tmp_path, "/home/ada/fit/setup.py")
    put(tmp_path, f"/home/ada/fit/{name}", content=empty)
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert project.unreadable == {}


@pytest.mark.parametrize(
    ("name", "head", "row", "tail"),
    [
        ("setup.cfg", "[options]\ninstall_requires =\n", "  x\n", ""),
        ("requirements.txt", "", "x\n", ""),
        ("pyproject.toml", "[project]\nname = 'x'\ndependencies = [\n", "'x',\n", "]\n"),
    ],
)
def test_a_list_that_nobody_has_written_is_unknown(tmp_path: Path, name: str, head: str, row: str, tail: str) -> None:
    put(tmp_path, f"/home/ada/fit/{name}", content=head + row * 20_001 + tail)
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert isinstance(project.unreadable, dict)
    assert "more than 20,000 requirements" in project.unreadable[name]
    assert all(isinstance(declaration.requirements, Missing) for declaration in project.declarations)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    os.makedirs(tmp_path / "home/ada/fit/pyproject.toml")
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert project.unreadable == {"pyproject.toml": "/home/ada/fit/pyproject.toml: Is a directory"}


def test_a_list_that_powershell_wrote_is_read(tmp_path: Path) -> None:
    put(tmp_path, "/home/ada/fit/requirements.txt", content="numpy==1.26.4\n".encode("utf-16"))
    project = found(tmp_path)
    assert isinstance(project, Project)
    (declaration,) = project.declarations
    assert isinstance(declaration.requirements, list)
    assert [item.text for item in declaration.requirements] == ["numpy==1.26.4"]


@pytest.mark.parametrize(
    "line",
    ["-r ../../../proc/self/environ", "-c ../../.netrc", "--requirement=../../.netrc", "-r link.txt"],
)
def test_no_list_carries_what_lies_outside_the_project_into_a_report(tmp_path: Path, line: str) -> None:
    put(tmp_path, "/proc/self/environ", "/home/.netrc", "/home/ada/.netrc", "/etc/passwd", content="s3cret\n")
    put(tmp_path, "/home/ada/fit/requirements.txt", content=f"numpy\n{line}\n")
    os.symlink("../.netrc", tmp_path / "home/ada/fit/link.txt")
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert "s3cret" not in str(project)
    assert "lies outside the project" in str(project.unreadable)


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml", "environment.yml", "Pipfile", "setup.cfg"])
def test_a_file_of_the_project_that_is_a_link_to_elsewhere_is_not_read(tmp_path: Path, name: str) -> None:
    put(tmp_path, "/home/ada/.netrc", content="s3cret install_requires\n")
    (tmp_path / "home/ada/fit").mkdir()
    os.symlink("../.netrc", tmp_path / "home/ada/fit" / name)
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert "s3cret" not in str(project)
    assert isinstance(project.unreadable, dict)
    assert list(project.unreadable) == [name]


def test_lists_of_the_repository_around_the_project_are_read(tmp_path: Path) -> None:
    put(tmp_path, "/home/ada/all/.git/HEAD")
    put(tmp_path, "/home/ada/all/base.txt", content="scipy\n")
    put(tmp_path, "/home/ada/all/fit/requirements.txt", content="-r ../base.txt\nnumpy\n")
    project = found(tmp_path, "/home/ada/all/fit")
    assert isinstance(project, Project)
    (declaration,) = project.declarations
    assert not isinstance(declaration.requirements, Missing)
    assert [item.name for item in declaration.requirements] == ["scipy", "numpy"]


def test_of_a_long_line_sixty_characters_are_told(tmp_path: Path) -> None:
    put(tmp_path, "/home/ada/fit/requirements.txt", content="\0" * 1_000_000)
    project = found(tmp_path)
    assert isinstance(project, Project)
    assert len(str(project)) < 3_000


def test_lists_that_name_one_another_without_end_are_given_up(tmp_path: Path) -> None:
    names = [f"requirements-{number}.txt" for number in range(200)]
    for name in names:
        put(tmp_path, f"/home/ada/fit/{name}", content="".join(f"-r {other}\n" for other in names))
    began = time.process_time()
    project = found(tmp_path)
    assert time.process_time() - began < 10
    assert isinstance(project, Project)
    assert "MB of lists" in str(project.unreadable)


def test_many_dependencies_on_one_line_take_no_long_time(tmp_path: Path) -> None:
    items = ",".join(f'"n{number}"' for number in range(40_000))
    put(tmp_path, "/home/ada/fit/pyproject.toml", content=f'[project]\nname="x"\ndependencies=[{items}]\n')
    began = time.process_time()
    project = found(tmp_path)
    assert time.process_time() - began < 10
    assert isinstance(project, Project)
    assert project.declarations
