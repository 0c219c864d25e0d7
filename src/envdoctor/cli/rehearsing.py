"""``envdoctor check --rehearse``: asks, has the plan rehearsed, and adds to the report what that has shown."""

import sys
from collections.abc import Mapping, Sequence

import click
from msgspec import structs

from envdoctor.cli import session
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError
from envdoctor.rehearsal import Rehearsing, give_up, prepared, rehearse
from envdoctor.report.rehearsal import Rehearsal
from envdoctor.report.report import Report


def rehearsed(report: Report, again: Sequence[str], head: HeadStart, yes: bool) -> Report:
    """The report with its rehearsal; ``again`` are the options with which the environment is examined again.

    Raises `UsageError` where nobody can be asked and ``yes`` is not given, `click.Abort` where the answer is no.
    """
    around = head.around
    ready = prepared(report, around.environ, around.home, around.cwd)
    if ready is None:
        return structs.replace(report, notes=(*report.notes, "Nothing to rehearse: the plan is empty."))
    if isinstance(ready, Rehearsal):
        return _with(report, ready)
    try:
        _ask(ready, yes)
    except BaseException:
        give_up(ready)
        raise
    doctor = [sys.executable, "-P", "-m", "envdoctor", "check", "--format", "json", *again]
    return _with(report, rehearse(ready, doctor, around.environ, around.cwd, session.say))


def the_same(options: Mapping[str, object]) -> list[str]:
    """The options of `check` that decide what is examined, as they were given, for another examination."""
    again: list[str] = []
    for name in ("select", "ignore", "extend_select", "extend_ignore"):
        values = options.get(name)
        for value in values if isinstance(values, tuple) else ():
            again += [f"--{name.replace('_', '-')}", str(value)]
    for name in ("project", "timeout"):
        if options.get(name) is not None:
            again += [f"--{name}", str(options[name])]
    return again + [f"--{name}" for name in ("deep", "measure") if options.get(name)]


def _with(report: Report, shown: Rehearsal) -> Report:
    return structs.replace(report, rehearsal=shown, notes=(*report.notes, *shown.words))


def _ask(ready: Rehearsing, yes: bool) -> None:
    session.complain(ready.words)
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("--rehearse asks first, and nobody can be asked here; --yes is the answer")
    if not click.confirm("Go on?", err=True):
        raise click.Abort
