"""SARIF 2.1.0 for code scanning (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

Every result has a physical location in a file that exists, since GitHub rejects results without one.
"""

from collections.abc import Sequence
from typing import Any

from envdoctor.engine.rules import Rule, Severity
from envdoctor.facts.recording import dump
from envdoctor.privacy.redact import credentials
from envdoctor.privacy.text import sanitize
from envdoctor.report.advice import Advice
from envdoctor.report.formats import Style
from envdoctor.report.formats.anchors import anchor
from envdoctor.report.report import Report
from envdoctor.report.verdict import shell_for

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
GUIDE = "https://numpy.org/install/"


def render(reports: Sequence[Report], style: Style) -> str:
    """One run a patient."""
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report) for report in reports]}
    return dump(document, 2 if style.indent else None) + "\n"


def _run(report: Report) -> dict[str, Any]:
    rules = {rule.code: rule for outcome in report.outcomes for rule in outcome.check.rules}
    order = sorted(rules)
    file = anchor(report)
    unknown = [outcome for outcome in report.outcomes if outcome.status == "unknown"]
    return {
        "tool": {
            "driver": {
                "name": "envdoctor",
                "version": report.version,
                "informationUri": GUIDE,
                "rules": [_rule(rules[code]) for code in order],
            }
        },
        "automationDetails": {"id": f"envdoctor/{sanitize(report.facts.patient.prefix or 'python')}"},
        # Without a file in the project there is nothing to pin a result to: it goes among the notifications.
        "results": [_result(item, report, order.index(item.finding.rule.code), file) for item in report.advice]
        if file
        else [],
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": _text(f"{outcome.check.name}: no verdict: {outcome.reason}")}}
                    for outcome in unknown
                ]
                + (
                    []
                    if file
                    else [
                        {"level": LEVELS[item.finding.severity], "message": {"text": _message(item, report)}}
                        for item in report.open
                    ]
                ),
            }
        ],
        "columnKind": "utf16CodeUnits",
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "help": {"text": f"envdoctor explain {rule.code}"},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _result(item: Advice, report: Report, index: int, file: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": item.finding.rule.code,
        "ruleIndex": index,
        "level": LEVELS[item.finding.severity],
        "message": {"text": _message(item, report)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(file), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 1},
                }
            }
        ],
        "partialFingerprints": {"envdoctor/v1": item.fingerprint},
    }
    if item.suppressed is not None:
        result["suppressions"] = [{"kind": "external", "justification": _text(item.suppressed.get("reason", ""))}]
    return result


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(file.replace("\\", "/"))


def _message(item: Advice, report: Report) -> str:
    finding = item.finding
    lines = [f"{finding.title}.", finding.why, *(f"{seen.label}: {seen.value}" for seen in finding.evidence)]
    shell = shell_for(report)
    for fix in item.fixes[:1]:
        commands = [text for step in fix.steps if (text := shell.command(step))]
        lines.append(f"Fix ({fix.applicability}): {'; '.join(commands) or fix.title}")
    if finding.nothing_to_do:
        lines.append(f"Nothing to do: {finding.nothing_to_do}")
    return "\n".join(_text(line) for line in lines)


def _text(text: str) -> str:
    return sanitize(credentials(text))
