"""``envdoctor schema``."""

import click

from envdoctor.cli import session
from envdoctor.facts import schema as schemas
from envdoctor.facts.document import dump


@click.command("schema")
@click.argument("what", type=click.Choice(["report", "recording", "why", "fleet"]), default="report")
def command(what: str) -> int:
    """The JSON Schema of what envdoctor writes."""
    known = {"report": schemas.report, "recording": schemas.recording, "why": schemas.why, "fleet": schemas.fleet}
    session.emit(dump(known[what](), 2) + "\n")
    return 0
