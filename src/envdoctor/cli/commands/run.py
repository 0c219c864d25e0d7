"""``envdoctor run``."""

import os
import shutil
import signal
import sys

import click

from envdoctor.cli import explaining, session, tee
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError
from envdoctor.probe.world import World
from envdoctor.report.view import Style
from envdoctor.report.why.text import plain

# What a shell says of a command that a signal has ended; the command itself could not.
DEATHS = {
    "SIGSEGV": "Segmentation fault",
    "SIGILL": "Illegal instruction",
    "SIGBUS": "Bus error",
    "SIGABRT": "Aborted (core dumped)",
    "SIGKILL": "Killed",
    "SIGFPE": "Floating point exception",
}
WANTED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGPIPE")  # somebody has ended it: there is nothing to explain
NOT_FOUND, NOT_EXECUTABLE = 127, 126  # a shell's statuses


@click.command(
    "run",
    short_help="Run a command; if it fails, explain why.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("command_", metavar="COMMAND...", nargs=-1, type=click.UNPROCESSED, required=True)
@options.python
@options.color
@options.ascii_only
@click.pass_obj
def command(
    head: HeadStart, /, *, command_: tuple[str, ...], pythons: tuple[str, ...], color: str, ascii_only: bool
) -> int:
    """Run a command unchanged; if it fails, explain the end of its standard error.

    Standard input and output are the command's own, its status and signals are passed on. What
    explains the failure is written to standard error.

    \b
    envdoctor run -- python job.py
    envdoctor run -- mpirun -n 4 python job.py
    """
    try:
        ended = tee.run(command_)
    except FileNotFoundError:
        session.complain(f"run: {command_[0]}: there is no such command")
        return NOT_FOUND
    except OSError as error:
        session.complain(f"run: {command_[0]}: {error.strerror}")
        return NOT_EXECUTABLE
    if ended.status and _name(ended.signal) not in WANTED:
        _explain(
            head, ended, command_, pythons, session.style(color, ascii_only, home=head.around.home, stream=sys.stderr)
        )
    if _name(ended.signal) in WANTED:
        _end_likewise(ended.signal)
    return ended.status


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""


def _explain(head: HeadStart, ended: tee.Ended, argv: tuple[str, ...], pythons: tuple[str, ...], style: Style) -> None:
    text = "\n".join([plain(ended.said), *([DEATHS[name]] if (name := _name(ended.signal)) in DEATHS else [])])
    how = f"signal {name}" if (name := _name(ended.signal)) else f"status {ended.status}"
    session.complain(f"the command ended with {how}")
    if not text.strip():
        return
    world = World(home=head.around.home, cwd=head.around.cwd, environ=head.around.environ)
    own = python_of(argv[0], head.around.environ.get("PATH", ""))
    asked = explaining.Asked(text, pythons, instead=(own,) if own else ())
    try:
        for answer in explaining.answers(head, asked):
            if answer.status == explaining.UNKNOWN:
                session.complain(
                    "its last words are no error that envdoctor knows; `envdoctor check` examines the environment"
                )
            else:
                session.emit(explaining.told(answer, style, world), sys.stderr)
    except UsageError as error:
        session.complain(str(error))


def python_of(program: str, path: str) -> str:
    """The Python that a command runs with: itself, or the one that its first line names; empty where it is none."""
    found = shutil.which(program, path=path)
    if found is None:
        return ""
    if os.path.basename(found).startswith(("python", "pypy")):
        return found
    try:
        with open(found, "rb") as file:
            first = file.readline(1024)
    except OSError:
        return ""
    if not first.startswith(b"#!"):
        return ""
    named = os.fsdecode(first[2:]).split()
    return named[0] if named and os.path.basename(named[0]).startswith(("python", "pypy")) else ""


def _end_likewise(number: int) -> None:
    """End by the signal that ended the command: a shell's loop stops for Ctrl-C only if its child died of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
