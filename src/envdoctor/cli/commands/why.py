"""``envdoctor why``."""

import os
import sys
import time

import click

from envdoctor.checkup import Options, diagnose, settings
from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.files import content
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import Selection, UsageError
from envdoctor.report.formats import explanation
from envdoctor.report.why import MOST_TEXT, explain


@click.command("why", short_help="What explains an error that is pasted, piped or in a file.")
@click.argument("text", nargs=-1)
@options.python
@options.facts
@options.project
@options.timeout
@options.level
@options.prefer
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@options.color
@options.ascii_only
@click.option("-v", "--verbose", count=True, help="The evidence, too, at level beginner.")
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    text: tuple[str, ...],
    pythons: tuple[str, ...],
    facts_file: str | None,
    project: str | None,
    timeout: float | None,
    level: str | None,
    prefer: str | None,
    format_: str,
    color: str,
    ascii_only: bool,
    verbose: int,
) -> int:
    """What explains an error: TEXT is the error itself, a file that holds it, or - for standard input.

    The text is looked at and never run. Status 1 where something here explains the error, else 0.

    \b
    envdoctor why "ImportError: numpy.core.multiarray failed to import"
    python job.py 2>&1 | envdoctor why -
    """
    began = time.perf_counter()
    pasted = _text(text)
    if not pasted.strip():
        raise UsageError("why: the text is empty; paste an error, name a file, or pipe it in: `envdoctor why -`")
    readers = session.Readers(head, pythons, facts_file, project)
    check_set = collect()
    chosen = settings(Config(), None, False, (), check_set.checks, level, prefer)
    plan = Options(check_set, Selection(), Config(), chosen)
    style = session.style(color, ascii_only, verbosity=verbose, home=head.around.home)
    explained = False
    for facts in readers.read(timeout):
        report = diagnose(facts, plan, began)
        found = explain(pasted, report)
        draw = explanation.render_json if format_ == "json" else explanation.render
        session.emit(draw(found, report, style))
        explained = explained or bool(found.causes or found.absent)
    return 1 if explained else 0


def _text(words: tuple[str, ...]) -> str:
    if words in ((), ("-",)):
        if not words and sys.stdin.isatty():
            raise UsageError("why: paste an error, name a file, or pipe it in: `envdoctor why -`")
        return sys.stdin.buffer.read(MOST_TEXT * 4).decode("utf-8", "replace")
    if len(words) == 1 and os.path.exists(words[0]) and not os.path.isdir(words[0]):
        try:
            return content(words[0])[: MOST_TEXT * 4].decode("utf-8", "replace")
        except OSError as error:
            raise UsageError(f"{words[0]}: {error.strerror}") from None
    if len(words) == 1 and words[0].startswith(("/", "./", "../", "~")) and len(words[0].split()) == 1:
        what = "Is a directory" if os.path.isdir(words[0]) else "No such file or directory"
        raise UsageError(f"why: {words[0]}: {what}")  # a path that was mistyped is no error message
    return " ".join(words)
