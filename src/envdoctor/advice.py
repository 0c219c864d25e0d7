"""Findings, ranked and joined with the guide's statements and with fixes for this environment."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from envdoctor.config import Excuse
from envdoctor.facts import Facts
from envdoctor.fixes import Fix, Toolbox
from envdoctor.guide import Statement, cited
from envdoctor.rules import Finding, Outcome
from envdoctor.selection import Selection

try:  # hashlib brings OpenSSL with it, which takes longer to load than all our checks to run
    from _sha2 import sha256  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore]  # Python 3.11
    except ImportError:
        from hashlib import sha256


class Advice(Struct, frozen=True):
    """One finding and what to do about it. ``suppressed`` says why it does not count (``None``: it counts)."""

    finding: Finding
    guide: tuple[Statement, ...]
    fixes: tuple[Fix, ...]
    fingerprint: str
    suppressed: dict[str, str] | None = None


def advise(
    facts: Facts, outcomes: Sequence[Outcome], selection: Selection, excuses: Mapping[str, Excuse]
) -> tuple[Advice, ...]:
    """The advice on every finding of a chosen rule, the worst first; within a severity in the order of the checks."""
    toolbox = Toolbox(facts)
    advice = [
        Advice(
            finding=finding,
            guide=cited(finding.rule.guide),
            fixes=tuple(toolbox.fix(remedy, finding.rule.code) for remedy in finding.remedies),
            fingerprint=fingerprint(finding),
            suppressed=_excuse(finding, excuses, facts.recorded[:10]),
        )
        for outcome in outcomes
        for finding in outcome.findings
        if selection.includes(finding.rule)
    ]
    return tuple(sorted(advice, key=lambda item: item.finding.level.rank))


def _excuse(finding: Finding, excuses: Mapping[str, Excuse], today: str) -> dict[str, str] | None:
    rule = finding.rule
    for word, excuse in sorted(excuses.items(), key=lambda item: -len(item[0])):  # the most specific first
        if Selection(select=(word,)).includes(rule) and not (excuse.until and today > excuse.until):
            return {"by": "configuration", "reason": excuse.reason, "until": excuse.until}
    return None


_PATH = re.compile(r"(?:[A-Za-z]:)?[/\\~](?:[^/\\\s]*[/\\])*")
_VERSION = re.compile(r"(?<![A-Za-z])\d+(?:\.\d+)+\S*")


def fingerprint(finding: Finding) -> str:
    """The SHA-256 of the code and of the subject without paths and versions: the same fault has the same anywhere."""
    subject = " ".join(_VERSION.sub("", _PATH.sub("", finding.subject)).split())
    return str(sha256(f"{finding.rule.code}\n{subject}".encode("utf-8", "surrogatepass")).hexdigest())
