"""The words that texts for users do without."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Plain words instead: shows, again, could not be checked, ignored, nothing to do, reinstall, supports, is empty.
AVOIDED = re.compile(
    r"\b(?:tells?|telling|told)\b|\banew\b|\bno verdict\b|\bput up with\b|\bexcuses?d?\b|\bnothing has to be done\b"
    r"|\bwhoever\b|\bbears?\b|\ba tenth of a second\b|\bholds nothing\b|\bof which\b|\bno more than\b|\bto be had\b"
    r"|(?:^|[.!?:] )(?:Of an? [a-z]|What [^.?]*, that )",
    re.IGNORECASE | re.MULTILINE,
)


GENERATED = (
    "rules",
    "symptoms",
    "generated",
    "_generated_example.md",
    "fix-efficacy.md",
)  # below docs: copies of what is read elsewhere


def documents() -> list[Path]:
    """The pages of the documentation that somebody has written."""
    return [path for path in (ROOT / "docs").rglob("*.md") if not set(path.relative_to(ROOT).parts) & set(GENERATED)]


def texts() -> Iterator[tuple[str, str]]:
    """Every text that a user can meet, with its file: strings of the code (no docstrings), pages, data, documents."""
    for folder in ("src", "checks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for text in _strings(ast.parse(path.read_text(encoding="utf-8"))):
                yield path.relative_to(ROOT).as_posix(), text
    pages = [*(ROOT / "checks").rglob("*.md"), *documents(), *(ROOT / "src").rglob("*.toml")]
    for path in sorted([*pages, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.relative_to(ROOT).as_posix(), line


def _strings(tree: ast.Module) -> Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def found() -> list[str]:
    """The texts with a word that is avoided, each with its file."""
    return [f"{file}: {text.strip()}" for file, text in texts() if AVOIDED.search(text) and " " in text.strip()]
