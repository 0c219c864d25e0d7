"""Rules: what can be found, how much it hurts, how sure one is."""

import enum

from msgspec import Struct


class Severity(enum.StrEnum):
    """How much it hurts: broken or will break; likely to hurt; worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Confidence(enum.StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Rule(Struct, frozen=True):
    """A fault that can be found. ``guide`` are ids of the guide's statements it serves; ``()``: the guide is silent.

    ``varies`` are the other severities it may take, for the table of rules.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence = Confidence.CERTAIN
    guide: tuple[str, ...] = ()
    varies: tuple[Severity, ...] = ()
