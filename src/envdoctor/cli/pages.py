"""The rules' pages, and the list of rules."""

from envdoctor.engine.checks import Check
from envdoctor.engine.plugins import CheckSet
from envdoctor.engine.rules import Rule
from envdoctor.engine.selection import UsageError
from envdoctor.privacy.text import lines, to_ascii
from envdoctor.report.formats import Style
from envdoctor.report.pages import module_of, path_of, sentence

MOST_MESSAGES = 5  # on a rule's page
LONG_MESSAGE = 120


def find(check_set: CheckSet, word: str) -> tuple[Rule, Check, str]:
    """The rule with this code or name, its check, and the distribution it comes from (empty: ours).

    Raises `UsageError` where there is none.
    """
    for registered in check_set.checks:
        for rule in registered.check.rules:
            if word.upper() == rule.code or word.lower() == rule.name:
                return rule, registered.check, registered.source
    begin = any(rule.code.startswith(word.upper()) for item in check_set.checks for rule in item.check.rules)
    shows = f"`envdoctor list {word}` shows those that begin with it" if begin else "`envdoctor list` shows all"
    raise UsageError(f"{word}: no rule has this code or name; {shows}")


def page(check_set: CheckSet, word: str) -> str:
    """The Markdown page of a rule; its last line says where the rule lives."""
    rule, check, source = find(check_set, word)
    path = path_of(rule, check)
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        raise UsageError(f"{rule.code}: {source or 'envdoctor'} brings no page for it ({path})") from None
    whose = f", of the plug-in {source}" if source else ""
    more = [f"Severity: {_severities(rule)}", *_messages(rule), f"The rule: `{module_of(check)}`{whose}"]
    return f"{text.rstrip()}\n\n" + "\n\n".join(more) + "\n"


def _severities(rule: Rule) -> str:
    severities = sorted({rule.severity, *rule.varies}, key=lambda severity: severity.rank)
    return " / ".join(severities)


def _messages(rule: Rule) -> list[str]:
    """The error messages that the rule can explain, as they stand in a traceback."""
    from envdoctor.report.why.symptoms import symptoms

    examples = [f"`{row.example.strip().splitlines()[-1]}`" for row in symptoms() if rule.code in row.codes]
    short = [example for example in examples if len(example) < LONG_MESSAGE]
    return [f"Messages: {', '.join(short[:MOST_MESSAGES])}"] if short else []


def show(text: str, style: Style) -> str:
    """The page as it is for a pipe, drawn for a terminal with colour."""
    clean = "\n".join(lines(text.rstrip("\n"))) + "\n"
    if style.color:
        import io

        from rich.console import Console
        from rich.markdown import Markdown

        file = io.StringIO()
        # No environment: what it says of width and colour has been weighed (session).
        console = Console(file=file, width=style.width, force_terminal=True, legacy_windows=False, _environ={})
        console.print(Markdown(clean))
        clean = file.getvalue()
    return to_ascii(clean) if style.ascii else clean


def listing(check_set: CheckSet) -> list[dict[str, str]]:
    """Code, name, severity (all it may take, worst first), a sentence, guide statements and source of every rule, by code."""
    rows = []
    for registered in check_set.checks:
        for rule in registered.check.rules:
            rows.append(
                {
                    "code": rule.code,
                    "name": rule.name,
                    "severity": _severities(rule),
                    "says": sentence(rule, registered.check),
                    "guide": ", ".join(rule.guide),
                    "source": registered.source or "envdoctor",
                }
            )
    return sorted(rows, key=lambda row: row["code"])
