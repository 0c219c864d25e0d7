"""``envdoctor diff``."""

import click

from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.commands.info import judged
from envdoctor.cli.head_start import HeadStart
from envdoctor.report.difference import compare, render, render_json, sides


@click.command("diff", short_help="What differs between two recordings or interpreters.")
@click.argument("one", metavar="A", shell_complete=options.place)
@click.argument("other", metavar="B", shell_complete=options.place)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@options.timeout
@options.ascii_only
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    one: str,
    other: str,
    format_: str,
    timeout: float | None,
    ascii_only: bool,
) -> int:
    """What differs between two recordings, two interpreters, or one of each, and what is wrong with one of them only."""
    before, after = session.pair(head, (one, other), timeout)
    changes = compare(before, after)
    both = sides((one, other), judged(before, head.began), judged(after, head.began))
    style = session.style("never", ascii_only)
    session.emit(render_json(changes, both) if format_ == "json" else render(changes, style, both))
    return session.hindered((before, after))
