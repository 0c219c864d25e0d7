"""All commands, as click reads their command lines."""

from importlib import import_module

import click

from envdoctor import __version__
from envdoctor.cli import session
from envdoctor.cli.head_start import HeadStart

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


def obey(argv: list[str], head: HeadStart) -> int:
    """Read one command line and do what it says; the status to exit with. A fault of usage is one line on stderr."""
    try:
        status = cli.main(args=argv or ["--help"], prog_name="envdoctor", standalone_mode=False, obj=head)
        return int(status or 0)
    except click.ClickException as error:
        message = " ".join(error.format_message().split())
        told = "Did you mean" in message or not isinstance(error, click.UsageError)
        session.complain(message if told else f"{message.rstrip('.')}; `envdoctor --help` shows what there is")
        return 2
    except click.Abort:
        raise KeyboardInterrupt from None


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
