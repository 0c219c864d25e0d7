"""One line a finding: for scripts, editors and people in a hurry."""

from envdoctor.privacy.text import to_ascii
from envdoctor.report.view import View, by_reason


def render(view: View) -> str:
    """``PREFIX: CODE severity title``, the worst first; empty for a healthy patient.

    What came to no verdict follows, one line a reason: ``PREFIX: CODE,CODE unknown reason``.
    """
    lines = []
    for patient in view.patients:
        where = patient.prefix or patient.executable or "?"
        lines += [f"{where}: {it.code} {it.severity.value} {it.title}" for it in patient.open]
        for reason, outcomes in by_reason(patient.unknown).items():
            codes = [code for outcome in outcomes for code in outcome.codes or (outcome.name,)]
            lines.append(f"{where}: {','.join(codes)} unknown {reason}")
    text = "".join(f"{line}\n" for line in lines)
    return to_ascii(text) if view.style.ascii else text
