"""``envdoctor why``."""

import os
import re
import sys
import time
from collections.abc import Iterable

import click

from envdoctor.cli import explaining, session
from envdoctor.cli.commands import options
from envdoctor.cli.files import ends, opened, pieces
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError
from envdoctor.report.why.text import plain, shorten

_OPTION = re.compile(r"--?[A-Za-z][A-Za-z-]*(?:=\S*)?")


class Pasted(click.Command):
    """A command whose text may begin with dashes, as a traceback of Jupyter's does: what is no option is text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        takes = {
            name: not item.is_flag and not item.count
            for item in self.params
            if isinstance(item, click.Option)
            for name in item.opts
        }
        takes |= dict.fromkeys(ctx.help_option_names, False)
        given: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for word in rest:
            name = word.partition("=")[0]
            if word == "--":
                words += rest
            elif name in takes:
                given.append(word)
                if takes[name] and "=" not in word and (value := next(rest, None)) is not None:
                    given.append(value)
            elif _OPTION.fullmatch(word):
                given.append(word)  # click says that there is none of this name
            else:
                words.append(word)
        return super().parse_args(ctx, [*given, "--", *words])


@click.command("why", cls=Pasted, short_help="What an error means and what explains it here.")
@click.argument("text", nargs=-1, shell_complete=options.place)
@options.python
@options.facts
@options.project
@options.timeout
@options.level
@options.prefer
@options.shell
@options.deep
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
    deep: bool,
    format_: str,
    color: str,
    ascii_only: bool,
    verbose: int,
) -> int:
    """What an error means, what explains it here, and what to do: TEXT is the error itself, a file, or - for stdin.

    The text is looked at and never run. Status 0: explained here; 1: known, and nothing here
    explains it; 3: not known.

    \b
    envdoctor why "ImportError: numpy.core.multiarray failed to import"
    envdoctor why traceback.txt
    python job.py 2>&1 | envdoctor why -
    """
    began = time.perf_counter()
    asked = explaining.Asked(pasted_text(text), pythons, facts_file, project, timeout, level, prefer, deep)
    style = session.style(color, ascii_only, verbosity=verbose, home=head.around.home)
    world = explaining.around(head)
    statuses = []
    for answer in explaining.answers(head, asked, began):
        told = explaining.told_to_programs if format_ == "json" else explaining.told
        session.emit(told(answer, style, world))
        statuses.append(answer.status)
    return min(statuses, default=3)


def pasted_text(words: tuple[str, ...], command: str = "why") -> str:
    """The text that is to be explained, plain. Raises `UsageError` where there is none."""
    text: str = plain(shorten(_text(words)))
    if not text.strip():
        raise UsageError(
            f"{command}: the text is empty; paste an error, name a file, or pipe it in: `envdoctor {command} -`"
        )
    return text


def _text(words: tuple[str, ...]) -> Iterable[bytes]:
    """What was pasted, or what the file that was named holds, piece by piece."""
    if words in ((), ("-",)):
        if not words and sys.stdin.isatty():
            raise UsageError("why: paste an error, name a file, or pipe it in: `envdoctor why -`")
        return pieces(sys.stdin.buffer)
    if len(words) == 1 and "\n" not in words[0] and os.path.exists(words[0]) and not os.path.isdir(words[0]):
        try:
            with opened(words[0]) as file:
                return ends(file)
        except OSError as error:
            raise UsageError(f"{words[0]}: {error.strerror}") from None
    if len(words) == 1 and words[0].startswith(("/", "./", "../", "~")) and len(words[0].split()) == 1:
        what = "Is a directory" if os.path.isdir(words[0]) else "No such file or directory"
        raise UsageError(f"why: {words[0]}: {what}")  # a path that was mistyped is no error message
    return [" ".join(words).encode("utf-8", "surrogatepass")]
