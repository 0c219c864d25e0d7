"""Options that several commands share."""

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

import click
from click.decorators import FC

from envdoctor.engine.selection import DEEPENED
from envdoctor.probe.choose import DEFAULT_TIMEOUT
from envdoctor.report.formats import FORMATS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 < value < inf:
        raise click.BadParameter(f"{value:g}: write a number of seconds above 0")
    return value


def path(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A variable of a CI job that is not set must not pass for an option that was not given."""
    if value == "":
        raise click.BadParameter("the path is empty")
    return value


def rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list["CompletionItem[str]"]:
    """The codes and names of rules that begin so; of words with commas, the last is completed."""
    from click.shell_completion import CompletionItem

    from envdoctor.engine.plugins import collect

    done, comma, word = incomplete.rpartition(",")
    known = [rule for registered in collect(fleets=True).checks for rule in registered.check.rules]
    found = [(rule.code, rule.name) for rule in known if rule.code.startswith(word.upper())]
    found += [(rule.name, rule.code) for rule in known if word and rule.name.startswith(word.lower())]
    return [CompletionItem(done + comma + text, help=other) for text, other in sorted(found)]


def place(context: click.Context, parameter: click.Parameter, incomplete: str) -> list["CompletionItem[str]"]:
    """A file or a folder, by the shell's own means."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


python = click.option(
    "--python",
    "pythons",
    multiple=True,
    shell_complete=place,
    metavar="PATH",
    help="An executable, a prefix or a project folder; may be repeated.",
)
project = click.option(
    "--project",
    metavar="DIR",
    callback=path,
    shell_complete=place,
    help="The project folder; else the nearest one upwards.",
)
timeout = click.option(
    "--timeout",
    type=float,
    callback=seconds,
    metavar="SECONDS",
    help=f"For each patient to answer, and for reading it from disk. [{DEFAULT_TIMEOUT:g}]",
)
force = click.option("--force", is_flag=True, help="Replace files that are there.")
deep = click.option(
    "--deep",
    is_flag=True,
    help="Take seconds: compare every .py with RECORD and conda's files with their hashes, read every extension, import "
    "NumPy to see which BLAS it uses, and whether its products are right. "
    f"Of checks this asks for {', '.join(DEEPENED)}: status 3 of `check` where one of them could not be done.",
)
facts = click.option(
    "--facts",
    "facts_file",
    metavar="FILE",
    callback=path,
    shell_complete=place,
    help="Judge a recording instead of a Python.",
)
level = click.option(
    "--level",
    type=click.Choice(["auto", "beginner", "advanced"]),
    help="Whom the advice is for. [auto: beginner where Anaconda is installed]",
)
prefer = click.option(
    "--prefer",
    type=click.Choice(["conda", "pip", "system"]),
    help="What a new environment is made with. [what made this one]",
)


def _shell(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    context.ensure_object(object)
    if value and context.obj is not None:
        context.obj.shell = value


shell = click.option(
    "--shell",
    type=click.Choice(["sh", "bash", "zsh", "fish", "pwsh", "powershell", "cmd"]),
    expose_value=False,
    callback=_shell,
    help="The shell that commands are written for. [the one that started envdoctor]",
)
color = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour."
)
ascii_only = click.option("--ascii", "ascii_only", is_flag=True, help="Nothing but ASCII.")


def select(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """As `words`; empty words (a variable of a CI job that is not set) choose no rule, and certainly not all."""
    chosen = words(context, parameter, values)
    if values and not chosen:
        raise click.BadParameter("no rule is named; `envdoctor list` shows all rules")
    return chosen


def words(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Repeatable and comma-separated."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def outputs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for value in values:
        name, _, path = value.partition("=")
        if name not in FORMATS or not path:
            raise click.BadParameter(f"{value!r}: write FORMAT=PATH, with a format of {', '.join(FORMATS)}")
        pairs.append((name, path))
    return pairs


def naming_rules(name: str, meaning: str, never_empty: bool = False) -> Callable[[FC], FC]:
    """An option that names rules: repeatable, comma-separated, completed; ``never_empty``: see `select`."""
    read = select if never_empty else words
    return click.option(name, multiple=True, callback=read, metavar="RULES", shell_complete=rules, help=meaning)
