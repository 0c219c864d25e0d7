"""``envdoctor collector``."""

import click

from envdoctor import __version__
from envdoctor.cli import session
from envdoctor.cli.commands import options


@click.command("collector", short_help="One file that records a machine where nothing can be installed.")
@click.option("-o", "--output", "path", metavar="FILE", callback=options.path, help="Where to; else standard output.")
@options.force
def command(path: str | None, force: bool) -> int:
    """Write one file of standard library (Python 3.6 or newer) that records a machine where nothing can be installed.

    \b
    envdoctor collector -o collect.py
    python3 collect.py -o mine.json          on the other machine
    envdoctor check --facts mine.json        where envdoctor is
    """
    from envdoctor.probe.alone import program

    if path:
        session.write(path, program(__version__), force)
    else:
        session.emit(program(__version__))
    return 0
