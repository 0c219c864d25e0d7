"""The command line: finds the command, and turns every fault into one line and a status."""

import os
from importlib import import_module

import click

from envdoctor import __version__
from envdoctor.cli import session
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError
from envdoctor.facts.recording import RecordingError
from envdoctor.privacy.redact import hide
from envdoctor.probe.child import OURS
from envdoctor.probe.choose import PatientError

COMMANDS = (
    "check",
    "why",
    "run",
    "guide",
    "measure",
    "info",
    "paste",
    "snapshot",
    "collector",
    "diff",
    "fleet",
    "explain",
    "list",
    "schema",
    "new-check",
)
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def run(argv: list[str], head: HeadStart) -> int:
    """Run one command line; the status to exit with. Every fault of usage is one line on stderr."""
    hide(head.around.environ)
    try:
        status = cli.main(args=argv or ["--help"], prog_name="envdoctor", standalone_mode=False, obj=head)
        return int(status or 0)
    except click.ClickException as error:
        message = " ".join(error.format_message().split())
        told = "Did you mean" in message or not isinstance(error, click.UsageError)
        session.complain(message if told else f"{message.rstrip('.')}; `envdoctor --help` shows what there is")
        return 2
    except (UsageError, PatientError, RecordingError) as error:
        session.complain(str(error))
        return 2
    except session.OutputError as error:
        session.complain(str(error))
        return 3  # the disk, or who reads: nothing of it is a fault of envdoctor
    except (KeyboardInterrupt, click.Abort):
        session.complain("interrupted")
        return 130
    except MemoryError:
        return _without_memory()
    except SystemExit as leaving:  # click's shell completion
        return leaving.code if isinstance(leaving.code, int) else 0
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OURS:
            session.complain(f"envdoctor itself lacks what it needs: {error.strerror}: nothing was examined")
            return 3
        if isinstance(error, SystemError) and "exception" in str(error):  # CPython, where memory is refused
            return _without_memory()
        if os.environ.get("ENVDOCTOR_DEBUG"):
            raise
        session.complain(f"envdoctor itself failed: {type(error).__name__}: {error} (ENVDOCTOR_DEBUG=1 shows where)")
        return 4


# Made while there is memory.
_NO_MEMORY = (
    b"envdoctor: envdoctor itself has too little memory (ulimit -v, or the job's limit): nothing was examined\n"
)


def _without_memory() -> int:
    os.write(2, _NO_MEMORY)
    return 3


class Commands(click.Group):
    """Imports a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"no such command: {args[0]!r}{f'. Did you mean {close[0]!r}?' if close else ''}")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"envdoctor.cli.commands.{cmd_name.replace('-', '_')}").command
        return command


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, message="envdoctor %(version)s")
def cli() -> None:
    """The doctor for scientific-Python environments: finds what is wrong, says what to do about it, changes nothing.

    \b
    envdoctor check                      examine the environment in use
    envdoctor check --python .venv       examine another one
    envdoctor explain BLA001             what a rule means
    """
