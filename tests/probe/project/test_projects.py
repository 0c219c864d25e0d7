"""Small projects after public ones, from their files to the findings: read, judged, and no world touched but a folder."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from envdoctor.engine.findings import Finding
from envdoctor.facts import Facts, Link, Missing, Project
from envdoctor.guide.progress import PROGRESS
from envdoctor.probe.project.whole import find
from envdoctor.probe.world import World
from envdoctor.testing import changed, distribution, facts, interpreter, outcome, packages, patient
from envdoctor_checks.project import CHECKS

ROOT = "/home/ada/fit"
CORE = '[project]\nname = "core"\nversion = "1"\ndependencies = ["numpy"]\n'
TOP = (
    '[project]\nname = "top"\nversion = "1"\ndependencies = ["core"]\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    "[tool.uv.sources]\ncore = { workspace = true }\n"
)
LOCK = (
    'version = 1\n\n[[package]]\nname = "numpy"\nversion = "2.4.6"\nsource = { registry = "https://pypi.org/simple" }\n'
)
NUMPY = "dependencies:\n  - numpy>=1\n"

CASES = tomllib.loads((Path(__file__).parent / "projects.toml").read_text(encoding="utf-8"))["project"]


def put(root: Path, files: dict[str, str], folder: str = ROOT, encoding: str = "utf-8") -> None:
    (root / folder[1:]).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        file = root / folder[1:] / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding=encoding)


def seen(root: Path, cwd: str = ROOT) -> Project:
    found = find(World(root=str(root), home="/home/ada", cwd=cwd, environ={}), None, f"{ROOT}/.venv")
    assert isinstance(found, Project)
    return found


def sections(project: Project, installed: str, kind: str = "") -> dict[str, Any]:
    rows, conda = [], {}
    for word in installed.split():
        if word.startswith("conda:"):
            name, _, version = word[6:].partition("=")
            conda[name] = version
            continue
        word, _, needs = word.partition("<")
        name, _, version = word.partition("=")
        rows.append(distribution(name, version or "2.4.6", requested=True, requires=[needs] if needs else []))
    maker = kind or ("conda-env" if conda else "venv")
    who = changed(patient(), origin=[Link(kind=maker, prefix="/p/env")], prefix="/p/env", chosen="VIRTUAL_ENV")
    return {
        "project": project,
        "patient": who,
        "packages": packages(*rows, conda=conda or None),
        "interpreter": changed(interpreter(), version="3.12.1"),
    }


def told(given: dict[str, Any]) -> str:
    """All that the family says, as one text."""
    rows = []
    for check in CHECKS:
        result = outcome(check, **given)
        rows.append(f"{check.rules[0].code} {result.status}: {result.reason}")
        rows += [line for finding in result.findings for line in _lines(finding)]
    return "\n".join(rows)


def _lines(finding: Finding) -> list[str]:
    evidence = [f"{row.label} {row.value}" for row in finding.evidence]
    return [f"{finding.rule.code} {finding.severity} {finding.title}", *evidence, *map(repr, finding.remedies)]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_project_is_judged_by_what_its_own_tools_read(tmp_path: Path, case: dict[str, Any]) -> None:
    put(tmp_path, case["files"], encoding=case.get("encoding", "utf-8"))
    text = told(sections(seen(tmp_path), case.get("installed", ""), case.get("kind", "")))
    assert [word for word in case.get("said", ()) if word not in text] == [], text
    assert [word for word in case.get("unsaid", ()) if word in text] == [], text


@pytest.mark.parametrize("part", ["docs", "docs/source", "notebooks", "examples/first", "binder"])
def test_a_folder_of_documentation_or_notebooks_is_a_part_of_the_project(tmp_path: Path, part: str) -> None:
    put(tmp_path, {"pyproject.toml": CORE, f"{part}/requirements.txt": "sphinx\n"})
    project = seen(tmp_path, f"{ROOT}/{part}")
    assert (project.root, project.part) == (ROOT, part.partition("/")[0])
    assert "sphinx is missing" not in told(sections(project, "numpy"))


def test_an_example_with_a_manifest_of_its_own_is_a_project(tmp_path: Path) -> None:
    put(tmp_path, {"pyproject.toml": CORE, "examples/web/pyproject.toml": CORE, "lib/requirements.txt": "rich\n"})
    assert seen(tmp_path, f"{ROOT}/examples/web").root == f"{ROOT}/examples/web"
    assert seen(tmp_path, f"{ROOT}/lib").root == f"{ROOT}/lib"


def test_the_lock_and_the_groups_of_a_workspace_stand_at_its_root(tmp_path: Path) -> None:
    put(tmp_path, {
        "pyproject.toml": f'{TOP}[dependency-groups]\ndev = ["pytest"]\n',
        "packages/core/pyproject.toml": CORE,
        "packages/extra/pyproject.toml": CORE.replace("core", "extra").replace("numpy", "rich"),
        "uv.lock": LOCK,
    })  # fmt: skip
    member = seen(tmp_path, f"{ROOT}/packages/core")
    assert member.workspace is not None
    assert (member.root, member.workspace.root) == (f"{ROOT}/packages/core", ROOT)
    assert {item.name for item in member.workspace.members} == {"core", "extra"}
    for project in (member, seen(tmp_path)):
        text = told(sections(project, "numpy pytest rich core", "uv-venv"))
        for word in ("no lock file", "declared nowhere", "without any version", "REP002 warning", "does not fit"):
            assert word not in text, text


@pytest.mark.parametrize(
    ("members", "folder", "inside"),
    [
        ('["packages/*"]', "packages/a", True),
        ('["packages/*"]\nexclude = ["packages/a"]', "packages/a", False),
        ('["**/lib-?"]', "x/y/lib-a", True),
        ('["packages/*"]', "packages/deep/a", False),
        ("[]", "packages/a", False),
    ],
)
def test_who_is_a_member_of_a_workspace(tmp_path: Path, members: str, folder: str, inside: bool) -> None:
    put(tmp_path, {"pyproject.toml": TOP.replace('["packages/*"]', members), f"{folder}/pyproject.toml": CORE})
    assert (seen(tmp_path, f"{ROOT}/{folder}").workspace is not None) is inside
    own = seen(tmp_path).workspace
    assert own is not None
    assert [item.folder for item in own.members] == ([folder] if inside else [])


def test_the_lock_of_the_repository_serves_what_lies_in_it(tmp_path: Path) -> None:
    put(tmp_path, {".git/HEAD": "", "environment.yml": NUMPY, "conda-lock.yml": "version: 1\n"})
    put(tmp_path, {"lib/setup.py": "setup(install_requires=['numpy'])\n"})
    project = seen(tmp_path, f"{ROOT}/lib")
    assert [(item.file, item.purpose) for item in project.declarations] == [
        ("setup.py", "run"),
        ("../conda-lock.yml", "above"),
        ("../environment.yml", "above"),
    ]
    assert "no lock file" not in told(sections(project, "numpy"))


def test_the_tools_of_a_project_are_told_by_their_marks_the_locks_first(tmp_path: Path) -> None:
    built = f'{CORE}[tool.uv]\n[build-system]\nbuild-backend = "hatchling.build"\n'
    put(tmp_path, {"environment.yml": NUMPY, "pyproject.toml": built, "uv.lock": LOCK})
    marks = [(mark.tool, mark.file, mark.line) for mark in seen(tmp_path).tools]
    assert marks[0] == ("uv", "uv.lock", 0)
    assert {("conda", "environment.yml", 0), ("uv", "pyproject.toml", 5), ("hatch", "pyproject.toml", 7)} <= set(marks)


def test_the_routes_tick_what_the_model_says(tmp_path: Path) -> None:
    put(tmp_path, {"environment.yml": "dependencies:\n  - numpy=1.26.4=h0_0\n"})
    assert _ticks(facts(project=seen(tmp_path))) == (True, True)
    put(tmp_path, {"environment.yml": NUMPY})
    assert _ticks(facts(project=seen(tmp_path))) == (True, False)


def _ticks(found: Facts) -> tuple[bool | None, bool | None]:
    return PROGRESS["listed"](found), PROGRESS["locked"](found)


def test_a_link_in_a_folder_of_lists_is_not_followed_out_of_the_project(tmp_path: Path) -> None:
    put(tmp_path, {"setup.cfg": "", "env/x": ""})
    put(tmp_path, {"secret.yml": "dependencies:\n  - s3cret\n"}, "/etc")
    os.symlink("/etc/secret.yml", tmp_path / ROOT[1:] / "env" / "lab.yml")
    project = seen(tmp_path)
    assert "s3cret" not in str(project)
    assert not isinstance(project.unreadable, Missing)
    assert list(project.unreadable) == ["env/lab.yml"]
