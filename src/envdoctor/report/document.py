"""The report as JSON values (schema 1.0): what other programs are written against."""

import msgspec

from envdoctor.facts.document import sections
from envdoctor.fixes import Fix
from envdoctor.fixes.plan import PlannedFix
from envdoctor.fixes.steps import as_json
from envdoctor.privacy.redact import shareable
from envdoctor.report.advice import Advice
from envdoctor.report.report import SCHEMA_VERSION, Report

Json = dict[str, object]


def document(report: Report, plan: bool = False) -> object:
    """The report as JSON values, without credentials; with ``plan``, the joined and ordered fixes, too."""
    whole = _document(report, plan)
    if report.rehearsal is not None:
        from envdoctor.report.rehearsal import document as rehearsed

        whole["rehearsal"] = rehearsed(report.rehearsal)
    if report.resolution is not None:
        from envdoctor.report.resolution import document as resolved

        whole["resolution"] = resolved(report.resolution)
    return shareable(whole)


def _document(report: Report, plan: bool) -> Json:
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
        "findings": [finding(item) for item in report.advice],
        "notes": list(report.notes),
        **({"plan": [_entry(entry) for entry in report.plan]} if plan else {}),
    }


def finding(item: Advice) -> Json:
    """One finding with its cures."""
    found = item.finding
    return {
        "code": found.rule.code,
        "name": found.rule.name,
        "severity": found.severity.value,
        "confidence": found.confidence.value,
        "title": found.title,
        "subject": found.subject,
        "evidence": [{"label": seen.label, "value": seen.value} for seen in found.evidence],
        "why": found.why,
        "nothing_to_do": found.nothing_to_do,
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
        "fixes": [fix_document(fix) for fix in item.fixes],
        "fingerprint": item.fingerprint,
        "suppressed": item.suppressed,
    }


def fix_document(fix: Fix) -> Json:
    """One cure."""
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "reason": fix.reason,
        "steps": list(map(as_json, fix.steps)),
        "undo": fix.undo,
        "verify": as_json(fix.verify) if fix.verify else {},
    }


def _entry(entry: PlannedFix) -> Json:
    return {
        "codes": list(entry.codes),
        "severity": entry.severity.value,
        "subjects": list(entry.subjects),
        **fix_document(entry.fix),
        "conflicts": list(entry.conflicts),
    }
