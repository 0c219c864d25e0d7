"""``envdoctor explain``."""

import click

from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.pages import page, show
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import validate


@click.command("explain")
@click.argument("rule")
@options.color
@options.ascii_only
def command(rule: str, color: str, ascii_only: bool) -> int:
    """A rule's page: what, why, fix, sources. RULE is a code or a name."""
    collection = collect()
    validate((rule,), [item for loaded in collection.checks for item in loaded.check.rules], "explain")
    session.emit(show(page(collection, rule), session.style(color, ascii_only)()))
    return 0
