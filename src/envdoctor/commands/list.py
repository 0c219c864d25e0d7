"""``envdoctor list``."""

import click

from envdoctor import session
from envdoctor.pages import listing
from envdoctor.plugins import collect
from envdoctor.recording import dump


@click.command("list", short_help="All rules, each with its severity and origin.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
def command(format_: str) -> int:
    """All rules: code, name, severity, guide statements, where it comes from."""
    rows = listing(collect())
    if format_ == "json":
        session.emit(dump(rows, 2) + "\n")
        return 0
    widths = [max(len(row[key]) for row in rows) for key in ("code", "name", "severity")]
    for row in rows:
        cells = [row[key].ljust(width) for key, width in zip(("code", "name", "severity"), widths, strict=True)]
        session.emit("  ".join([*cells, row["guide"] or "-", f"[{row['source']}]"]) + "\n")
    return 0
