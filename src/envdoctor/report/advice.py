"""Findings, ranked and joined with the guide's statements and with fixes for this environment."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from envdoctor.engine.checks import Outcome
from envdoctor.engine.configuration import Suppression
from envdoctor.engine.findings import Finding
from envdoctor.engine.rules import Confidence
from envdoctor.engine.run import ADVANCED
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts
from envdoctor.fixes import Fix, Guard, Toolbox
from envdoctor.fixes.least import first_ways
from envdoctor.fixes.plan import FIRST
from envdoctor.guide import Statement, cited
from envdoctor.privacy.lazy import pattern

try:  # hashlib brings OpenSSL with it, which takes longer to load than all our checks to run
    from _sha2 import sha256  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore]  # Python 3.11
    except ImportError:
        from hashlib import sha256


CERTAINTY = list(Confidence)


class Advice(Struct, frozen=True):
    """One finding and what to do about it. ``suppressed`` says why it does not count (``None``: it counts).

    ``settled_by`` is the code of a finding further up whose cure is the same (empty: none).
    """

    finding: Finding
    guide: tuple[Statement, ...]
    fixes: tuple[Fix, ...]
    fingerprint: str
    suppressed: dict[str, str] | None = None
    settled_by: str = ""


def advise(
    facts: Facts,
    outcomes: Sequence[Outcome],
    selection: Selection,
    suppressions: Mapping[str, Suppression],
    baseline: Collection[str] = (),
    prefer: str = "",
    level: str = ADVANCED,
) -> tuple[Advice, ...]:
    """The advice on every finding of a chosen rule, ranked by harm.

    ``baseline`` are fingerprints of findings that were there before; ``prefer`` is conda, pip or system.
    """
    toolbox, guard = Toolbox(facts, prefer), Guard(facts, outcomes, level)
    findings = [finding for outcome in outcomes for finding in outcome.findings if selection.includes(finding.rule)]
    findings.sort(key=_harm)
    findings = first_ways(findings)
    advice: list[Advice] = []
    for finding in findings:
        mark = fingerprint(finding)
        known = {"by": "baseline", "reason": "it was there when the baseline was written"} if mark in baseline else None
        fixes = tuple(
            guard.judged(toolbox.fix(remedy, finding.rule.code), remedy, [finding]) for remedy in finding.remedies
        )
        advice.append(
            Advice(
                finding=finding,
                guide=cited(finding.rule.guide),
                fixes=fixes,
                fingerprint=mark,
                suppressed=_suppression(finding, suppressions, facts.recorded[:10]) or known,
                settled_by=_settled_by(finding, fixes, advice),
            )
        )
    return tuple(advice)


def _harm(finding: Finding) -> tuple[int, int, int]:
    """The worst first: by severity, then what keeps the patient from starting, then what is certain.

    What is equal stays in the order of the checks.
    """
    return finding.severity.rank, finding.rule.code not in FIRST, CERTAINTY.index(finding.confidence)


def _settled_by(finding: Finding, fixes: Sequence[Fix], above: Sequence[Advice]) -> str:
    if not fixes or not fixes[0].steps:
        return ""
    same = (item for item in above if item.suppressed is None and item.fixes and item.fixes[0].steps == fixes[0].steps)
    return next((item.finding.rule.code for item in same), "")


def _suppression(finding: Finding, suppressions: Mapping[str, Suppression], today: str) -> dict[str, str] | None:
    rule = finding.rule
    for word, suppression in sorted(suppressions.items(), key=lambda item: -len(item[0])):  # the most specific first
        if Selection(select=(word,)).includes(rule) and not (suppression.until and today > suppression.until):
            return {"by": "configuration", "reason": suppression.reason, "until": suppression.until}
    return None


_PATH = pattern(r"(?:[A-Za-z]:)?[/\\~](?:[^/\\\s]*[/\\])*")
_VERSION = pattern(r"(?<![A-Za-z])\d{1,40}(?:\.\d+)+\S*")


def fingerprint(finding: Finding) -> str:
    """The SHA-256 of the code and of the subject without paths and versions: the same fault has the same anywhere."""
    subject = " ".join(_VERSION.sub("", _PATH.sub("", finding.subject)).split())
    return str(sha256(f"{finding.rule.code}\n{subject}".encode("utf-8", "surrogatepass")).hexdigest())
