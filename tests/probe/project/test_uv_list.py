"""The list that uv writes into its lock; the lock's text below is uv 0.13.9's."""

import tomllib

import pytest

from envdoctor.probe.project.freshness import digest_in, stale

LIST = """[project]
name = "Fit.It"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["six>=1.15, <2", "idna[all] ~=3.0; python_version<'3.13'"]
[project.optional-dependencies]
Plot_it = ["iniconfig>=1"]
[dependency-groups]
dev = ["packaging>=23", {include-group = "t"}]
t = ["pluggy"]
"""
LOCK = """version = 1
revision = 3
requires-python = ">=3.10"

[[package]]
name = "fit-it"
version = "1.0"
source = { virtual = "." }
dependencies = [
    { name = "idna", extra = ["all"], marker = "python_full_version < '3.13'" },
    { name = "six" },
]

[package.metadata]
requires-dist = [
    { name = "idna", extras = ["all"], marker = "python_full_version < '3.13'", specifier = "~=3.0" },
    { name = "iniconfig", marker = "extra == 'plot-it'", specifier = ">=1" },
    { name = "six", specifier = ">=1.15,<2" },
]
provides-extras = ["plot-it"]

[package.metadata.requires-dev]
dev = [
    { name = "packaging", specifier = ">=23" },
    { name = "pluggy" },
]
t = [{ name = "pluggy" }]

[[package]]
name = "idna"
version = "3.18"
"""


def judged(text: str, lock: str = LOCK) -> object:
    return stale("uv.lock", tomllib.loads(text), digest_in(lock, "uv.lock"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("six>=1.15, <2", "six<2,>=1.15"),
        ("six>=1.15, <2", "Six (>=1.15.0,<2)"),
        ('version = "1.0"', 'version = "2.0"'),
        (">=3.10", ">= 3.10.0"),
        ("Plot_it", "plot-IT"),
        ("[dependency-groups]", "[tool.black]\nline-length = 99\n[dependency-groups]"),
        ("[dependency-groups]", "[dependency-groups]\nempty = []"),
    ],
)
def test_the_same_list_in_other_words_is_the_same(old: str, new: str) -> None:
    assert judged(LIST.replace(old, new, 1)) is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("six>=1.15", "six>=1.16", "six"),
        (", \"idna[all] ~=3.0; python_version<'3.13'\"", "", "idna"),
        ('"six', '"attrs", "six', "attrs"),
        ('"iniconfig>=1"', '"iniconfig>=1", "attrs"', "attrs"),
        ('"packaging>=23"', '"packaging>=24"', "packaging"),
        ('t = ["pluggy"]', 't = ["pluggy", "attrs"]', "attrs"),
        (">=3.10", ">=3.11", "Python >=3.10"),
    ],
)
def test_another_list_is_told_by_what_differs(old: str, new: str, named: str) -> None:
    said = judged(LIST.replace(old, new, 1))
    assert isinstance(said, str) and said.startswith("pyproject.toml was changed since") and said.endswith(named)


def test_what_cannot_be_compared_is_not_judged() -> None:
    other = LIST.replace('"six', '"attrs", "six')
    assert judged(other, LOCK.replace("virtual", "registry")) is None  # no entry of the project's own
    assert judged(other, LOCK.replace("package.metadata", "package.other")) is None
    assert judged(other.replace("[project]", '[project]\ndynamic = ["dependencies"]')) is None
    assert judged('[tool.uv.workspace]\nmembers = ["a"]\n') is None
    of_a_folder = LOCK.replace('"six", specifier = ">=1.15,<2"', '"six", directory = "libs/six"')
    assert judged(LIST, of_a_folder) is None
    members = "[tool.uv.workspace]\nmembers = ['a']\n[project]"
    assert judged(LIST.replace(">=3.10", ">=3.9").replace("[project]", members, 1)) is None
