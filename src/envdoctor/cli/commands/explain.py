"""``envdoctor explain``."""

import click

from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.pages import page, show
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import validate


@click.command("explain")
@click.argument("rule", shell_complete=options.rules)
@options.color
@options.ascii_only
def command(rule: str, color: str, ascii_only: bool) -> int:
    """A rule's page: what, why, fix, sources. RULE is a code or a name."""
    check_set = collect(fleets=True)
    validate((rule,), [item for registered in check_set.checks for item in registered.check.rules], "explain")
    session.emit(show(page(check_set, rule), session.style(color, ascii_only)))
    return 0
