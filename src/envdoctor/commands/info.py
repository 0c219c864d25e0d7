"""``envdoctor info``."""

from typing import Any

import click

from envdoctor import session
from envdoctor.commands import options
from envdoctor.reporters import facts as listing
from envdoctor.start import HeadStart


@click.command("info")
@options.python
@options.timeout
@options.project
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
        session.emit(listing.render_json(list(readers.read(given["timeout"])), style))
        return 0
    for facts in readers.read(given["timeout"]):
        session.emit(listing.render(facts, style))
    return 0
