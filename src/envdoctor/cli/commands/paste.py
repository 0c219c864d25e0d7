"""``envdoctor paste``."""

import sys
import time

import click

from envdoctor.cli import explaining, session
from envdoctor.cli.commands import options
from envdoctor.cli.commands.info import judged
from envdoctor.cli.commands.why import pasted_text
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError
from envdoctor.probe.world import redactor
from envdoctor.report.formats import Style, summary

ERROR_LINES = 30  # the end of a traceback says what failed


@click.command("paste", short_help="A block for an issue that can be read back.")
@click.argument("text", nargs=-1, shell_complete=options.place)
@options.python
@options.timeout
@options.project
@click.option("--all", "everything", is_flag=True, help="Add the whole recording, packed and folded, after asking.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    text: tuple[str, ...],
    pythons: tuple[str, ...],
    timeout: float | None,
    project: str | None,
    everything: bool,
    yes: bool,
) -> int:
    """A block for an issue: what `envdoctor info` shows, and what explains TEXT (an error, a file, or - for stdin).

    Your name, home and host are not in it, and all that is in it can be seen. Who gets it reads it back with
    `envdoctor check --facts ISSUE.txt`; rules that need what it does not hold are unknown there.

    \b
    envdoctor paste
    envdoctor paste traceback.txt
    envdoctor paste --all            with the recording, folded
    """
    began = time.perf_counter()
    if len(pythons) > 1:
        raise UsageError("--python: one Python is pasted at a time")
    if everything and not yes:
        _agreed()
    world = explaining.around(head)
    mask = redactor(world)
    if text:
        asked = explaining.Asked(pasted_text(text, "paste"), pythons, None, project, timeout)
        answer = next(iter(explaining.answers(head, asked, began)))
        report, lines = answer.report, asked.text.strip().splitlines()[-ERROR_LINES:]
        # A single line is repeated by what explains it.
        words = ["\n".join(lines)] if len(lines) > 1 else []
        explained = "\n".join([*words, explaining.told(answer, Style(verbosity=-1), world)])
    else:
        report = judged(next(iter(session.Readers(head, pythons, None, project).read(timeout))), began)
        explained = ""
    session.emit(summary.pasted(report, mask, explained) + (summary.folded(report, mask) if everything else ""))
    return 0


def _agreed() -> None:
    """Raises `UsageError` where nobody can be asked, and `click.Abort` where the answer is no."""
    if not sys.stdin.isatty():
        raise UsageError("paste --all: nobody is there to be asked; add --yes")
    click.confirm(
        "This adds names and versions of all packages, folders without your name, and settings. Add them?",
        abort=True,
        err=True,
    )
