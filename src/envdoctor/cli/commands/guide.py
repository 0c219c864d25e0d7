"""``envdoctor guide``."""

import click

from envdoctor.checkup import level_of
from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.guide.profile import profile_of
from envdoctor.report.formats import route


@click.command("guide", short_help="The guide's route for this machine, then and today.")
@options.python
@options.facts
@options.project
@options.timeout
@options.level
@options.prefer
@click.option(
    "--gpu", type=click.Choice(["auto", "yes", "no"]), default="auto", help="With a GPU in mind. [what is here]"
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
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
    color: str,
    ascii_only: bool,
) -> int:
    """The guide's route for this machine, beside today's, ticked off where you are there already; and pip or conda.

    \b
    envdoctor guide --level beginner
    envdoctor guide --prefer pip --gpu yes
    """
    readers = session.Readers(head, pythons, facts_file, project)
    style = session.style(color, ascii_only)
    draw = route.render_json if format_ == "json" else route.render
    wanted = {"yes": True, "no": False}.get(gpu)
    for facts in readers.read(timeout):
        who = profile_of(facts, level_of(facts, level or "auto"), prefer or "", wanted)
        session.emit(draw(facts, who, style))
    return 0
