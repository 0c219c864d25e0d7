"""Whether the cures of findings settle them, by the rules' own judgement of the facts afterwards."""

from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import DeleteFiles, Install, Remove, Replace, SetEnv, UnsetEnv
from envdoctor.engine.run import RegisteredCheck, run
from envdoctor.facts import Facts
from envdoctor.fixes import Toolbox
from tests.support.closure import ABOUT_PACKAGES, ABOUT_VARIABLES, answer


def unsettled(findings: list[Finding], facts: Facts, check: RegisteredCheck) -> list[str]:
    """The remedies that would be run as they stand, and after which the rule finds the same, or more that harms."""

    def judge(then: Facts) -> list[Finding]:
        return list(run(then, check).findings)

    toolbox = Toolbox(facts)
    told = []
    for finding in findings:
        for remedy in finding.remedies:
            needs = ABOUT_VARIABLES if isinstance(remedy, SetEnv | UnsetEnv) else ABOUT_PACKAGES
            if not isinstance(remedy, SetEnv | UnsetEnv | Install | Remove | Replace | DeleteFiles):
                continue
            asked = set(check.check.needs)
            by_trial = isinstance(remedy, SetEnv | UnsetEnv) and "environment" not in asked  # it computed, or measured
            if by_trial or not asked <= needs or not toolbox.fix(remedy, finding.rule.code).steps:
                continue
            said = answer(facts, remedy, [finding], findings, judge)
            told += [f"{remedy}: left {item.title}" for item in said.left]
            told += [f"{remedy}: new {item.title}" for item in said.new]
    return told
