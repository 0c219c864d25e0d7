"""The commands: parse, call, print, and the status to leave with. What they do lies elsewhere."""

import os
import time
from typing import Any

import click

from envdoctor import __version__, session
from envdoctor.checkup import Plan, diagnose, settings
from envdoctor.config import LEVELS, find
from envdoctor.patient import PatientError
from envdoctor.plugins import collect
from envdoctor.recording import RecordingError
from envdoctor.report import worst
from envdoctor.reporters import FORMATS, Style, renderer
from envdoctor.selection import Selection, UsageError, choose, validate
from envdoctor.start import DEFAULT_TIMEOUT, HeadStart

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def run(argv: list[str], head: HeadStart) -> int:
    """Run one command line; the status to exit with. Every fault of usage is one line on stderr."""
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
    except (KeyboardInterrupt, click.Abort):
        session.complain("interrupted")
        return 130
    except SystemExit as leaving:  # click's shell completion
        return leaving.code if isinstance(leaving.code, int) else 0
    except Exception as error:
        if os.environ.get("ENVDOCTOR_DEBUG"):
            raise
        session.complain(f"envdoctor itself failed: {type(error).__name__}: {error} (ENVDOCTOR_DEBUG=1 shows where)")
        return 4


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


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, message="envdoctor %(version)s")
def cli() -> None:
    """The doctor for scientific-Python environments: finds what is wrong, says what to do about it, changes nothing.

    \b
    envdoctor check                      examine the environment in use
    envdoctor check --python .venv       examine another one
    envdoctor explain BLA001             what a rule means
    """


_python = click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="PATH",
    help="An executable, a prefix or a project folder; may be repeated.",
)
_project = click.option("--project", metavar="DIR", help="The project folder; else the nearest one upwards.")
_timeout = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help=f"For each patient to answer. [{DEFAULT_TIMEOUT:g}]",
)
_color = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour."
)
_ascii = click.option("--ascii", "ascii_only", is_flag=True, help="Nothing but ASCII.")


@cli.command()
@_python
@click.option("--facts", "facts_file", metavar="FILE", help="Judge a recording instead of a Python.")
@_project
@_timeout
@click.option(
    "--select", multiple=True, callback=words, metavar="RULES", help="Only these: codes, beginnings of codes, names."
)
@click.option("--ignore", multiple=True, callback=words, metavar="RULES", help="All but these.")
@click.option("--extend-select", multiple=True, callback=words, metavar="RULES", help="These, too.")
@click.option("--extend-ignore", multiple=True, callback=words, metavar="RULES", help="Not these, either.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="Status 1 from which severity on. [error]")
@click.option("--strict", is_flag=True, help="Status 3 where any check comes to no verdict.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="What goes to standard output.")
@click.option(
    "-o", "--output", multiple=True, callback=outputs, metavar="FORMAT=PATH", help="Write a report to a file, too."
)
@click.option("--fix", is_flag=True, help="Show every step of every fix. This prints a plan and changes nothing.")
@_color
@_ascii
@click.option("-v", "--verbose", count=True, help="Tell what passed and what does not apply, too.")
@click.option("-q", "--quiet", is_flag=True, help="Warnings and errors only.")
@click.pass_obj
def check(head: HeadStart, /, **options: Any) -> int:
    """Examine an environment, print findings and advice.

    \b
    envdoctor check --format json --fail-on warning     for a CI job
    envdoctor check --select BLA,THR                    two families of rules
    envdoctor check --facts colleague.json              somebody else's recording
    """
    began = time.perf_counter()
    readers = session.Readers(head, options["pythons"], options["facts_file"], options["project"])
    config = find(readers.world, readers.project_root())
    collection = collect()
    rules = [rule for loaded in collection.checks for rule in loaded.check.rules]
    validate(options["select"] + options["extend_select"], rules, "--select")
    validate(options["ignore"] + options["extend_ignore"], rules, "--ignore")
    validate((*config.select, *config.ignore, *config.excuses), rules, config.file)
    selection = Selection(
        select=(options["select"] or config.select)
        + (options["extend_select"] if options["select"] or config.select else ()),
        ignore=(options["ignore"] or config.ignore) + options["extend_ignore"],
    )
    if not any(loaded.check.rules for loaded in choose(collection.checks, selection)):
        raise UsageError("nothing is selected: --select and --ignore leave no rule")
    chosen = settings(config, options["fail_on"], options["strict"], options["select"], collection.checks)
    plan = Plan(collection, selection, config, chosen)
    files = {path: renderer(name) for name, path in options["output"]}
    render = renderer(options["format_"])
    reports = []
    for facts in readers.read(options["timeout"] or config.timeout):
        reports.append(diagnose(facts, plan, began))
        began = time.perf_counter()
    plain = Style(plan=options["fix"], indent=True)
    for path, render_file in files.items():
        session.write(path, render_file(reports, plain))
    style = session.style(options["color"], options["ascii_only"])
    verbosity = -1 if options["quiet"] else options["verbose"]
    session.emit(render(reports, style(plan=options["fix"], verbosity=verbosity)))
    return worst([report.exit_code for report in reports])


@cli.command()
@_python
@_timeout
@_project
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@_ascii
@click.pass_obj
def info(head: HeadStart, /, **options: Any) -> int:
    """The facts, without judgement."""
    from envdoctor.reporters import facts as listing

    readers = session.Readers(head, options["pythons"], None, options["project"])
    style = session.style("never", options["ascii_only"])()
    render = listing.render_json if options["format_"] == "json" else listing.render
    for facts in readers.read(options["timeout"]):
        session.emit(render(facts, style))
    return 0


@cli.command()
@_python
@_timeout
@_project
@click.option("-o", "--output", "path", metavar="FILE", help="Where to; else standard output.")
@click.pass_obj
def snapshot(head: HeadStart, /, **options: Any) -> int:
    """Record the facts, without your name, home, host or credentials, to be judged or compared elsewhere.

    \b
    envdoctor snapshot -o mine.json
    envdoctor check --facts mine.json
    """
    readers = session.Readers(head, options["pythons"], None, options["project"])
    if len(options["pythons"]) > 1:
        raise UsageError("--python: a snapshot is of one patient; make one for each")
    for facts in readers.read(options["timeout"]):
        text = session.recording(facts, readers.world)
        if options["path"]:
            session.write(options["path"], text)
        else:
            session.emit(text)
    return 0


@cli.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@_timeout
@_ascii
@click.pass_obj
def diff(head: HeadStart, /, **options: Any) -> int:
    """What differs between two recordings, two interpreters, or one of each."""
    from envdoctor.difference import compare, render, render_json

    sides = [session.either(head, name, options["timeout"]) for name in (options["one"], options["other"])]
    changes = compare(*sides)
    style = session.style("never", options["ascii_only"])()
    session.emit(render_json(changes) if options["format_"] == "json" else render(changes, style))
    return 0


@cli.command()
@click.argument("what", type=click.Choice(["report", "recording"]), default="report")
def schema(what: str) -> int:
    """The JSON Schema of a report, or of a recording."""
    from envdoctor import schema as schemas
    from envdoctor.recording import dump

    session.emit(dump(schemas.report() if what == "report" else schemas.recording(), 2) + "\n")
    return 0


@cli.command()
@click.argument("rule")
@_color
@_ascii
def explain(rule: str, color: str, ascii_only: bool) -> int:
    """A rule's page: what, why, fix, sources. RULE is a code or a name."""
    from envdoctor.pages import page, show

    collection = collect()
    validate((rule,), [item for loaded in collection.checks for item in loaded.check.rules], "explain")
    session.emit(show(page(collection, rule), session.style(color, ascii_only)()))
    return 0


@cli.command("list")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
def list_(format_: str) -> int:
    """All rules: code, name, severity, guide statements, where it comes from."""
    from envdoctor.pages import listing
    from envdoctor.recording import dump

    rows = listing(collect())
    if format_ == "json":
        session.emit(dump(rows, 2) + "\n")
        return 0
    widths = [max(len(row[key]) for row in rows) for key in ("code", "name", "severity")]
    for row in rows:
        cells = [row[key].ljust(width) for key, width in zip(("code", "name", "severity"), widths, strict=True)]
        session.emit("  ".join([*cells, row["guide"] or "-", f"[{row['source']}]"]) + "\n")
    return 0
