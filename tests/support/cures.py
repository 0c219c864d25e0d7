"""What a fix would have run."""

from typing import Any

from envdoctor.engine.findings import Finding
from envdoctor.facts import Facts
from envdoctor.fixes import Toolbox
from envdoctor.fixes.model import Fix
from envdoctor.fixes.plan import PlannedFix, plan
from envdoctor.fixes.steps import Run, Step
from envdoctor.testing import facts


def argv(step: Step | None) -> list[str]:
    assert isinstance(step, Run)
    return list(step.argv)


def argvs(fix: Fix) -> list[str]:
    """The command lines of a fix that consists of nothing else."""
    return [" ".join(argv(step)) for step in fix.steps]


def cure(finding: Finding, number: int = 0, **sections: Any) -> Fix:
    """The fix of one of the finding's remedies in the patient with these facts."""
    return Toolbox(facts(**sections)).fix(finding.remedies[number], finding.rule.code)


def planned(*findings: Finding, known: Facts | None = None) -> tuple[PlannedFix, ...]:
    """The plan of a patient, healthy where none is given, who has these findings."""
    toolbox = Toolbox(known or facts())
    return plan([(it, [toolbox.fix(remedy, it.rule.code) for remedy in it.remedies]) for it in findings], toolbox)
