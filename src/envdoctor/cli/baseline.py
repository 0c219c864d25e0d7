"""Findings that were there before: written down once, and ignored from then on."""

import json
from collections.abc import Sequence

from envdoctor.cli.files import content
from envdoctor.engine.selection import UsageError
from envdoctor.privacy.redact import credentials
from envdoctor.report.report import Report

VERSION = "1.0"


def dumps(reports: Sequence[Report]) -> str:
    """The text of a baseline: every finding's fingerprint, with its code and subject for those who read it."""
    rows = {
        item.fingerprint: {
            "code": item.finding.rule.code,
            "fingerprint": item.fingerprint,
            "subject": credentials(item.finding.subject),
        }
        for report in reports
        for item in report.advice
    }
    findings = sorted(rows.values(), key=lambda row: (row["code"], row["fingerprint"]))
    return json.dumps({"schema_version": VERSION, "findings": findings}, indent=2, ensure_ascii=True) + "\n"


def load(path: str) -> frozenset[str]:
    """The fingerprints in the file. Raises `UsageError` naming it."""
    try:
        document = json.loads(content(path))
        return frozenset(str(row["fingerprint"]) for row in document["findings"])
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; `envdoctor check --write-baseline {path}` makes one") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            f"{path}: no baseline of envdoctor; `envdoctor check --write-baseline FILE` makes one"
        ) from None
