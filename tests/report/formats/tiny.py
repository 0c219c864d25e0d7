"""A format as somebody would add it: it draws, and knows nothing of what has to be made harmless."""

from envdoctor.report.view import View


def render(view: View) -> str:
    """A line a finding, a line a command."""
    lines = []
    for patient in view.patients:
        for finding in patient.open:
            lines.append(f"* {finding.title} ({finding.why})")
            lines += [f"  $ {command}" for fix in finding.fixes for command in fix.commands]
    return "\n".join(lines)
