"""``envdoctor check``."""

import os
import time
from collections.abc import Iterable

import click

from envdoctor.checkup import Options, diagnose, settings
from envdoctor.cli import baseline, session
from envdoctor.cli.commands import options
from envdoctor.cli.config import LEVELS, find
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import collect
from envdoctor.engine.rules import Rule
from envdoctor.engine.selection import Selection, UsageError, choose, family_of, validate
from envdoctor.facts import Facts, Missing
from envdoctor.probe import world
from envdoctor.probe.choose import PatientError
from envdoctor.report.formats import FORMATS, Style, renderer
from envdoctor.report.report import Report, worst


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATHS]")
@options.python
@options.facts
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
    help="Ignore the findings that this file names.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    callback=options.path,
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
def command(
    head: HeadStart,
    /,
    *,
    paths: tuple[str, ...],
    pythons: tuple[str, ...],
    facts_file: str | None,
    project: str | None,
    timeout: float | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    extend_ignore: tuple[str, ...],
    fail_on: str | None,
    strict: bool,
    format_: str,
    output: list[tuple[str, str]],
    deep: bool,
    level: str | None,
    prefer: str | None,
    baseline_file: str | None,
    write_baseline: str | None,
    measure: bool,
    fix: bool,
    fix_script: str | None,
    rehearse: bool,
    yes: bool,
    force: bool,
    color: str,
    ascii_only: bool,
    verbose: int,
    quiet: bool,
    no_redact: bool,
) -> int:
    """Examine an environment, print findings and advice. PATHS name some as --python does.

    \b
    envdoctor check ~/fit/.venv /opt/conda              two environments
    envdoctor check --format json --fail-on warning     for a CI job
    envdoctor check --select BLA,THR                    two families of rules
    envdoctor check --facts colleague.json              somebody else's recording
    envdoctor check --fix                               what cures, in order
    envdoctor check --rehearse                          try what cures
    """
    began = head.began
    readers = _readers(head, paths, pythons, facts_file, project)
    _needs_the_patient(facts_file, deep, rehearse)
    check_set = collect()
    rules = [rule for registered in check_set.checks for rule in registered.check.rules]
    for option, words in (
        ("--select", select),
        ("--extend-select", extend_select),
        ("--ignore", ignore),
        ("--extend-ignore", extend_ignore),
    ):
        _validated(words, rules, option)
    files = {path: renderer(name) for name, path in output}
    session.refuse_all((*files, write_baseline, fix_script), force)
    render = renderer(format_)
    reports: list[Report] = []

    def planned(config: Config) -> Options:
        _validated((*config.select, *config.ignore, *config.suppressions), rules, config.file)
        selection = Selection(
            select=(select or config.select) + (extend_select if select or config.select else ()),
            ignore=(ignore or config.ignore) + extend_ignore,
        )
        chosen_checks = choose(check_set.checks, selection)
        if not any(registered.check.rules for registered in chosen_checks):
            raise UsageError("nothing is selected: --select and --ignore leave no rule")
        asked = select + (options.DEEPENED if deep else ())
        if measure:
            measured = [item.check for item in check_set.checks if "measure" in item.check.needs]
            asked += tuple(code for item in measured for code in item.codes)
        chosen = settings(config, fail_on, strict, asked, check_set.checks, level, prefer)
        known = baseline_file or (config.baseline and os.path.join(os.path.dirname(config.file), config.baseline))
        return Options(check_set, selection, config, chosen, baseline.load(known) if known else frozenset())

    def deliver() -> int:
        if write_baseline:
            session.write(write_baseline, baseline.dumps(reports), force)
        if fix_script:
            script = _script(reports)
            # Windows PowerShell 5.1 takes a script without the mark for one in the code page.
            session.write(fix_script, script, force, mark=not script.startswith("#!"))
        redactor = None if no_redact else world.redactor(readers.world)
        plain = Style(plan=fix, indent=True, redactor=redactor)
        for path, render_file in files.items():
            session.write(path, render_file(reports, plain), force)
        summary = head.around.environ.get("GITHUB_STEP_SUMMARY")
        if format_ == "github" and summary:
            session.write(summary, renderer("markdown")(reports, plain), append=True)
        verbosity = -1 if quiet else verbose
        folder = "" if facts_file is not None else head.around.cwd  # of a recording's machine, nothing is known
        style = session.style(color, ascii_only, verbosity, fix, head.around.home, redactor=redactor, folder=folder)
        session.emit(render(reports, style))
        return worst([report.exit_code for report in reports])

    def unread(facts: Facts) -> int:
        """Deliver what is known where a reading never ends; the configuration may be what was read."""
        reports.append(diagnose(facts, plan or planned(Config()), began))
        return deliver()

    plan: Options | None = None
    config = readers.in_time(lambda world: find(world, readers.configured()), timeout, unread)
    plan = planned(config)
    timing = session.progress if measure else None
    for facts in readers.read(timeout or config.timeout, timing, deep, instead=unread):
        reports.append(diagnose(facts, plan, began))
        began = time.perf_counter()
    if rehearse:
        reports[:] = _rehearsed(reports, head, yes)
    return deliver()


def _validated(words: Iterable[str], rules: list[Rule], where: str) -> None:
    """As `validate`; a project's configuration is for `envdoctor fleet`, too, and may name its rules."""
    words = tuple(words)
    try:
        validate(words, rules, where)
    except UsageError:
        both = [rule for registered in collect(fleets=True).checks for rule in registered.check.rules]
        validate(words, both, where)


def _needs_the_patient(facts_file: str | None, deep: bool, rehearse: bool) -> None:
    if facts_file is None:
        return
    if deep:
        raise UsageError(
            "--facts and --deep: a recording holds what was read; make it with `envdoctor snapshot --deep`"
        )
    if rehearse:
        raise UsageError("--facts and --rehearse: a recording is no environment in which anything can be rehearsed")


def _rehearsed(reports: Iterable[Report], head: HeadStart, yes: bool) -> list[Report]:
    from envdoctor.cli.rehearsing import rehearsed, the_same

    again = the_same(click.get_current_context().params)
    return [rehearsed(report, again, head, yes) for report in reports]


def _readers(
    head: HeadStart, paths: tuple[str, ...], pythons: tuple[str, ...], facts_file: str | None, project: str | None
) -> session.Readers:
    if "" in paths:
        raise UsageError("check: a path is empty; name an executable, a prefix or a project folder")
    try:
        return session.Readers(head, (*paths, *pythons), facts_file, project)
    except PatientError as error:
        raise UsageError(_meant(str(error), paths)) from None


def _meant(message: str, paths: tuple[str, ...]) -> str:
    """The message about a patient that is not there, as its words were typed; a rule's name is selected otherwise."""
    for path in paths:
        if message.startswith(f"--python {path}: "):
            rules = [rule for registered in collect().checks for rule in registered.check.rules]
            hint = f"; did you mean --select {family}?" if (family := family_of(path, rules)) else ""
            return f"check {message.removeprefix('--python ')}{hint}"
    return message


def _script(reports: list[Report]) -> str:
    from envdoctor.fixes.script import script

    windows = any(
        not isinstance(report.facts.system, Missing) and report.facts.system.platform == "win32" for report in reports
    )
    return script(
        [(report.facts.patient.prefix or report.facts.patient.executable or "?", report.plan) for report in reports],
        windows,
    )
