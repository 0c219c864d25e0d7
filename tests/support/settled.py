"""Whether the cures of findings settle them, by the rules' own judgement of the facts afterwards."""

from functools import cache

from envdoctor.engine.checks import Check, Outcome, Status
from envdoctor.engine.findings import Finding
from envdoctor.engine.plugins import built_in
from envdoctor.engine.remedies import FORETOLD, SetEnv, UnsetEnv
from envdoctor.engine.run import RegisteredCheck
from envdoctor.facts import Facts
from envdoctor.fixes import Toolbox
from envdoctor.fixes.closure import Closure


@cache
def _all() -> tuple[Outcome, ...]:
    return tuple(_of(item.check) for item in built_in().checks)


def _of(check: Check) -> Outcome:
    return Outcome(check, (), Status.PASSED)


def unsettled(findings: list[Finding], facts: Facts, check: RegisteredCheck) -> list[str]:
    """The remedies that would be run as they stand, and after which the rule finds the same, or any rule more that
    harms."""
    told: list[str] = []
    closure: Closure | None = None
    for finding in findings:
        for remedy in finding.remedies:
            if not isinstance(remedy, FORETOLD) or not isinstance(facts, Facts):
                continue
            fix = Toolbox(facts).fix(remedy, finding.rule.code)
            by_trial = isinstance(remedy, SetEnv | UnsetEnv) and "environment" not in check.check.needs
            if not fix.steps or fix.patient or by_trial:
                continue
            closure = closure or Closure(
                facts, [_of(check.check), *(it for it in _all() if it.check is not check.check)]
            )
            said = closure.answer(remedy, [finding])
            told += [f"{remedy}: left {item.title}" for item in said.left]
            told += [f"{remedy}: new {item.title}" for item in said.new]
    return told
