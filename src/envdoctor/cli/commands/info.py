"""``envdoctor info``."""

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
def command(
    head: HeadStart,
    /,
    *,
    pythons: tuple[str, ...],
    timeout: float | None,
    project: str | None,
    deep: bool,
    format_: str,
    ascii_only: bool,
) -> int:
    """The facts, without judgement.

    With --format json the facts of one Python are a recording; those of several are one document,
    {"schema_version": …, "recordings": […]}.
    """
    readers = session.Readers(head, pythons, None, project)
    style = session.style("never", ascii_only)
    if format_ == "json":
        session.emit(listing.render_json(list(readers.read(timeout, deep=deep)), style))
        return 0
    for facts in readers.read(timeout, deep=deep):
        session.emit(listing.render(facts, style))
    return 0
