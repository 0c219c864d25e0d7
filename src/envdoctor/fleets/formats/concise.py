"""One line a finding: ``MACHINES: CODE severity title``."""

from envdoctor.facts import Facts
from envdoctor.fleets.formats.words import safe
from envdoctor.fleets.verdict import Verdict, machines
from envdoctor.privacy.text import to_ascii
from envdoctor.report.view import Style


def render(verdict: Verdict, facts: Facts | None, style: Style) -> str:
    """The worst first; nothing where nothing was found."""
    lines = []
    for item in verdict.open:
        rule = item.advice.finding.rule
        words = (
            f"{machines(item.members, verdict.fleet)}: {rule.code} {item.severity.value} {item.advice.finding.title}"
        )
        lines.append(safe(words, None) + "\n")
    text = "".join(lines)
    return to_ascii(text) if style.ascii else text
