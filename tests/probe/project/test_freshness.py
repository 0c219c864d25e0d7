"""The digests by which Poetry, PDM and Pipenv know their lists again: those below were computed by Poetry 2.5.1 (the
second one as before 2.3), PDM 2.29.4 and Pipenv 2026.10.3."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.facts import Missing, Project
from envdoctor.probe.project.freshness import digest_in, stale
from envdoctor.probe.project.whole import find
from envdoctor.probe.world import World
from tests.probe.project.test_projects import put

STANDARD = """[project]
name = "fit"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["six>=1.15", "idna>=3"]
[project.optional-dependencies]
plot = ["iniconfig>=1"]
[dependency-groups]
dev = ["packaging>=23"]
"""
POETRY = """[tool.poetry]
name = "fit"
[tool.poetry.dependencies]
python = "^3.10"
six = ">=1.15"
[tool.poetry.group.dev.dependencies]
packaging = ">=23"
"""
PIPFILE = """[[source]]
url = "https://pypi.org/simple"
verify_ssl = true
name = "pypi"
[packages]
six = "*"
[dev-packages]
iniconfig = "*"
[docs]
idna = "*"
"""
ROWS = [
    ("poetry.lock", STANDARD, "1673497140a7a4a3e499be915e0a724fd48cf207d2bd169a392f3a6493a9b222"),
    ("poetry.lock", STANDARD, "7ce68ac5c301009ffdd7d35fe9ddfa20701343acf15e56b2edbd68333ca4f1b8"),
    ("poetry.lock", POETRY, "32ab47941a692c331ccdc2341a8d2cc1b1467f682f646e56e321b25a9204bf94"),
    ("pdm.lock", STANDARD, "b86e5296db690b6a56d947c75019cd5f369d9db89c6262de01ed77c972c22ca4"),
    ("Pipfile.lock", PIPFILE, "2eac0251d71f409b9ceb31de14c6980e9a3f0f3659570f63e07ceb75c58bb58b"),
]


@pytest.mark.parametrize(("kind", "text", "digest"), ROWS)
def test_a_lock_is_known_by_the_digest_of_its_list(kind: str, text: str, digest: str) -> None:
    assert stale(kind, tomllib.loads(text), digest) == ""
    assert stale(kind, tomllib.loads(f"# ours\n{text}\n[tool.black]\nline-length = 99\n".replace("\n\n[tool", "\n[tool")
                                     if kind != "Pipfile.lock" else f"# ours\n{text}"), digest) == ""  # fmt: skip
    said = stale(kind, tomllib.loads(text.replace("six", "attrs")), digest)
    assert isinstance(said, str) and "was changed since" in said


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("poetry.lock", f'[metadata]\nlock-version = "2.1"\ncontent-hash = "{"a" * 64}"\n', "a" * 64),
        ("pdm.lock", f'[metadata]\nlock_version = "4.5.0"\ncontent_hash = "sha256:{"b" * 64}"\n', "b" * 64),
        ("Pipfile.lock", f'{{"_meta": {{\n"hash": {{\n"sha256": "{"c" * 64}"\n}}}}}}', "c" * 64),
        ("Pipfile.lock", f'{{"_meta":{{"hash":{{"sha256":"{"c" * 64}"}}}}}}', "c" * 64),
        ("poetry.lock", "[metadata]\n", ""),
        ("uv.lock", f'content-hash = "{"a" * 64}"\n', ""),
    ],
)
def test_the_digest_stands_in_the_lock(kind: str, text: str, found: str) -> None:
    assert digest_in(text, kind) == found


def test_what_cant_be_told_is_unknown() -> None:
    dated: dict[str, Any] = tomllib.loads("[project]\nname = 'fit'\ndependencies = [2020-01-01]\n")
    assert isinstance(stale("poetry.lock", dated, "0" * 64), Missing)
    members = tomllib.loads('[project]\nname = "fit"\n[tool.pdm.workspace]\nmembers = ["a"]\n')
    assert isinstance(stale("pdm.lock", members, "0" * 64), Missing)
    assert stale("pdm.lock", tomllib.loads(POETRY), "0" * 64) is None
    assert stale("poetry.lock", tomllib.loads(POETRY), "") is None


def behind(root: Path, files: dict[str, str]) -> dict[str, list[str]]:
    put(root, files)
    found = find(World(root=str(root), home="/home/ada", cwd="/home/ada/fit", environ={}))
    assert isinstance(found, Project)
    return ProjectModel(found).behind()


LOCK = '[[package]]\nname = "six"\nversion = "1.0"\n\n[metadata]\nlock-version = "2.1"\ncontent-hash = "{}"\n'


def test_the_digest_decides_whether_a_lock_is_behind(tmp_path: Path) -> None:
    """The version in the lock does not do by the list: Poetry goes by the digest, and it fits."""
    assert behind(tmp_path, {"pyproject.toml": POETRY, "poetry.lock": LOCK.format(ROWS[2][2])}) == {}
    changed = behind(
        tmp_path, {"pyproject.toml": POETRY.replace('"^3.10"', '"^3.11"'), "poetry.lock": LOCK.format(ROWS[2][2])}
    )
    assert changed == {"poetry.lock": ["pyproject.toml:5: six>=1.15, and it has 1.0"]}
    met = LOCK.replace('"1.0"', '"1.17.0"').format("0" * 64)
    (row,) = behind(tmp_path, {"pyproject.toml": POETRY, "poetry.lock": met})["poetry.lock"]
    assert row.startswith("pyproject.toml was changed since")
