"""``envdoctor info``."""

from typing import Any

import click

from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.report.formats import facts as listing


@click.command("info")
@options.python
@options.timeout
@options.project
@options.deep
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@options.ascii_only
@click.pass_obj
def command(head: HeadStart, /, **given: Any) -> int:
    """The facts, without judgement.

    With --format json the facts of one Python are a recording; those of several are one document,
    {"schema_version": …, "recordings": […]}.
    """
    readers = session.Readers(head, given["pythons"], None, given["project"])
    style = session.style("never", given["ascii_only"])()
    if given["format_"] == "json":
        session.emit(listing.render_json(list(readers.read(given["timeout"], deep=given["deep"])), style))
        return 0
    for facts in readers.read(given["timeout"], deep=given["deep"]):
        session.emit(listing.render(facts, style))
    return 0
