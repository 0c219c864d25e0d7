"""``envdoctor list``."""

import click

from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.pages import listing
from envdoctor.cli.pages import page as page_of
from envdoctor.engine.plugins import CheckSet, collect
from envdoctor.engine.rules import Severity
from envdoctor.engine.selection import UsageError, family_of
from envdoctor.facts.document import dump
from envdoctor.report.formats.findings import COLORS
from envdoctor.report.formats.page import Page

OWN = "envdoctor"


@click.command("list", short_help="All rules, each with its severity and a sentence.")
@click.argument("word", required=False, default="")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@options.color
@options.ascii_only
def command(word: str, format_: str, color: str, ascii_only: bool) -> int:
    """All rules, or those that have WORD in code, name or page: code, name, severity, guide statements, a sentence;
    where a rule comes from, unless it is envdoctor's own.

    \b
    envdoctor list THR
    envdoctor list libgomp
    """
    check_set = collect(fleets=True)
    rows = [row for row in listing(check_set) if _has(check_set, row, word)]
    if not rows:
        raise UsageError(f"list: no rule has {word!r} in its code, name or page; `envdoctor list` shows all")
    if format_ == "json":
        session.emit(dump(rows, 2) + "\n")
        return 0
    page = Page(session.style(color, ascii_only))
    cells = [(row["code"], row["name"], row["severity"].replace(" ", "")) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row, words in zip(rows, cells, strict=True):
        code, *rest = (word.ljust(width) for word, width in zip(words, widths, strict=True))
        others = "" if row["source"] == OWN else f"  [{row['source']}]"
        page.line(
            (code, COLORS[Severity(row["severity"].partition(" ")[0])]),
            f"  {'  '.join(rest)}  {row['guide'] or '-'}{others}",
        )
        page.clipped(row["says"] or "(no page)", " " * (widths[0] + 2))
    session.emit(page.text)
    return 0


def _has(check_set: CheckSet, row: dict[str, str], word: str) -> bool:
    """Whether a rule is meant: its code begins with the word, or its name or its page has it."""
    if row["code"].startswith(word.upper()) or word.lower() in row["name"]:
        return True
    if family_of(word, [rule for item in check_set.checks for rule in item.check.rules]) == word.upper():
        return False
    try:
        text = page_of(check_set, row["code"])
    except UsageError:
        return False
    return len(word) > 2 and word.lower() in " ".join(text.lower().split())
