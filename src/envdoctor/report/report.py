"""The report: outcomes and advice on one patient, and what they come to."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from envdoctor.engine.checks import Outcome, Status
from envdoctor.engine.rules import Severity
from envdoctor.facts import Facts
from envdoctor.report.advice import Advice

if TYPE_CHECKING:
    from envdoctor.fixes.plan import PlannedFix
    from envdoctor.report.rehearsal import Rehearsal
    from envdoctor.report.resolution import Resolution

SCHEMA_VERSION = "1.0"
NEVER = "never"


class Settings(Struct, frozen=True):
    """What decides the exit status: ``fail_on`` (severity or never), ``strict``, ``asked`` (names of checks).

    ``level`` is whom the report is for (beginner, advanced); ``prefer`` is conda, pip, system, or empty.
    """

    fail_on: str = "error"
    strict: bool = False
    asked: frozenset[str] = frozenset()
    level: str = "auto"
    prefer: str = ""


class Report(Struct, frozen=True, dict=True):
    """Everything a reporter shows. ``plugins`` are (distribution, version); ``seconds`` the whole check-up took.

    ``notes`` are lines about the check-up itself, such as a suppression whose date has passed. ``rehearsal`` is what
    carrying out the plan has shown, ``resolution`` what resolving it dry has, where it was asked for; ``planned`` is
    then the plan that is left.
    """

    version: str
    plugins: tuple[tuple[str, str], ...]
    facts: Facts
    outcomes: tuple[Outcome, ...]
    advice: tuple[Advice, ...]
    settings: Settings
    seconds: float
    notes: tuple[str, ...] = ()
    rehearsal: "Rehearsal | None" = None
    resolution: "Resolution | None" = None
    planned: "tuple[PlannedFix, ...] | None" = None

    @property
    def open(self) -> tuple[Advice, ...]:
        """The advice that nothing suppresses."""
        return tuple(item for item in self.advice if item.suppressed is None)

    @cached_property
    def plan(self) -> "tuple[PlannedFix, ...]":
        """One plan for all that is open."""
        if self.planned is not None:
            return self.planned
        from envdoctor.fixes import Guard, Toolbox
        from envdoctor.fixes.plan import plan

        guard = Guard(self.facts, self.outcomes, self.settings.level)
        toolbox = Toolbox(self.facts, self.settings.prefer)
        return plan([(item.finding, item.fixes) for item in self.open], toolbox, guard)

    @property
    def counts(self) -> dict[str, int]:
        return count(self.outcomes, self.open)

    @property
    def exit_code(self) -> int:
        """As `exit_code` has it; 3 in place of 0 where envdoctor itself lacked what it takes to examine, or where
        the plan was to be resolved and could not be; a rehearsal's own after one."""
        if self.rehearsal is not None and (self.rehearsal.impossible or self.rehearsal.tried):
            return self.rehearsal.status
        unknown = self.facts.start.hindered or (self.resolution is not None and not self.resolution.known)
        return exit_code(self.outcomes, self.open, self.settings) or (3 if unknown else 0)

    @property
    def status(self) -> str:
        """healthy, findings or inconclusive: infos leave an environment healthy, an unknown check does not, and nor
        does a check-up that examined nothing."""
        counts = self.counts
        if counts["error"] or counts["warning"]:
            return "findings"
        return "inconclusive" if counts["unknown"] or self.exit_code == 3 or not self.examined else "healthy"

    @property
    def examined(self) -> bool:
        """Whether a check came to a verdict, or told of something."""
        return any(outcome.status in (Status.PASSED, Status.FOUND) for outcome in self.outcomes)


def by_reason(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes that share a reason together, in the order in which the reasons come up."""
    reasons: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        reasons.setdefault(outcome.reason, []).append(outcome)
    return reasons


def count(outcomes: Sequence[Outcome], advice: Sequence[Advice]) -> dict[str, int]:
    """Findings by severity, checks by status."""
    counts = {severity.value: 0 for severity in Severity}
    for item in advice:
        counts[item.finding.severity.value] += 1
    for status in (Status.PASSED, Status.NOT_APPLICABLE, Status.UNKNOWN):
        counts[status.value] = sum(outcome.status is status for outcome in outcomes)
    return counts


def exit_code(outcomes: Sequence[Outcome], advice: Sequence[Advice], settings: Settings) -> int:
    """0, 1 or 3, as the interface has it: findings at or above ``fail_on`` win over what is inconclusive."""
    if settings.fail_on != NEVER:
        limit = Severity(settings.fail_on).rank
        if any(item.finding.severity.rank <= limit for item in advice):
            return 1
    unknown = [outcome for outcome in outcomes if outcome.status is Status.UNKNOWN]
    if not unknown:
        return 0
    nothing_examined = not any(outcome.status in (Status.PASSED, Status.FOUND) for outcome in outcomes)
    asked = any(outcome.check.name in settings.asked for outcome in unknown)
    return 3 if nothing_examined or asked or settings.strict else 0


def worst(codes: Mapping[str, int] | Sequence[int]) -> int:
    """The status of several patients together: 4, then 1, then 3, then 0."""
    values = list(codes.values()) if isinstance(codes, Mapping) else list(codes)
    return next((code for code in (4, 1, 3) if code in values), 0)
