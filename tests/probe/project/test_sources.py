"""Where a project takes its dependencies from, when that is not the index that everybody asks."""

import pytest

from envdoctor.probe.project import locks
from envdoctor.probe.project.pyproject import pyproject
from envdoctor.probe.project.requirements_txt import indexes, parse


def nothing(path: str) -> None:
    return None


@pytest.mark.parametrize(
    ("line", "name", "source"),
    [
        ("tool@git+https://example.org/tool.git@v1", "tool", "git"),
        ("tool[all] @ git+ssh://git@example.org/tool.git", "tool", "git"),
        ("tool@https://example.org/tool-1.tar.gz", "tool", "url"),
        ("attrs @ file:///home/ada/attrs", "attrs", "path"),
        ("https://example.org/w/tool-1.0-py3-none-any.whl#sha256=00", "tool", "url"),
        ("./wheels/tool-1.0-1-py3-none-any.whl", "tool", "path"),
        ("git+https://example.org/x.git#subdirectory=a&egg=tool", "tool", "git"),
        ("-e git+https://example.org/x.git#egg=tool", "tool", "git"),
        ("tool>=1", "tool", ""),
    ],
)
def test_a_line_tells_the_name_and_the_source(line: str, name: str, source: str) -> None:
    (found,) = parse(line, "requirements.txt", nothing)
    assert (found.name, found.source) == (name, source)


def test_the_indexes_of_a_list_are_told_without_passwords() -> None:
    text = (
        "--extra-index-url https://ada:secret@wheels.example.org/simple\n-f ./wheels\n"
        "--index-url=https://pypi.org/simple\nnumpy --hash=sha256:00\n"
    )
    assert indexes(text) == ["wheels.example.org", "./wheels"]


SOURCES = """
[project]
name = "fit"
dependencies = ["core", "Lab_Tools>=1", "private", "rich"]
[tool.uv.sources]
core = { workspace = true }
lab-tools = [{ git = "https://example.org/lab.git", marker = "sys_platform == 'linux'" }]
private = { index = "lab" }
"""
POETRY = """
[tool.poetry.dependencies]
core = { path = "../core" }
lab = { git = "https://example.org/lab.git" }
private = { version = "^1", source = "lab" }
rich = [{ version = "^13", python = "<3.12" }, { version = "^14", python = ">=3.12" }]
[tool.poetry.dependencies.jax]
version = ">=0.4"
"""


def test_uvs_and_poetrys_sources_are_told() -> None:
    lists = pyproject(SOURCES, "pyproject.toml").lists
    assert [item.source for item in lists["pyproject"]] == ["workspace", "git", "index lab", ""]
    lists = pyproject(POETRY, "pyproject.toml").lists
    assert [item.source for item in lists["poetry"]] == ["path", "git", "index lab", "", "", ""]
    assert [item.specifier for item in lists["poetry"]][3:] == [">=13,<14", ">=14,<15", ">=0.4"]
    assert lists["poetry"][-1].line == 7


def test_a_locks_sources_are_told() -> None:
    uv = (
        '[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://pypi.org/simple" }\n'
        '[[package]]\nname = "b"\nversion = "1"\nsource = { git = "https://example.org/b?rev=1#2" }\n'
        '[[package]]\nname = "c"\nversion = "1"\nsource = { registry = "https://example.org/simple" }\n'
    )
    assert [(item.name, bool(item.source)) for item in locks.toml(uv)] == [("a", False), ("b", True), ("c", True)]
    poetry = (
        '[[package]]\nname = "a"\nversion = "1"\n\n[package.dependencies]\nb = "*"\n\n'
        '[[package]]\nname = "b"\nversion = "1"\n\n[package.source]\ntype = "git"\nurl = "https://example.org/b"\n'
    )
    assert [(item.name, bool(item.source)) for item in locks.toml(poetry)] == [("a", False), ("b", True)]
    named = poetry.replace('"git"', '"legacy"').replace("https://example.org/b", "https://pypi.org/simple")
    assert [bool(item.source) for item in locks.toml(named)] == [False, False]
    both = poetry.replace("[package.source]", '[package.dependencies]\nx = "*"\n\n[package.source]')
    assert [bool(item.source) for item in locks.toml(both)] == [False, True]


def test_a_key_of_the_lock_itself_is_no_packages() -> None:
    text = "package:\n- category: main\n  manager: pip\n  name: lib\n  version: '2020.12'\nname: other\nversion: 1\n"
    assert [(item.name, item.version) for item in locks.yaml(text)] == [("lib", "2020.12")]
