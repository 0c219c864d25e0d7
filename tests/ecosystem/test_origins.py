"""Every kind of origin is known once, and everybody who must treat all of them does."""

import ast
from collections import Counter
from pathlib import Path

import msgspec
import pytest

import envdoctor
from envdoctor.ecosystem import origins
from envdoctor.ecosystem.origins import CONDA_LIKE, ENVIRONMENTS, GROUPS, OriginKind, Overlay, first_kind, kind_of
from envdoctor.facts import Facts, Link
from envdoctor.facts.document import dump, record
from envdoctor.facts.recording import load
from envdoctor.fixes import choose
from envdoctor.fixes.target import Target
from envdoctor.report import header
from envdoctor.testing import facts, patient

SOURCES = (Path(envdoctor.__file__).parent, Path(envdoctor.__file__).parents[2] / "checks" / "envdoctor_checks")


def made_by(kind: str, **changes: object) -> Facts:
    link = Link(kind=kind, detail="word", prefix="/opt/x")
    return facts(patient=patient(origin=[link]), **changes)


def test_each_kind_is_in_exactly_one_group() -> None:
    counts = Counter(kind for group in GROUPS for kind in group)
    assert counts == dict.fromkeys(OriginKind, 1)


@pytest.mark.parametrize("kind", OriginKind)
def test_each_kind_is_told_by_an_identifier(kind: OriginKind) -> None:
    """One that nobody makes is a word without a meaning."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (SOURCES[0] / "origin").glob("*.py"))
    sources += (SOURCES[0] / "ecosystem" / "origins.py").read_text(encoding="utf-8").partition("def installer_in")[0]
    assert f"OriginKind.{kind.name}" in sources


@pytest.mark.parametrize("kind", OriginKind)
def test_fixes_choose_a_tool_for_each_kind(kind: OriginKind) -> None:
    tool = choose(Target(made_by(kind)))
    fix = tool.install(["numpy"], False)
    assert fix.steps, kind


@pytest.mark.parametrize("kind", OriginKind)
def test_the_header_names_each_kind(kind: OriginKind) -> None:
    (value,) = (value for label, value in header.rows(made_by(kind)) if label == "Python")
    apart = {OriginKind.UV_VENV: "venv (word)", OriginKind.UV_TOOL: "uv-tool word"}
    assert value.startswith(apart.get(kind, f"{kind} (word)" if kind in ENVIRONMENTS else f"{kind} word"))


def test_a_kind_of_a_newer_version_is_kept_as_a_word_and_treated_as_unknown() -> None:
    newer = made_by("teleported")
    again = load(dump(record(newer, "9.9")), "newer.json")
    assert again.patient.origin[0].kind == "teleported"
    assert first_kind(again.patient) is OriginKind.UNKNOWN is kind_of("teleported")
    assert type(choose(Target(again))) is type(choose(Target(made_by("unknown"))))


def test_the_word_in_the_facts_is_in_the_sets() -> None:
    assert "miniforge" in CONDA_LIKE
    assert "venv" not in CONDA_LIKE
    assert msgspec.to_builtins(made_by("venv").patient.origin[0])["kind"] == "venv"


def test_no_other_module_collects_kinds() -> None:
    """Neither members nor their words: a set of kinds has a name, beside the kinds."""
    found = []
    for path in (path for root in SOURCES for path in root.rglob("*.py") if path != Path(origins.__file__)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Tuple | ast.List | ast.Set):
                members = [ast.unparse(item) for item in node.value.elts]
                words = {item.strip("'") for item in members} & {*OriginKind, *Overlay}
                if any(item.startswith(("OriginKind.", "Overlay.")) for item in members) or (
                    len(words) > 1 and words - PROGRAMS
                ):
                    found.append(f"{path.name}:{node.lineno} {members}")
    assert found == []


PROGRAMS = {  # words of kinds that are programs', packages' or package managers' names, too
    *(
        "conda",
        "micromamba",
        "pixi",
        "poetry",
        "pdm",
        "pipenv",
        "pipx",
        "virtualenv",
        "venv",
        "debian",
        "nix",
        "guix",
        "source",
    ),
}
