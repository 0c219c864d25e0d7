"""``envdoctor measure``."""

import click
import msgspec

from envdoctor import __version__
from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.ecosystem.measured import judged, oversubscription_verdict
from envdoctor.facts import Facts, Measure
from envdoctor.facts.recording import SCHEMA_VERSION, dump
from envdoctor.privacy.text import clean, to_ascii
from envdoctor.report import chart, header


@click.command("measure", short_help="Time BLAS: what threads bring, what copies cost.")
@options.python
@options.timeout
@options.project
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="[text]")
@click.option("--thorough", is_flag=True, help="Up to a minute: more settings, more repetitions.")
@options.ascii_only
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    pythons: tuple[str, ...],
    timeout: float | None,
    project: str | None,
    format_: str,
    thorough: bool,
    ascii_only: bool,
) -> int:
    """Time BLAS: what threads bring, what two OpenBLAS copies cost each other, what too many threads cost.

    About five seconds, in fresh processes that import nothing. Status 3 where the figures allow no verdict.

    \b
    envdoctor measure
    envdoctor measure --thorough     up to a minute: decides between near settings
    """
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
