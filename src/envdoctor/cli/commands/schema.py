"""``envdoctor schema``."""

import click

from envdoctor.cli import session
from envdoctor.facts import schema as schemas
from envdoctor.facts.recording import dump


@click.command("schema")
@click.argument("what", type=click.Choice(["report", "recording", "why"]), default="report")
def command(what: str) -> int:
    """The JSON Schema of a report, a recording or an explanation."""
    schema = {"report": schemas.report, "recording": schemas.recording, "why": schemas.why}[what]
    session.emit(dump(schema(), 2) + "\n")
    return 0
