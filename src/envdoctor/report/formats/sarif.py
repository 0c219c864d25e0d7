"""SARIF 2.1.0 for code scanning (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

Every result has a physical location in a file that exists, since GitHub rejects results without one.
"""

from envdoctor.engine.rules import Severity
from envdoctor.facts.document import dump
from envdoctor.report.view import FindingView, PatientView, RuleView, View

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
GUIDE = "https://numpy.org/install/"

Json = dict[str, object]


def render(view: View) -> str:
    """One run a patient."""
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(patient) for patient in view.patients]}
    return dump(document, 2 if view.style.indent else None) + "\n"


def _run(patient: PatientView) -> Json:
    rules = {rule.code: rule for outcome in patient.outcomes for rule in outcome.rules}
    order = sorted(rules)
    found = {item.code for item in patient.findings}
    notes: list[Json] = [
        {"level": "note", "message": {"text": f"{outcome.name}: could not be checked: {outcome.reason}"}}
        for outcome in patient.unknown
    ]
    results: list[Json] = []
    if patient.anchor_uri:
        results = [_result(item, order.index(item.code), patient.anchor_uri) for item in patient.findings]
    else:  # without a file in the project there is nothing to pin a result to: it goes among the notifications
        notes += [{"level": LEVELS[item.severity], "message": {"text": _message(item)}} for item in patient.open]
    return {
        "tool": {
            "driver": {
                "name": "envdoctor",
                "version": patient.version,
                "informationUri": GUIDE,
                "rules": [_rule(rules[code], patient, code in found) for code in order],
            }
        },
        "automationDetails": {"id": f"envdoctor/{patient.prefix or 'python'}"},
        "results": results,
        "invocations": [
            {"executionSuccessful": True, "exitCode": patient.exit_code, "toolExecutionNotifications": notes}
        ],
        "columnKind": "utf16CodeUnits",
    }


def _rule(rule: RuleView, patient: PatientView, whole: bool) -> Json:
    """``whole``: with its page, which GitHub shows beside each of its results."""
    page, says, source = patient.page(rule.code)
    more: Json = {"helpUri": source} if source else {}
    explain = f"envdoctor explain {rule.code}"
    name = rule.name.replace("-", " ")
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": name},
        "fullDescription": {"text": says or name},
        "help": {"text": explain, "markdown": "\n".join(page)} if whole and page else {"text": explain},
        **more,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _result(item: FindingView, index: int, uri: str) -> Json:
    place = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}}
    result: Json = {
        "ruleId": item.code,
        "ruleIndex": index,
        "level": LEVELS[item.severity],
        "message": {"text": _message(item)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"envdoctor/v1": item.fingerprint},
    }
    if item.suppressed is not None:
        result["suppressions"] = [{"kind": "external", "justification": item.suppressed}]
    return result


def _message(item: FindingView) -> str:
    lines = [f"{item.title}.", item.why]
    lines += [f"{seen.label}: {seen.value}" for seen in item.evidence]
    for fix in item.fixes[:1]:
        lines.append(f"Fix ({fix.applicability}): {'; '.join(fix.commands) or fix.title}")
    if item.nothing_to_do:
        lines.append(f"Nothing to do: {item.nothing_to_do}")
    return "\n".join(lines)
