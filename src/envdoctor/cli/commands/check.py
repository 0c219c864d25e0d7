"""``envdoctor check``: its options. What it does is in `envdoctor.cli.checking`."""

import click
from msgspec import convert

from envdoctor.cli.checking import Asked, examine
from envdoctor.cli.commands import options
from envdoctor.cli.config import LEVELS
from envdoctor.cli.head_start import HeadStart
from envdoctor.report.formats import FORMATS


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATHS]", shell_complete=options.place)
@options.python
@options.facts
@options.project
@options.timeout
@options.naming_rules("--select", "Only these: codes, beginnings of codes, names.", never_empty=True)
@options.naming_rules("--ignore", "All but these.")
@options.naming_rules("--extend-select", "These, too.")
@options.naming_rules("--extend-ignore", "Not these, either.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="Status 1 from which severity on. [error]")
@click.option("--strict", is_flag=True, help="Status 3 where a check could not be done.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="What goes to standard output.")
@click.option(
    "-o",
    "--output",
    multiple=True,
    callback=options.outputs,
    metavar="FORMAT=PATH",
    help="Write a report to a file, too.",
)
@options.deep
@options.level
@options.prefer
@options.shell
@click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    callback=options.path,
    shell_complete=options.place,
    help="Ignore the findings that this file names.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    callback=options.path,
    shell_complete=options.place,
    help="Write the findings of this check-up to a file that --baseline reads.",
)
@click.option("--measure", is_flag=True, help="Time BLAS, too: five seconds in which the processors should be idle.")
@click.option("--fix", is_flag=True, help="Show every step of every fix. This prints a plan and changes nothing.")
@click.option(
    "--fix-script",
    metavar="PATH",
    callback=options.path,
    help="Write the plan to a script; what is not safe stands in comments.",
)
@click.option(
    "--resolve",
    is_flag=True,
    help="Show the plan, and have pip or uv resolve its installations without installing: what would change. "
    "It asks package indexes.",
)
@click.option(
    "--rehearse",
    is_flag=True,
    help="Carry the plan out on overlays (Linux), where it changes nothing, and show what it settles. "
    "Status 0: it settles what it is for, and breaks nothing; 3: it can't be rehearsed here.",
)
@click.option("--yes", is_flag=True, help="Rehearse without a question.")
@options.force
@options.color
@options.ascii_only
@click.option(
    "-v",
    "--verbose",
    count=True,
    help="Show all: evidence, the guide's statements, what passed and what does not apply.",
)
@click.option("-q", "--quiet", is_flag=True, help="Warnings and errors only.")
@click.option(
    "--no-redact",
    is_flag=True,
    help="Leave your name, home and host in formats that are meant to be passed on; credentials never stay.",
)
@click.pass_obj
def command(head: HeadStart, /, **given: object) -> int:
    """Examine an environment, print findings and advice. PATHS name some as --python does.

    \b
    envdoctor check ~/fit/.venv /opt/conda              two environments
    envdoctor check --format json --fail-on warning     for a CI job
    envdoctor check --select BLA,THR                    two families of rules
    envdoctor check --facts colleague.json              somebody else's recording
    envdoctor check --fix                               what cures, in order
    envdoctor check --fix --resolve                     what that would change
    envdoctor check --rehearse                          try what cures
    """
    return examine(head, convert(given, Asked))
