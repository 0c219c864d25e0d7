"""The documentation: a page for each rule and each symptom, and no command in it that there is not."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml

from envdoctor import __version__
from envdoctor.cli import group
from envdoctor.engine.plugins import built_in
from envdoctor.report.why.symptoms import symptoms

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
BEFORE = ("RUN", "srun", "do")
WRITTEN = ("rules", "symptoms", "generated")


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("envdoctor_pages", DOCS / "_ext" / "envdoctor_pages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_symptom_has_a_page_that_begins_with_the_error(pages: ModuleType) -> None:
    written = pages.symptom_pages()
    assert set(written) == {"symptoms/index.md", *(f"symptoms/{row.name}.md" for row in symptoms())}
    for row in symptoms():
        page = written[f"symptoms/{row.name}.md"]
        assert page.startswith("# ") and row.means in page and row.source in page
        assert f"({row.name}.md)" in written["symptoms/index.md"]


def test_every_rule_has_a_page_with_links_that_can_be_followed(
    pages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "examples", lambda: {"PY008": ("base removed", "the report")})
    written = pages.rules(built_in(fleets=True))
    codes = {rule.code for registered in built_in(fleets=True).checks for rule in registered.check.rules}
    assert set(written) == {"rules/index.md", *(f"rules/{code}.md" for code in codes)}
    assert "the report" in written["rules/PY008.md"]
    for page in written.values():
        assert re.findall(r"(?<![<(\"`\w])https?://\S+", page) == []


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command line that begins with ``envdoctor`` in what people read."""
    fence = re.compile(r"^```(?:sh|dockerfile)\n(.*?)^```", re.MULTILINE | re.DOTALL)
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        if set(page.relative_to(ROOT).parts) & set(WRITTEN):
            continue
        for line in "\n".join(fence.findall(page.read_text(encoding="utf-8"))).splitlines():
            for part in parts(split(line)):
                while part and (part[0] in BEFORE or "=" in part[0]):
                    part = part[1:]
                if part and part[0].rpartition("/")[2] == "envdoctor":
                    yield f"{page.name}: {line}", part[1:]


def split(line: str) -> list[str]:
    """The words of a line of a shell, its operators words of their own."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
    lexer.whitespace_split = True
    return list(lexer)


def parts(words: list[str]) -> Iterator[list[str]]:
    """The commands of a line."""
    part: list[str] = []
    for word in [*words, ";"]:
        if set(word) <= set("&|;"):
            yield part
            part = []
        else:
            part.append(word)


def test_every_command_in_readme_and_documentation_is_one() -> None:
    """Words and options are taken as `envdoctor` takes them; nothing is run."""
    seen = 0
    for where, words in commands():
        context = click.Context(group.cli, info_name="envdoctor")
        name, command, rest = group.cli.resolve_command(context, words)
        assert command is not None, where
        try:
            command.make_context(name, list(rest), parent=context)
        except click.UsageError as error:
            pytest.fail(f"{where}: {error.message}")
        seen += 1
    assert seen > 40


def test_the_citation_and_the_forms_are_whole() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert (citation["version"], citation["license"]) == (__version__, "BSD-3-Clause")
    forms = [path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {"name", "description", "body"} <= set(form), path.name
        fields = [part["id"] for part in form["body"] if part["type"] != "markdown"]
        assert len(fields) == len(set(fields)) and fields, path.name
    assert len(forms) >= 3


def test_the_comparison_has_a_row_for_each_fault() -> None:
    from tests.comparison import FAULTS, PAGE

    page = PAGE.read_text(encoding="utf-8")
    assert [row for row, _, _ in FAULTS if f"| {row} | names it |" not in page] == [], "python -m tests.comparison"


def test_every_picture_is_shown_small_and_speaks_of_no_machine() -> None:
    from tests.pictures import KEPT, KEPT_PAGES, LARGEST, SHOWN

    text = "".join(page.read_text(encoding="utf-8") for page in [ROOT / "README.md", *DOCS.rglob("*.md")])
    expected = {*(f"{name}.svg" for name in SHOWN), *(f"{name}-{kind}.png" for name, kind in KEPT_PAGES)}
    assert {path.name for path in KEPT.iterdir()} == expected, "python -m tests.pictures"
    for name in expected:
        assert f"_static/pictures/{name})" in text, name
    for path in KEPT.glob("*.svg"):
        drawn = path.read_text(encoding="utf-8")
        assert len(drawn.encode()) <= LARGEST
        assert re.findall(r"url\((?!#)|https?://(?!www\.w3\.org/)|/(?:work|root|tmp)/", drawn) == [], path.name
