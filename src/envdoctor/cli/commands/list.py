"""``envdoctor list``."""

import click

from envdoctor.cli import session
from envdoctor.cli.pages import listing
from envdoctor.engine.plugins import collect
from envdoctor.facts.recording import dump

OWN = "envdoctor"


@click.command("list", short_help="All rules, each with its severity and origin.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
def command(format_: str) -> int:
    """All rules: code, name, severity, guide statements; where a rule comes from, unless it is envdoctor's own."""
    rows = listing(collect(fleets=True))
    if format_ == "json":
        session.emit(dump(rows, 2) + "\n")
        return 0
    cells = [(row["code"], row["name"], row["severity"].replace(" ", "")) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row, words in zip(rows, cells, strict=True):
        beginning = "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True))
        others = "" if row["source"] == OWN else f"  [{row['source']}]"
        session.emit(f"{beginning}  {row['guide'] or '-'}{others}\n")
    return 0
