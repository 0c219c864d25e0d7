"""The JSON document: what other programs are written against."""

from envdoctor import __version__
from envdoctor.facts import Facts
from envdoctor.facts.document import dump
from envdoctor.fleets.formats.words import differs
from envdoctor.fleets.verdict import Verdict
from envdoctor.privacy.redact import shareable
from envdoctor.report.document import finding
from envdoctor.report.report import SCHEMA_VERSION
from envdoctor.report.view import Style


def document(verdict: Verdict) -> object:
    """Machines, groups, findings and who is missing, as JSON values without credentials."""
    fleet = verdict.fleet
    whole: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "envdoctor", "version": __version__},
        "machines": fleet.machines,
        "one_job": fleet.one_job,
        "job": fleet.job,
        "groups": [
            {
                "name": group.name,
                "size": len(group.members),
                "members": [member.name for member in group.members],
                "differs": differs(group, fleet.groups[0]),
            }
            for group in fleet.groups
        ],
        "findings": [{**finding(item.advice), "members": list(item.members)} for item in verdict.found],
        "missing": [{"name": absent.name, "why": absent.why} for absent in fleet.missing],
        "summary": {
            "status": verdict.status,
            "exit_code": verdict.exit_code,
            "counts": verdict.counts,
            "seconds": round(verdict.seconds, 4),
        },
    }
    return shareable(whole)


def render(verdict: Verdict, facts: Facts | None, style: Style) -> str:
    """One line of ASCII, indented for a terminal."""
    return dump(document(verdict), 2 if style.indent else None) + "\n"
