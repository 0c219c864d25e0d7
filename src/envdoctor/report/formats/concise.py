"""One line a finding: for scripts, editors and people in a hurry."""

from collections.abc import Sequence

from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import sanitize, to_ascii
from envdoctor.report.formats import Style
from envdoctor.report.report import Report, by_reason


def render(reports: Sequence[Report], style: Style) -> str:
    """``PREFIX: CODE severity title``, the worst first; empty for a healthy patient.

    What came to no verdict follows, one line a reason: ``PREFIX: CODE,CODE unknown reason``.
    """
    lines = []
    for report in reports:
        where = report.facts.patient.prefix or report.facts.patient.executable or "?"
        for item in report.open:
            finding = item.finding
            lines.append(f"{where}: {finding.rule.code} {finding.severity.value} {finding.title}")
        unknown = [outcome for outcome in report.outcomes if outcome.status == "unknown"]
        for reason, outcomes in by_reason(unknown).items():
            codes = [code for outcome in outcomes for code in outcome.check.codes or (outcome.check.name,)]
            lines.append(f"{where}: {','.join(codes)} unknown {reason}")
    text = "".join(sanitize(credentials(line)) + "\n" for line in lines)
    return to_ascii(text) if style.ascii else text
