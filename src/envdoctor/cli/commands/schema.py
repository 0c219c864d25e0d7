"""``envdoctor schema``."""

import click

from envdoctor.cli import session
from envdoctor.facts import schema as schemas
from envdoctor.facts.recording import dump


@click.command("schema")
@click.argument("what", type=click.Choice(["report", "recording"]), default="report")
def command(what: str) -> int:
    """The JSON Schema of a report, or of a recording."""
    session.emit(dump(schemas.report() if what == "report" else schemas.recording(), 2) + "\n")
    return 0
