"""A check-up, as it was asked for: reads, judges, shows."""

import os
import time
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import asdict

from envdoctor.checkup import Options, diagnose, settings
from envdoctor.cli import session
from envdoctor.cli.config import find
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import collect
from envdoctor.engine.rules import Rule
from envdoctor.engine.selection import DEEPENED, Selection, UsageError, choose, family_of, validate
from envdoctor.facts import Facts, Missing
from envdoctor.probe import world
from envdoctor.probe.choose import PatientError
from envdoctor.report.formats import Style, renderer
from envdoctor.report.report import Report, worst


class Asked(Struct, frozen=True, kw_only=True):
    """What the command line of ``check`` says; `envdoctor.cli.commands.check` says what each means."""

    paths: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    facts_file: str | None = None
    project: str | None = None
    timeout: float | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    strict: bool = False
    format_: str = "text"
    output: tuple[tuple[str, str], ...] = ()
    deep: bool = False
    level: str | None = None
    prefer: str | None = None
    baseline_file: str | None = None
    write_baseline: str | None = None
    measure: bool = False
    fix: bool = False
    fix_script: str | None = None
    resolve: bool = False
    rehearse: bool = False
    yes: bool = False
    force: bool = False
    color: str = "auto"
    ascii_only: bool = False
    verbose: int = 0
    quiet: bool = False
    no_redact: bool = False


def examine(head: HeadStart, asked: Asked) -> int:
    """Examine every patient that is asked for, and write the report on them; the status to exit with."""
    began = head.began
    readers = _readers(head, asked.paths, asked.pythons, asked.facts_file, asked.project)
    _needs_the_patient(asked.facts_file, asked.deep, asked.rehearse, asked.resolve)
    check_set = collect()
    rules = [rule for registered in check_set.checks for rule in registered.check.rules]
    for option, words in (
        ("--select", asked.select),
        ("--extend-select", asked.extend_select),
        ("--ignore", asked.ignore),
        ("--extend-ignore", asked.extend_ignore),
    ):
        _validated(words, rules, option)
    files = {path: renderer(name) for name, path in asked.output}
    session.refuse_all((*files, asked.write_baseline, asked.fix_script), asked.force)
    render = renderer(asked.format_)
    reports: list[Report] = []

    def planned(config: Config) -> Options:
        _validated((*config.select, *config.ignore, *config.suppressions), rules, config.file)
        selection = Selection(
            select=(asked.select or config.select) + (asked.extend_select if asked.select or config.select else ()),
            ignore=(asked.ignore or config.ignore) + asked.extend_ignore,
        )
        chosen_checks = choose(check_set.checks, selection)
        if not any(registered.check.rules for registered in chosen_checks):
            raise UsageError("nothing is selected: --select and --ignore leave no rule")
        wanted = asked.select + (DEEPENED if asked.deep else ())
        if asked.measure:
            measured = [item.check for item in check_set.checks if "measure" in item.check.needs]
            wanted += tuple(code for item in measured for code in item.codes)
        chosen = settings(config, asked.fail_on, asked.strict, wanted, check_set.checks, asked.level, asked.prefer)
        known = asked.baseline_file or (config.baseline and os.path.join(os.path.dirname(config.file), config.baseline))
        return Options(check_set, selection, config, chosen, _known(known))

    def deliver() -> int:
        if asked.write_baseline:
            session.write(asked.write_baseline, _baseline(reports), asked.force)
        if asked.fix_script:
            script = _script(reports)
            # Windows PowerShell 5.1 takes a script without the mark for one in the code page.
            session.write(asked.fix_script, script, asked.force, mark=not script.startswith("#!"))
        redactor = None if asked.no_redact else world.redactor(readers.world)
        plain = Style(plan=asked.fix or asked.resolve, indent=True, redactor=redactor)
        for path, render_file in files.items():
            session.write(path, render_file(reports, plain), asked.force)
        summary = head.around.environ.get("GITHUB_STEP_SUMMARY")
        if asked.format_ == "github" and summary:
            session.write(summary, renderer("markdown")(reports, plain), append=True)
        verbosity = -1 if asked.quiet else asked.verbose
        folder = "" if asked.facts_file is not None else head.around.cwd  # of a recording's machine, nothing is known
        style = session.style(
            asked.color,
            asked.ascii_only,
            verbosity,
            asked.fix or asked.resolve,
            head.around.home,
            redactor=redactor,
            folder=folder,
        )
        session.emit(render(reports, style))
        return worst([report.exit_code for report in reports])

    def unread(facts: Facts) -> int:
        """Deliver what is known where a reading never ends; the configuration may be what was read."""
        reports.append(diagnose(facts, plan or planned(Config()), began))
        return deliver()

    plan: Options | None = None
    config = readers.in_time(lambda world: find(world, readers.configured()), asked.timeout, unread)
    plan = planned(config)
    timing = session.progress if asked.measure else None
    for facts in readers.read(asked.timeout or config.timeout, timing, asked.deep, instead=unread):
        reports.append(diagnose(facts, plan, began))
        began = time.perf_counter()
    reports[:] = _rehearsed(_resolved(reports, head, asked), head, asked)
    return deliver()


def _known(path: str | None) -> frozenset[str]:
    """The fingerprints of the findings that a baseline names; without one, none."""
    if not path:
        return frozenset()
    from envdoctor.cli import baseline

    return baseline.load(path)


def _baseline(reports: list[Report]) -> str:
    from envdoctor.cli import baseline

    return baseline.dumps(reports)


def _validated(words: Iterable[str], rules: list[Rule], where: str) -> None:
    """As `validate`; a project's configuration is for `envdoctor fleet`, too, and may name its rules."""
    words = tuple(words)
    try:
        validate(words, rules, where)
    except UsageError:
        both = [rule for registered in collect(fleets=True).checks for rule in registered.check.rules]
        validate(words, both, where)


def _needs_the_patient(facts_file: str | None, deep: bool, rehearse: bool, resolve: bool) -> None:
    if facts_file is None:
        return
    if deep:
        raise UsageError(
            "--facts and --deep: a recording holds what was read; make it with `envdoctor snapshot --deep`"
        )
    if rehearse:
        raise UsageError("--facts and --rehearse: a recording is no environment in which anything can be rehearsed")
    if resolve:
        raise UsageError("--facts and --resolve: a recording has no pip and no uv that could be asked")


def _resolved(reports: list[Report], head: HeadStart, asked: Asked) -> list[Report]:
    if not asked.resolve:
        return reports
    from envdoctor.resolution import resolve

    around = head.around
    return [resolve(report, around.environ, around.cwd, session.say) for report in reports]


def _rehearsed(reports: list[Report], head: HeadStart, asked: Asked) -> list[Report]:
    if not asked.rehearse:
        return reports
    from envdoctor.cli.rehearsing import rehearsed, the_same

    again = the_same(asdict(asked))
    return [rehearsed(report, again, head, asked.yes) for report in reports]


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
