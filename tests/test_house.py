"""The house in order: checks, pages, guide, tables and modules agree with one another."""

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from envdoctor import api
from envdoctor.cli.group import COMMANDS, cli
from envdoctor.engine.plugins import built_in
from envdoctor.engine.rules import Rule
from envdoctor.engine.selection import DEEPENED
from envdoctor.facts import Facts
from envdoctor.guide import statements
from envdoctor.report.pages import path_of

ROOT = Path(__file__).parent.parent
CHECKS = ROOT / "checks" / "envdoctor_checks"
PAGES = {
    rule.code: Path(path_of(rule, loaded.check))
    for loaded in built_in(fleets=True).checks
    for rule in loaded.check.rules
}
RULES = [rule for loaded in built_in(fleets=True).checks for rule in loaded.check.rules]
HEADINGS = ["What", "Why it matters", "Fix", "When to ignore it", "Sources"]


def test_codes_are_unique_and_names_within_a_family() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({(rule.code[:-3], rule.name) for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_named_after_the_fault_and_cites_the_guide(rule: Rule) -> None:
    family, number = rule.code[:-3], rule.code[-3:]
    assert family.isalpha() and family.isupper() and number.isdigit()
    assert rule.name == rule.name.lower() and " " not in rule.name
    assert set(rule.guide) <= statements().keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_has_a_page_with_every_heading_and_a_source(rule: Rule) -> None:
    text = PAGES[rule.code].read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0] == f"# {rule.code} {rule.name}"
    assert [line[3:] for line in lines if line.startswith("## ")] == HEADINGS
    assert "https://" in text.partition("## Sources")[2]


def test_the_rules_that_deep_asks_for_say_so_on_their_pages() -> None:
    assert set(DEEPENED) <= {rule.code for rule in RULES}
    deepened = {code for code, path in PAGES.items() if "--deep" in path.read_text(encoding="utf-8")}
    assert deepened == set(DEEPENED)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_names_the_command_that_cures_or_says_that_nothing_need_be_done(rule: Rule) -> None:
    text = PAGES[rule.code].read_text(encoding="utf-8")
    fix = text.partition("## Fix\n\n")[2].partition("\n\n## ")[0]
    assert "`" in fix or fix.lower().startswith(("nothing", "none is needed", "as a rule nothing")), fix


def test_the_readme_shows_every_command_and_no_option_that_there_is_not() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [shlex.split(line, comments=True) for line in re.findall(r"(?m)^(?:- run: )?(envdoctor [a-z].*)$", text)]
    assert {words[1] for words in shown} == set(COMMANDS)
    for _, name, *words in shown:
        context = cli.make_context("envdoctor", [name])
        command = cli.get_command(context, name)
        assert command is not None
        words = words[: words.index("--")] if "--" in words else words  # the rest is a command of the user's
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known, (name, words)


def test_no_page_lacks_its_rule() -> None:
    assert set(CHECKS.rglob("*.md")) == set(PAGES.values())


def test_a_check_needs_only_sections_that_there_are() -> None:
    sections = {field.name for field in msgspec.structs.fields(Facts)} | {
        "level",
        "fleet",
    }  # a setting, and many patients
    for loaded in built_in(fleets=True).checks:
        assert set(loaded.check.needs) <= sections, loaded.check.name


def test_the_api_exports_what_it_says() -> None:
    assert sorted(api.__all__) == sorted(set(api.__all__))
    for name in api.__all__:
        assert hasattr(api, name)


def test_every_rule_is_in_the_table_of_rules() -> None:
    table = (ROOT / "checks" / "README.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"[{rule.code}]({PAGES[rule.code].relative_to(ROOT / 'checks').as_posix()}) | {rule.name} |" in table


def test_the_top_floor_fits_on_one_hand() -> None:
    """Rooms are added beside one another only as far as a newcomer can take them in."""
    top = [path.name for path in (ROOT / "src" / "envdoctor").iterdir() if path.name != "__pycache__"]
    assert len([name for name in top if name not in ("__init__.py", "__main__.py", "py.typed")]) <= 20


def test_complexity_is_limited_in_every_module() -> None:
    """Not the lines of some: no module is left out but what runs in the patient, in the syntax of old Pythons."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "C90" in settings["select"]
    assert settings["mccabe"]["max-complexity"] <= 15
    excused = [folder for folder, codes in settings["per-file-ignores"].items() if {"ALL", "C90", "C901"} & set(codes)]
    assert excused == ["src/envdoctor/probe/inside/*"]
    sources = [path for folder in ("src", "checks") for path in (ROOT / folder).rglob("*.py")]
    assert not [path.name for path in sources if re.search(r"noqa: *(?:C90|PLR091)", path.read_text(encoding="utf-8"))]


def test_a_check_up_imports_nothing_heavy() -> None:
    """Each of these takes milliseconds, of a budget of about seventy for the whole check-up."""
    code = (
        "import sys, json\n"
        "from envdoctor.cli import app as cli\n"
        "from envdoctor.cli.commands import check\n"
        "from envdoctor.engine.plugins import collect\n"
        "from envdoctor.probe import gather\n"
        "from envdoctor.report.formats import json as document\n"
        "collect()\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "tests")
    heavy = {
        "envdoctor.rehearsal",
        "envdoctor.report.rehearsal",
        "envdoctor.report.resolution",
        "envdoctor.resolution",
        "numpy",
        "pathlib",
        "dataclasses",
        "importlib.metadata",
        "packaging",
        "psutil",
        "rich",
        "yaml",
        "tomllib",
    }
    heavy |= {"threadpoolctl", "asyncio", "concurrent.futures", "hashlib", "http", "shutil", "tempfile", "ssl"}
    heavy |= {"envdoctor.fleets", "envdoctor.facts.fleet", "envdoctor_checks.fleet"}  # many machines are no part of it
    assert heavy & set(json.loads(run.stdout)) == set()


PROGRAMS = (
    "conda",
    "mamba",
    "micromamba",
    "pip",
    "uv",
    "poetry",
    "pdm",
    "pipenv",
    "pixi",
    "pipx",
    "jupyter",
    "python3",
)
VERBS = {
    "add",
    "config",
    "create",
    "env",
    "init",
    "install",
    "lock",
    "pip",
    "remove",
    "run",
    "sync",
    "tool",
    "uninstall",
    "update",
}


def commands_in(source: str) -> list[str]:
    """Where a module of Python names `Run`, or has words in a row that are a program's command or an option."""
    held = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "Run" for alias in node.names):
            held.append(f"{node.lineno}: Run")
        if not isinstance(node, (ast.Tuple, ast.List)):
            continue
        said = [word.value for word in node.elts if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        option = any(re.fullmatch(r"--?[a-z][a-z-]*", word) for word in said)
        if option or (said and said[0] in PROGRAMS and VERBS & set(said[1:])):
            held.append(f"{node.lineno}: {said}")
    return held


def test_checks_say_what_they_want_and_hold_no_command_line() -> None:
    """How it is done, and in whose words, is told in `envdoctor.fixes` alone; `Run` is for third parties."""
    assert commands_in('x = ("uv", "sync", root)') and commands_in('x = [python, "-m", "venv"]')
    assert commands_in("from envdoctor.api import Run")
    found = {file.name: commands_in(file.read_text()) for file in CHECKS.rglob("*.py")}
    assert {name: rows for name, rows in found.items() if rows} == {}


def tool_words(source: str) -> list[str]:
    """Where a module of Python speaks to a package manager: its name and one of its verbs in a row."""
    found = []
    for node in ast.walk(ast.parse(source)):
        row = node.elts if isinstance(node, (ast.Tuple, ast.List)) else node.args if isinstance(node, ast.Call) else []
        said = [word.value for word in row if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        if said and said[0] in PROGRAMS and VERBS & set(said[1:]):
            found.append(f"{ast.unparse(node)}")
    return found


def test_what_a_tool_is_told_is_written_where_the_tools_are() -> None:
    assert tool_words('run("uv", "sync", "--project", root)') and tool_words('x = ["conda", "install", name]')
    fixes = ROOT / "src" / "envdoctor" / "fixes"
    assert {file.name: tool_words(file.read_text(encoding="utf-8")) for file in fixes.glob("*.py")} == {
        file.name: [] for file in fixes.glob("*.py")
    }


def test_versions_and_requirements_are_read_by_packaging_in_one_place() -> None:
    """Everything else asks `envdoctor.ecosystem.versions`."""
    sources = [path for folder in ("src", "checks") for path in (ROOT / folder).rglob("*.py")]
    asking = r"(?m)^\s*(?:from|import) packaging\b"
    found = [path.name for path in sources if re.search(asking, path.read_text(encoding="utf-8"))]
    assert found == ["versions.py"]


# Where paths are the patient's, whose system may be another than ours. Channels are URLs.
PURE = [ROOT / "src" / "envdoctor" / room for room in ("ecosystem", "fixes", "guide", "origin", "report")] + [CHECKS]
EXEMPT = ("ecosystem/paths.py", "ecosystem/channels.py")
CUTS = {"partition", "rpartition", "split", "rsplit", "rstrip", "lstrip", "strip", "startswith", "endswith", "replace"}
SEPARATORS = ("/", "\\", "/\\", "\\/")


def habits(source: str) -> list[int]:
    """The lines on which paths are glued or cut as strings; one that ends in ``# no path`` is of something else."""
    lines = source.splitlines()
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not _is_habit(node):
            continue
        assert isinstance(node, ast.expr)
        if not any("# no path" in lines[number - 1] for number in (node.lineno, node.end_lineno or node.lineno)):
            found.add(node.lineno)
    return sorted(found)


def _is_habit(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):  # f"{folder}/name"
        return any(
            isinstance(before, ast.FormattedValue) and isinstance(after, ast.Constant) and _glue(str(after.value))
            for before, after in zip(node.values, node.values[1:], strict=False)
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):  # folder + "/"
        texts = [side.value for side in (node.left, node.right) if isinstance(side, ast.Constant)]
        return any(isinstance(text, str) and (_glue(text) or text[-1:] in ("/", "\\")) for text in texts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CUTS:
        inside = [item.value for word in node.args for item in ast.walk(word) if isinstance(item, ast.Constant)]
        return any(isinstance(text, str) and text in SEPARATORS for text in inside)
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in (("os", "path"), ("os", "sep"))
    )


def _glue(text: str) -> bool:
    return re.match(r"/(?!>)|\\(?=[A-Z{]|$)", text) is not None


def test_paths_of_a_patient_are_never_glued_or_cut_as_strings() -> None:
    """`envdoctor.ecosystem.paths` knows containment, joining and case for the patient's system."""
    files = [path for folder in PURE for path in folder.rglob("*.py") if not path.as_posix().endswith(EXEMPT)]
    found = {
        str(path.relative_to(ROOT)): lines for path in files if (lines := habits(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        'path.startswith(prefix + "/")',
        'path.startswith(f"{prefix}/")',
        'x = f"{prefix}/bin/python"',
        'x = prefix + "/lib"',
        'path.rpartition("/")[2]',
        'path.replace("\\\\", "/")',
        "os.path.join(a, b)",
        'x = rf"{prefix}\\Scripts"',
    ],
)
def test_the_test_of_paths_notices(line: str) -> None:
    assert habits(line) == [1]
