"""``envdoctor snapshot``."""

import click

from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError


@click.command("snapshot", short_help="Record the facts, to be judged or compared elsewhere.")
@options.python
@options.timeout
@options.project
@options.deep
@click.option("-o", "--output", "path", metavar="FILE", help="Where to; else standard output.")
@click.option("--no-redact", is_flag=True, help="Leave your name, home and host in it; credentials never stay.")
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    pythons: tuple[str, ...],
    timeout: float | None,
    project: str | None,
    deep: bool,
    path: str | None,
    no_redact: bool,
) -> int:
    """Record the facts, without your name, home, host or credentials, to be judged or compared elsewhere.

    \b
    envdoctor snapshot -o mine.json
    envdoctor check --facts mine.json
    """
    readers = session.Readers(head, pythons, None, project)
    if len(pythons) > 1:
        raise UsageError("--python: a snapshot is of one patient; make one for each")
    for facts in readers.read(timeout, deep=deep):
        text = session.recording(facts, readers.world, no_redact)
        if path:
            session.write(path, text)
        else:
            session.emit(text)
    return 0
