"""Findings: what a check has seen, and what it advises."""

from msgspec import Struct

from envdoctor.engine.remedies import Remedy
from envdoctor.engine.rules import Confidence, Rule, Severity


class Evidence(Struct, frozen=True):
    label: str
    value: str


class Finding(Struct, frozen=True):
    """One thing that is so: the rule, whom it concerns, what was seen, and what it means.

    ``subject`` identifies the culprit within the environment (a distribution, a file, a variable).
    ``own_severity`` and ``own_confidence``, where given, take the place of the rule's. ``nothing_to_do`` is said to
    the user in place of a fix. ``headline`` are words for the verdict of a report that is healthy otherwise.
    ``members`` are the machines of a fleet that it concerns.
    """

    rule: Rule
    subject: str
    evidence: tuple[Evidence, ...]
    title: str
    why: str
    own_severity: Severity | None = None
    own_confidence: Confidence | None = None
    remedies: tuple[Remedy, ...] = ()
    nothing_to_do: str = ""
    headline: str = ""
    members: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        return self.own_severity or self.rule.severity

    @property
    def confidence(self) -> Confidence:
        return self.own_confidence or self.rule.confidence
