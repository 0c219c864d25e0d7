"""The JSON document (schema 1.0): what other programs are written against."""

from collections.abc import Sequence
from typing import Any

import msgspec

from envdoctor.facts.recording import dump, sections
from envdoctor.fixes import Fix
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.steps import as_json
from envdoctor.privacy.redact import credentials
from envdoctor.report.advice import Advice
from envdoctor.report.formats import Style
from envdoctor.report.report import SCHEMA_VERSION, Report


def render(reports: Sequence[Report], style: Style) -> str:
    """One report as itself, several under ``reports``; ASCII, a single line unless ``style.indent``."""
    documents = [document(report, style.plan) for report in reports]
    whole = documents[0] if len(documents) == 1 else {"schema_version": SCHEMA_VERSION, "reports": documents}
    return credentials(dump(whole, 2 if style.indent else None)) + "\n"


def document(report: Report, plan: bool = False) -> dict[str, Any]:
    """The report as JSON values; with ``plan``, the joined and ordered fixes, too."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {
            "name": "envdoctor",
            "version": report.version,
            "checks": [{"name": "envdoctor-checks", "version": report.version}]
            + [{"name": name, "version": version} for name, version in report.plugins],
        },
        "patient": msgspec.to_builtins(report.facts.patient),
        "summary": {
            "status": report.status,
            "exit_code": report.exit_code,
            "counts": report.counts,
            "seconds": round(report.seconds, 4),
        },
        "facts": sections(report.facts),
        "checks": [
            {
                "name": outcome.check.name,
                "codes": list(outcome.check.codes),
                "status": outcome.status,
                "reason": outcome.reason,
                "seconds": round(outcome.seconds, 6),
            }
            for outcome in report.outcomes
        ],
        "findings": [_finding(item) for item in report.advice],
        "notes": list(report.notes),
        **({"plan": [_entry(entry) for entry in report.plan]} if plan else {}),
    }


def _finding(item: Advice) -> dict[str, Any]:
    finding = item.finding
    return {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "title": finding.title,
        "subject": finding.subject,
        "evidence": [{"label": seen.label, "value": seen.value} for seen in finding.evidence],
        "why": finding.why,
        "nothing_to_do": finding.nothing_to_do,
        "guide": [
            {
                "id": statement.id,
                "section": statement.section,
                "says": statement.says,
                "status": statement.status,
                "since": statement.since,
                "sources": [source.url for source in statement.sources],
            }
            for statement in item.guide
        ],
        "settled_by": item.settled_by,
        "fixes": [_fix(fix) for fix in item.fixes],
        "fingerprint": item.fingerprint,
        "suppressed": item.suppressed,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "reason": fix.reason,
        "steps": list(map(as_json, fix.steps)),
        "undo": fix.undo,
        "verify": as_json(fix.verify) if fix.verify else {},
    }


def _entry(entry: PlannedFix) -> dict[str, Any]:
    return {
        "codes": list(entry.codes),
        "subjects": list(entry.subjects),
        **_fix(entry.fix),
        "conflicts": list(entry.conflicts),
    }
