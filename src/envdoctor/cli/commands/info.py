"""``envdoctor info``."""

import time

import click

from envdoctor.checkup import Options, diagnose, settings
from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import collect
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts
from envdoctor.probe.world import redactor
from envdoctor.report.formats import facts as listing
from envdoctor.report.formats import summary
from envdoctor.report.report import Report


def judged(facts: Facts, began: float) -> Report:
    """The report by all rules, whatever a project's configuration says."""
    check_set = collect()
    plan = Options(check_set, Selection(), Config(), settings(Config(), None, False, (), check_set.checks, None, None))
    return diagnose(facts, plan, began)


@click.command("info", short_help="What to paste into an issue, in about 25 lines.")
@options.python
@options.timeout
@options.project
@options.deep
@click.option("--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text", help="[text]")
@click.option("--all", "everything", is_flag=True, help="All facts, as they are on this machine; credentials never.")
@options.ascii_only
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    pythons: tuple[str, ...],
    timeout: float | None,
    project: str | None,
    deep: bool,
    format_: str,
    everything: bool,
    ascii_only: bool,
) -> int:
    """What people ask for in an issue, in about 25 lines without your name, home and host.

    With --format markdown all facts stand folded below them. With --format json the facts of one Python are a recording;
    those of several are one document, {"schema_version": …, "recordings": […]}.

    \b
    envdoctor info                       to be pasted
    envdoctor info --format markdown     with all facts, folded
    envdoctor info --all                 every fact, for your own eyes
    """
    readers = session.Readers(head, pythons, None, project)
    style = session.style("never", ascii_only)
    if format_ == "json":
        session.emit(listing.render_json(list(readers.read(timeout, deep=deep)), style))
        return 0
    began = time.perf_counter()
    for number, facts in enumerate(readers.read(timeout, deep=deep)):
        if number:
            session.emit("\n")
        if format_ == "markdown":
            session.emit(summary.markdown(judged(facts, began), redactor(readers.world)))
        elif everything:
            session.emit(listing.render(facts, style))
        else:
            session.emit(summary.render(judged(facts, began), redactor(readers.world), style))
    return 0
