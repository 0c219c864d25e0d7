"""``envdoctor measure``."""

import click
import msgspec

from envdoctor import __version__
from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.ecosystem.measured import judged, oversubscription_verdict, settled
from envdoctor.ecosystem.units import plural
from envdoctor.engine.selection import UsageError
from envdoctor.facts import Facts, Measure
from envdoctor.facts.document import SCHEMA_VERSION, dump
from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import clean, to_ascii
from envdoctor.report import chart, header

LIMIT = 60.0  # seconds of a command's runs
LAST = 8  # lines of a command that fails


@click.command("measure", short_help="Time BLAS, or a command of yours, under several settings.")
@click.argument("command_", metavar="[-- COMMAND...]", nargs=-1, type=click.UNPROCESSED)
@options.python
@options.timeout
@options.project
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@click.option("--thorough", is_flag=True, help="Up to a minute: more settings, more repetitions.")
@click.option(
    "--limit",
    type=float,
    callback=options.seconds,
    metavar="SECONDS",
    help=f"With a COMMAND: begin no run that would end later. [{LIMIT:g}]",
)
@options.ascii_only
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    command_: tuple[str, ...],
    pythons: tuple[str, ...],
    timeout: float | None,
    project: str | None,
    format_: str,
    thorough: bool,
    limit: float | None,
    ascii_only: bool,
) -> int:
    """Time BLAS: what threads bring, what two OpenBLAS copies cost each other, what too many threads cost.

    About five seconds, in fresh processes that import nothing. Status 3 where the figures allow no verdict.

    \b
    envdoctor measure
    envdoctor measure --thorough     up to a minute: decides between near settings
    envdoctor measure -- python job.py   your own program, under several settings

    A COMMAND is run again and again, in turns, until the ranking is sure; it must not mind that. What it
    writes is not shown.
    """
    if command_:
        return _command(head, command_, format_, limit or LIMIT, ascii_only)
    readers = session.Readers(head, pythons, None, project)
    style = session.style("never", ascii_only)
    status, documents = 0, []
    for facts in readers.read(timeout, session.progress, thorough=thorough):
        if not isinstance(facts.measure, Measure) or _inconclusive(facts.measure):
            status = 3
        if format_ == "json":
            documents.append(_document(facts))
            continue
        lines = [header.title(__version__, facts)]
        rows = [row for row in header.rows(facts) if row[0] in ("BLAS", "CPUs")]
        assert facts.measure is not None
        lines += [f"  {label:9}{value}" for label, value in [*rows, *chart.rows(facts.measure)]]
        text = "\n".join(clean(line) for line in lines) + "\n"
        session.emit(to_ascii(text) if style.ascii else text)
    if documents:
        whole = documents[0] if len(documents) == 1 else {"reports": documents}
        document = {"schema_version": SCHEMA_VERSION, **msgspec.to_builtins(whole)}
        session.emit(dump(document, 2 if style.indent else None) + "\n")
    return status


LIMIT_WORDS = "the limit was reached before the ranking was sure"


def _command(head: HeadStart, argv: tuple[str, ...], format_: str, limit: float, ascii_only: bool) -> int:
    """A command under the candidate settings; status 3 where it fails, or the ranking is not sure."""
    from envdoctor.facts.base import Missing
    from envdoctor.probe import timing
    from envdoctor.probe.machine import cpu
    from envdoctor.probe.world import this_world

    world = this_world()
    processors = cpu.read(world)
    if isinstance(processors, Missing):
        raise UsageError(f"measure: the CPUs are not known: {processors.reason}")
    settings = timing.candidates(processors, world.environ)
    try:
        seen = timing.timed(argv, world.environ, settings, limit, session.progress)
    except timing.Failed as failure:
        ended = f"signal {-failure.status}" if failure.status < 0 else f"status {failure.status}"
        session.complain(f"measure: the command ended with {ended} as it is, and was not repeated; its last lines:")
        for line in failure.said.rstrip().split("\n")[-LAST:]:
            session.complain(f"  {clean(credentials(line))}")
        return 3
    except OSError as error:
        raise UsageError(f"measure: {argv[0]}: {error.strerror or error}") from None
    finally:
        session.progress(0, 0)
    judgement = judged(seen.rows)
    few = min(len(row.milliseconds) for row in seen.rows) < timing.LEAST
    if few or len(seen.rows) + len(seen.failed) < len(settings):
        judgement, unsure = msgspec.structs.replace(judgement, sure=False), True
    else:
        unsure = not judgement.sure and (not settled(seen.rows) or judgement.setting != "")
    if format_ == "json":
        verdict = "inconclusive" if unsure else "competes" if judgement.sure else "fine"
        told = {
            "command": [credentials(word) for word in argv],
            "rows": msgspec.to_builtins(seen.rows),
            "failed": seen.failed,
            "verdict": verdict,
            "recommended": judgement.recommended,
            "price": judgement.setting if judgement.sure else "",
            "uncertainty": judgement.uncertainty,
            "seconds": round(seen.seconds, 2),
            "runs": seen.runs,
        }
        session.emit(dump({"schema_version": SCHEMA_VERSION, "measure": told}, 2) + "\n")
        return 3 if unsure else 0
    lines = [
        f"envdoctor {__version__} · {credentials(' '.join(argv))}",
        *chart.of_command(seen.rows, judgement, not unsure),
    ]
    lines += [f"{setting}: the command fails (status {status})" for setting, status in seen.failed.items()]
    lines += [LIMIT_WORDS] if unsure else []
    lines.append(f"{plural(seen.runs, 'run')} in {seen.seconds:.1f} s")
    text = "\n".join(clean(line) for line in lines) + "\n"
    session.emit(to_ascii(text) if session.style("never", ascii_only).ascii else text)
    return 3 if unsure else 0


def _inconclusive(measure: Measure) -> bool:
    crowd = measure.oversubscription and oversubscription_verdict(measure.oversubscription)
    seen = judged(measure.rows, measure.disturbance) if measure.rows else None
    return (crowd or ("", ""))[0] == "inconclusive" or (seen is not None and seen.verdict == "inconclusive")


def _document(facts: Facts) -> dict[str, object]:
    """The figures, and what they mean."""
    measure = facts.measure
    told: dict[str, object] = msgspec.to_builtins(measure)
    if isinstance(measure, Measure):
        seen = judged(measure.rows, measure.disturbance)
        crowd = measure.oversubscription and oversubscription_verdict(measure.oversubscription)
        verdict = {"slower": "competes"}.get(crowd[0], crowd[0]) if crowd else seen.verdict
        why = crowd[1] if crowd else seen.why
        told |= {"verdict": verdict, "why": why, "factor": round(seen.factor, 2), "recommended": seen.recommended}
        told |= {
            "setting": seen.setting,
            "sure": seen.sure,
            "price": seen.price,
            "uncertainty": seen.uncertainty,
            "dropped": seen.dropped,
            "as_good": seen.near,
        }
    return {"patient": facts.patient, "measure": told}
