"""Facts in, report out: the checks that were chosen, their findings, the advice."""

import time
from collections.abc import Sequence

import msgspec

from envdoctor import __version__
from envdoctor.advice import advise
from envdoctor.config import Config
from envdoctor.engine import Loaded, examine
from envdoctor.facts import Facts
from envdoctor.plugins import Collection
from envdoctor.report import Report, Settings
from envdoctor.rules import Outcome
from envdoctor.selection import Selection, choose


class Plan(msgspec.Struct, frozen=True):
    """What is to be examined and how it is to be judged, the same for every patient."""

    collection: Collection
    selection: Selection
    config: Config
    settings: Settings

    @property
    def checks(self) -> list[Loaded]:
        return choose(self.collection.checks, self.selection)


def diagnose(facts: Facts, plan: Plan, began: float) -> Report:
    """The report on ``facts``; ``began`` is when the check-up began (`time.perf_counter`)."""
    outcomes = [_chosen(outcome, plan.selection) for outcome in examine(facts, plan.checks)]
    advice = advise(facts, outcomes, plan.selection, plan.config.excuses)
    return Report(
        version=__version__,
        plugins=tuple(plan.collection.plugins),
        facts=facts,
        outcomes=tuple(outcomes),
        advice=advice,
        settings=plan.settings,
        seconds=time.perf_counter() - began,
        notes=_notes(plan.config, facts.recorded[:10]),
    )


def _chosen(outcome: Outcome, selection: Selection) -> Outcome:
    """The outcome with the findings of chosen rules only; without any left, what it could not tell is left."""
    findings = tuple(finding for finding in outcome.findings if selection.includes(finding.rule))
    if len(findings) == len(outcome.findings):
        return outcome
    status = "found" if findings else "unknown" if outcome.reason else "passed"
    return msgspec.structs.replace(outcome, findings=findings, status=status)


def _notes(config: Config, today: str) -> tuple[str, ...]:
    over = [(code, excuse.until) for code, excuse in config.excuses.items() if excuse.until and today > excuse.until]
    return tuple(f"{config.file}: the excuse for {code} ended on {until}" for code, until in over)


def settings(
    plan_config: Config, fail_on: str | None, strict: bool, asked: Sequence[str], checks: Sequence[Loaded]
) -> Settings:
    """The settings from the command line over the configuration's; ``asked`` are words of ``--select``."""
    wanted = Selection(select=tuple(asked))
    names = frozenset(
        item.check.name for item in checks if asked and any(wanted.includes(rule) for rule in item.check.rules)
    )
    return Settings(fail_on or plan_config.fail_on or "error", strict or bool(plan_config.strict), names)
