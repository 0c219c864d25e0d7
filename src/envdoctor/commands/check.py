"""``envdoctor check``."""

import time
from typing import Any

import click

from envdoctor import session
from envdoctor.checkup import Plan, diagnose, settings
from envdoctor.commands import options
from envdoctor.config import LEVELS, find
from envdoctor.plugins import collect
from envdoctor.report import worst
from envdoctor.reporters import FORMATS, Style, renderer
from envdoctor.selection import Selection, UsageError, choose, validate
from envdoctor.start import HeadStart


@click.command("check")
@options.python
@click.option("--facts", "facts_file", metavar="FILE", help="Judge a recording instead of a Python.")
@options.project
@options.timeout
@click.option(
    "--select",
    multiple=True,
    callback=options.select,
    metavar="RULES",
    help="Only these: codes, beginnings of codes, names.",
)
@click.option("--ignore", multiple=True, callback=options.words, metavar="RULES", help="All but these.")
@click.option("--extend-select", multiple=True, callback=options.words, metavar="RULES", help="These, too.")
@click.option("--extend-ignore", multiple=True, callback=options.words, metavar="RULES", help="Not these, either.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="Status 1 from which severity on. [error]")
@click.option("--strict", is_flag=True, help="Status 3 where any check comes to no verdict.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="What goes to standard output.")
@click.option(
    "-o",
    "--output",
    multiple=True,
    callback=options.outputs,
    metavar="FORMAT=PATH",
    help="Write a report to a file, too.",
)
@click.option("--measure", is_flag=True, help="Time BLAS, too: two seconds in which the processors should be idle.")
@click.option("--fix", is_flag=True, help="Show every step of every fix. This prints a plan and changes nothing.")
@options.color
@options.ascii_only
@click.option("-v", "--verbose", count=True, help="Tell what passed and what does not apply, too.")
@click.option("-q", "--quiet", is_flag=True, help="Warnings and errors only.")
@click.pass_obj
def command(head: HeadStart, /, **given: Any) -> int:
    """Examine an environment, print findings and advice.

    \b
    envdoctor check --format json --fail-on warning     for a CI job
    envdoctor check --select BLA,THR                    two families of rules
    envdoctor check --facts colleague.json              somebody else's recording
    """
    began = head.began
    readers = session.Readers(head, given["pythons"], given["facts_file"], given["project"])
    config = find(readers.world, readers.project_root())
    collection = collect()
    rules = [rule for loaded in collection.checks for rule in loaded.check.rules]
    for option in ("select", "extend_select", "ignore", "extend_ignore"):
        validate(given[option], rules, f"--{option.replace('_', '-')}")
    validate((*config.select, *config.ignore, *config.excuses), rules, config.file)
    selection = Selection(
        select=(given["select"] or config.select)
        + (given["extend_select"] if given["select"] or config.select else ()),
        ignore=(given["ignore"] or config.ignore) + given["extend_ignore"],
    )
    if not any(loaded.check.rules for loaded in choose(collection.checks, selection)):
        raise UsageError("nothing is selected: --select and --ignore leave no rule")
    asked = given["select"]
    if given["measure"]:
        asked += tuple(code for item in collection.checks if "measure" in item.check.needs for code in item.check.codes)
    chosen = settings(config, given["fail_on"], given["strict"], asked, collection.checks)
    plan = Plan(collection, selection, config, chosen)
    files = {path: renderer(name) for name, path in given["output"]}
    render = renderer(given["format_"])
    reports = []
    for facts in readers.read(given["timeout"] or config.timeout, session.progress if given["measure"] else None):
        reports.append(diagnose(facts, plan, began))
        began = time.perf_counter()
    plain = Style(plan=given["fix"], indent=True)
    for path, render_file in files.items():
        session.write(path, render_file(reports, plain))
    style = session.style(given["color"], given["ascii_only"])
    verbosity = -1 if given["quiet"] else given["verbose"]
    session.emit(render(reports, style(plan=given["fix"], verbosity=verbosity, home=head.around.home)))
    return worst([report.exit_code for report in reports])
