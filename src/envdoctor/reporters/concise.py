"""One line a finding: for scripts, editors and people in a hurry."""

from collections.abc import Sequence

from envdoctor.redact import credentials
from envdoctor.report import Report
from envdoctor.reporters import Style
from envdoctor.text import sanitize, to_ascii


def render(reports: Sequence[Report], style: Style) -> str:
    """``PREFIX: CODE severity title``, the worst first; unknown checks follow as ``?``. Empty for a healthy patient."""
    lines = []
    for report in reports:
        where = report.facts.patient.prefix or report.facts.patient.executable or "?"
        for item in report.open:
            finding = item.finding
            lines.append(f"{where}: {finding.rule.code} {finding.level.value} {finding.title}")
        for outcome in report.outcomes:
            if outcome.status == "unknown":
                code = outcome.check.codes[0] if outcome.check.codes else outcome.check.name
                lines.append(f"{where}: {code} unknown {outcome.reason}")
    text = "".join(sanitize(credentials(line)) + "\n" for line in lines)
    return to_ascii(text) if style.ascii else text
