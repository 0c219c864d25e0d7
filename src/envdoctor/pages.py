"""The rules' pages, and the list of rules."""

import os
import sys

from envdoctor.plugins import Collection
from envdoctor.reporters import Style
from envdoctor.rules import Check, Rule
from envdoctor.selection import UsageError
from envdoctor.text import lines, to_ascii


def find(collection: Collection, word: str) -> tuple[Rule, Check, str]:
    """The rule with this code or name, its check, and the distribution it comes from (empty: ours).

    Raises `UsageError` where there is none.
    """
    for loaded in collection.checks:
        for rule in loaded.check.rules:
            if word.upper() == rule.code or word.lower() == rule.name:
                return rule, loaded.check, loaded.source
    raise UsageError(f"{word}: no rule has this code or name; `envdoctor list` shows all")


def page(collection: Collection, word: str) -> str:
    """The Markdown page of a rule, which lies in ``advice/`` beside the module of its check."""
    rule, check, source = find(collection, word)
    module = sys.modules[check.examine.__module__]
    path = os.path.join(os.path.dirname(os.path.abspath(module.__file__ or "")), "advice", f"{rule.code}.md")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        raise UsageError(f"{rule.code}: {source or 'envdoctor'} brings no page for it ({path})") from None


def show(text: str, style: Style) -> str:
    """The page as it is for a pipe, drawn for a terminal with colour."""
    clean = "\n".join(lines(text.rstrip("\n"))) + "\n"
    if style.color:
        import io

        from rich.console import Console
        from rich.markdown import Markdown

        file = io.StringIO()
        # No environment: what it says of width and colour has been weighed (session).
        console = Console(file=file, width=style.width, force_terminal=True, legacy_windows=False, _environ={})
        console.print(Markdown(clean))
        clean = file.getvalue()
    return to_ascii(clean) if style.ascii else clean


def listing(collection: Collection) -> list[dict[str, str]]:
    """Code, name, severity (all it may take, worst first), guide statements and source of every rule, by code."""
    rows = []
    for loaded in collection.checks:
        for rule in loaded.check.rules:
            severities = sorted({rule.severity, *rule.varies}, key=lambda severity: severity.rank)
            rows.append(
                {
                    "code": rule.code,
                    "name": rule.name,
                    "severity": " / ".join(severities),
                    "guide": ", ".join(rule.guide),
                    "source": loaded.source or "envdoctor",
                }
            )
    return sorted(rows, key=lambda row: row["code"])
