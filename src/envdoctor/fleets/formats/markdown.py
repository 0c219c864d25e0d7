"""Markdown: the verdict, a table of the groups, then the findings as for one patient."""

from envdoctor.facts import Facts
from envdoctor.fleets.formats.words import commands, described, differs, edits, headline, hint, names, safe
from envdoctor.fleets.verdict import Found, Verdict, machines
from envdoctor.report import escapes
from envdoctor.report.view import Style

MOST_CELLS = 3


def render(verdict: Verdict, facts: Facts | None, style: Style) -> str:
    """For an issue, a wiki, a job's summary."""

    def text(words: str) -> str:
        return escapes.markdown(safe(words, style.redactor), "text")

    lines = [f"### {text(headline(verdict))}", ""]
    groups = verdict.fleet.groups
    if groups:
        lines += ["| group | size | machines | what differs |", "|---|---|---|---|"]
    for group in groups:
        parts = [change for changes in differs(group, groups[0]).values() for change in changes]
        more = f" and {len(parts) - MOST_CELLS} more" if len(parts) > MOST_CELLS else ""
        what = described(group) if group is groups[0] else ", ".join(parts[:MOST_CELLS]) + more
        lines.append(f"| {group.name} | {len(group.members)} | {text(names(group, verdict.fleet))} | {text(what)} |")
    lines += [f"| ? | 1 | {text(absent.name)} | {text(absent.why)} |" for absent in verdict.fleet.missing]
    lines.append("")
    for item in verdict.open:
        lines += _found(item, verdict, style)
    if words := hint(verdict):
        lines += [text(words), ""]
    return "\n".join(lines)


def _found(item: Found, verdict: Verdict, style: Style) -> list[str]:
    finding = item.advice.finding

    def text(words: str) -> str:
        return escapes.markdown(safe(words, style.redactor), "text")

    def words(prose: str) -> str:
        return escapes.markdown(safe(prose, style.redactor), "words")

    rule = finding.rule
    lines = [f"**{item.severity.value.capitalize()} {rule.code}: {text(finding.title)}**", ""]
    lines.append(f"- machines: {text(machines(item.members, verdict.fleet))}")
    lines += [f"- {text(seen.label)}: {text(seen.value)}" for seen in finding.evidence]
    lines += ["", words(finding.why), ""]
    for fix in item.advice.fixes[:1]:
        lined = [safe(command, style.redactor) for command in commands(item, verdict)]
        lines += [words(fix.title), "", *(f"- {text(edit)}" for edit in edits(item)), ""]
        if lined:
            lines += ["```sh", *lined, "```", ""]
    return lines
