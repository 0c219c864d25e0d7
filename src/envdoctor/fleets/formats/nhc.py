"""One line and a status, for the health checks of a cluster's nodes (https://github.com/mej/nhc and Slurm's HealthCheckProgram)."""

from envdoctor.engine.rules import Severity
from envdoctor.facts import Facts
from envdoctor.fleets.formats.words import headline, safe
from envdoctor.fleets.verdict import Verdict, machines
from envdoctor.privacy.text import to_ascii
from envdoctor.report.view import Style

MOST = 200  # characters: what becomes a node's reason in Slurm


def render(verdict: Verdict, facts: Facts | None, style: Style) -> str:
    """``OK``, ``WARNING``, ``ERROR`` or ``UNKNOWN``, then the worst finding and how many more there are."""
    harmful = [item for item in verdict.open if item.severity is not Severity.INFO]
    if harmful:
        first = harmful[0]
        state = first.severity.value.upper()
        rule = first.advice.finding.rule
        words = f"{rule.code} {first.advice.finding.title} ({machines(first.members, verdict.fleet, 3)})"
        more = f"; {len(harmful) - 1} more" if len(harmful) > 1 else ""
    else:
        state = "OK" if verdict.status == "healthy" else "UNKNOWN"
        words, more = headline(verdict), ""
    line = to_ascii(" ".join(safe(f"{state} envdoctor: {words}", style.redactor).split()))
    return line[: MOST - len(more)] + more + "\n"
