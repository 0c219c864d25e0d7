"""Where the page of a rule lies, and what it says."""

import re
from importlib import import_module
from pathlib import Path

from envdoctor.engine.checks import Check
from envdoctor.engine.rules import Rule


def text_of(rule: Rule, check: Check) -> str:
    """The rule's page as it is; empty where there is none."""
    try:
        with open(path_of(rule, check), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def source_of(text: str) -> str:
    """The first address that a page names as its source; empty where it names none."""
    found = re.search(r"https://[^\s<>)\]`]+", text.partition("## Sources\n")[2])
    return found[0] if found else ""


def sentence(rule: Rule, check: Check) -> str:
    """The first sentence of what a rule's page says; empty where there is no page."""
    return _says(text_of(rule, check))


def _says(text: str) -> str:
    what = " ".join(text.partition("## What\n")[2].partition("\n## ")[0].split())
    return re.split(r"(?<=[.:]) (?=[A-Z`])", what, maxsplit=1)[0]


def module_of(check: Check) -> str:
    """The check's module as a path within its package: ``envdoctor_checks/blas/slow_blas.py``."""
    parts = check.examine.__module__.split(".")
    return "/".join([*parts, "__init__.py"] if _file(check).stem == "__init__" else [*parts[:-1], f"{parts[-1]}.py"])


def _file(check: Check) -> Path:
    """The file of a check's module; a plug-in's is imported in another process, which has told it."""
    told: object = getattr(check.examine, "__file__", None)
    if told is None:
        told = import_module(check.examine.__module__).__file__
    return Path(str(told or ""))


def path_of(rule: Rule, check: Check) -> Path:
    """Where the page of a rule lies beside the module of its check: by the rule's name, or in ``advice/`` by its code."""
    folder = _file(check).absolute().parent
    named = folder / f"{rule.name.replace('++', 'xx').replace('-', '_')}.md"
    return named if named.is_file() else folder / "advice" / f"{rule.code}.md"
