"""``envdoctor guide``."""

import click

from envdoctor.checkup import level_of
from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.guide.profile import profile_of
from envdoctor.guide.routes import PREFERENCES
from envdoctor.report.formats import route

FORMATS = {"text": route.render, "json": route.render_json, "markdown": route.render_markdown}


@click.command("guide", short_help="Today's route to Python and NumPy on this machine.")
@options.python
@options.facts
@options.project
@options.timeout
@options.level
@click.option(
    "--prefer",
    type=click.Choice(PREFERENCES),
    help="The tool; pip stands for uv. [the project's, or what made this one]",
)
@click.option(
    "--gpu", type=click.Choice(["auto", "yes", "no"]), default="auto", help="With a GPU in mind. [what is here]"
)
@click.option("--format", "format_", type=click.Choice([*FORMATS]), default="text", help="[text]")
@click.option("--then", is_flag=True, help="The guide of 2020 beside it, and what has changed since.")
@options.color
@options.ascii_only
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    pythons: tuple[str, ...],
    facts_file: str | None,
    project: str | None,
    timeout: float | None,
    level: str | None,
    prefer: str | None,
    gpu: str,
    format_: str,
    then: bool,
    color: str,
    ascii_only: bool,
) -> int:
    """Today's route for this machine, ticked off where you are there already; with --then, the guide of 2020 beside it.

    \b
    envdoctor guide --level beginner
    envdoctor guide --prefer pixi --gpu yes
    envdoctor guide --format markdown > wiki.md
    """
    readers = session.Readers(head, pythons, facts_file, project)
    style = session.style(color, ascii_only)
    draw = FORMATS[format_]
    wanted = {"yes": True, "no": False}.get(gpu)
    for facts in readers.read(timeout):
        who = profile_of(facts, level_of(facts, level or "auto"), prefer or "", wanted)
        session.emit(draw(facts, who, style, then))
    return 0
