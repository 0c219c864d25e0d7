"""``envdoctor fleet``."""

import time

import click

from envdoctor.checkup import Options, settings
from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.config import LEVELS, find
from envdoctor.cli.files import content
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import Selection, UsageError, validate
from envdoctor.fleets.formats import FORMATS, render
from envdoctor.fleets.groups import Gathering
from envdoctor.fleets.recordings import files, gathered
from envdoctor.fleets.verdict import judge
from envdoctor.probe import world
from envdoctor.report.view import Style


def outputs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = [(value.partition("=")[0], value.partition("=")[2]) for value in values]
    for name, path in pairs:
        if name not in FORMATS or not path:
            raise click.BadParameter(f"{name!r}: write FORMAT=PATH, with a format of {', '.join(FORMATS)}")
    return pairs


@click.command("fleet", short_help="Many machines: groups of equal ones, the odd ones, findings once.")
@click.argument("paths", nargs=-1, metavar="FILES|DIR…", shell_complete=options.place)
@click.option(
    "--dask", metavar="ADDRESS|FILE", callback=options.path, help="Ask a Dask cluster: its scheduler's address or file."
)
@click.option(
    "--timeout",
    type=float,
    default=10,
    callback=options.seconds,
    metavar="SECONDS",
    help="For each worker to answer. [10]",
)
@click.option("--one-job", is_flag=True, help="The machines work on one thing together, so they have to agree.")
@options.naming_rules("--select", "Only these rules.", never_empty=True)
@options.naming_rules("--ignore", "All but these.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="Status 1 from which severity on. [error]")
@click.option("--strict", is_flag=True, help="Status 3 where a check could not be made.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="What goes to standard output.")
@click.option(
    "-o",
    "--output",
    multiple=True,
    callback=outputs,
    metavar="FORMAT=PATH",
    help="Write a report to a file, too.",
)
@options.force
@options.color
@options.ascii_only
@click.option("-v", "--verbose", count=True, help="All groups, findings and notes, with evidence.")
@click.option("-q", "--quiet", is_flag=True, help="Warnings and errors only.")
@click.option("--no-redact", is_flag=True, help="Leave your name, home and host in what is meant to be passed on.")
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    paths: tuple[str, ...],
    dask: str | None,
    timeout: float,
    one_job: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    strict: bool,
    format_: str,
    output: list[tuple[str, str]],
    force: bool,
    color: str,
    ascii_only: bool,
    verbose: int,
    quiet: bool,
    no_redact: bool,
) -> int:
    """Compare many machines: which are equal, which are odd, and what is wrong.

    \b
    srun envdoctor snapshot -o 'run/{host}-{rank}.json'
    envdoctor fleet run
    envdoctor fleet --dask tcp://scheduler:8786
    """
    began = time.perf_counter()
    session.refuse_all([path for _, path in output], force)
    if dask and paths:
        raise UsageError("--dask and recordings: a cluster is a fleet of its own; name one of the two")
    if not paths and not dask:
        raise UsageError("fleet: name recordings or a folder of them (`envdoctor snapshot -o 'run/{host}.json'`)")
    readers = session.Readers(head, (), "-", None)
    config = find(readers.world, readers.configured())
    check_set = collect(fleets=True)
    rules = [rule for registered in check_set.checks for rule in registered.check.rules]
    for option, words in (("--select", select), ("--ignore", ignore)):
        validate(words, rules, option)
    selection = Selection(select=select or config.select, ignore=ignore or config.ignore)
    chosen = settings(config, fail_on, strict, select, check_set.checks)
    plan = Options(check_set, selection, config, chosen)
    whole = _of_dask(dask, timeout).fleet(True) if dask else gathered(files(paths), content).fleet(one_job)
    verdict = judge(whole, plan, began)
    facts = whole.facts[whole.fleet.groups[0].name] if whole.fleet.groups else None
    redactor = None if no_redact else world.redactor(readers.world)
    for name, path in output:
        session.write(path, render(name, verdict, facts, Style(indent=True, redactor=redactor)), force)
    style = session.style(color, ascii_only, -1 if quiet else verbose, home=head.around.home, redactor=redactor)
    session.emit(render(format_, verdict, facts, style))
    return verdict.exit_code


def _of_dask(where: str, timeout: float) -> Gathering:
    """What the cluster answers; TLS and security are as Dask's configuration has them."""
    from envdoctor.fleets.dask import NoClusterError, connected

    try:
        return connected(where, timeout)
    except ImportError as error:
        raise UsageError(f"--dask: {error}; `pip install 'envdoctor[dask]'` brings what it takes") from None
    except (NoClusterError, OSError, ValueError) as error:
        words = str(error).strip().partition("\n")[0] or type(error).__name__
        raise UsageError(f"--dask {where}: {words}") from None
