"""Facts in, report out: the checks that were chosen, their findings, the advice."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from envdoctor import __version__
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.engine.checks import Outcome, Status
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import CheckSet
from envdoctor.engine.run import RegisteredCheck, examine
from envdoctor.engine.selection import Selection, choose
from envdoctor.facts import Facts, Interpreter, Packages, present
from envdoctor.report.advice import advise
from envdoctor.report.report import Report, Settings

if TYPE_CHECKING:
    from envdoctor.probe.world import World
    from envdoctor.report.why.story import Look, Place


class Options(msgspec.Struct, frozen=True):
    """What is to be examined and how it is to be judged, the same for every patient."""

    check_set: CheckSet
    selection: Selection
    config: Config
    settings: Settings
    baseline: frozenset[str] = frozenset()

    @property
    def checks(self) -> list[RegisteredCheck]:
        return choose(self.check_set.checks, self.selection)


def diagnose(facts: Facts, plan: Options, began: float) -> Report:
    """The report on ``facts``; ``began`` is when the check-up began (`time.perf_counter`)."""
    level = level_of(facts, plan.settings.level)
    outcomes = [_chosen(outcome, plan.selection) for outcome in examine(facts, plan.checks, level=level)]
    prefer = plan.settings.prefer
    advice = advise(facts, outcomes, plan.selection, plan.config.suppressions, plan.baseline, prefer, level)
    return Report(
        version=__version__,
        plugins=tuple(plan.check_set.plugins),
        facts=facts,
        outcomes=tuple(outcomes),
        advice=advice,
        settings=msgspec.structs.replace(plan.settings, level=level),
        seconds=time.perf_counter() - began,
        notes=_hindrance(facts) + _forecast(facts) + _notes(plan.config, facts.recorded[:10]),
    )


def level_of(facts: Facts, asked: str) -> str:
    """beginner or advanced: as asked for, or by ``auto``, where Anaconda's own installer means a beginner."""
    if asked in ("beginner", "advanced"):
        return asked
    conda = present(facts.conda)
    flavour = None if conda is None else conda.flavour
    anaconda = flavour == OriginKind.ANACONDA or any(link.kind == OriginKind.ANACONDA for link in facts.patient.origin)
    return "beginner" if anaconda else "advanced"


def _chosen(outcome: Outcome, selection: Selection) -> Outcome:
    """The outcome with the findings of chosen rules only; without any left, what it could not tell is left."""
    findings = tuple(finding for finding in outcome.findings if selection.includes(finding.rule))
    if len(findings) == len(outcome.findings):
        return outcome
    status = Status.FOUND if findings else Status.UNKNOWN if outcome.reason else Status.PASSED
    return msgspec.structs.replace(outcome, findings=findings, status=status)


def _hindrance(facts: Facts) -> tuple[str, ...]:
    """What the check-up could not do for want of envdoctor's own means, on the machine where the facts were read."""
    hindered = facts.start.hindered
    return (f"{hindered}: what is unknown for that is no fault of this Python",) if hindered else ()


def _forecast(facts: Facts) -> tuple[str, ...]:
    """Where importing and the reading of files disagree, after a check-up that imported whole packages (``--deep``)."""
    packages = facts.packages
    if not isinstance(packages, Packages) or packages.altered_files is None or not packages.imports_tried:
        return ()
    wrong = [f"{module}: {len(files)} file(s)" for module, files in packages.cleared_imports.items()]
    missed = [it.module for it in packages.import_failures if not it.foretold and not it.after]
    lines = [f"{packages.imports_tried} modules were imported, each in a Python of its own"] if wrong or missed else []
    if wrong:
        lines.append(
            f"these can be imported though a library seems to be missing, which only their parts need: {', '.join(wrong)}"
        )
    if missed:
        lines.append(f"these can't be imported, and no file showed why: {', '.join(missed)}")
    return ("; ".join(lines),) if lines else ()


def _notes(config: Config, today: str) -> tuple[str, ...]:
    over = [
        (code, suppression.until)
        for code, suppression in config.suppressions.items()
        if suppression.until and today > suppression.until
    ]
    return tuple(f"{config.file}: {code} was ignored until {until}; it counts again" for code, until in over)


def settings(
    plan_config: Config,
    fail_on: str | None,
    strict: bool,
    asked: Sequence[str],
    checks: Sequence[RegisteredCheck],
    level: str | None = None,
    prefer: str | None = None,
) -> Settings:
    """The settings from the command line over the configuration's; ``asked`` are words of ``--select`` (``ALL`` asks
    for no check by name)."""
    wanted = Selection(select=tuple(word for word in asked if word.upper() != "ALL"))
    names = frozenset(
        item.check.name for item in checks if wanted.select and any(wanted.includes(rule) for rule in item.check.rules)
    )
    return Settings(
        fail_on=fail_on or plan_config.fail_on or "error",
        strict=strict or bool(plan_config.strict),
        asked=names,
        level=level or plan_config.level or "auto",
        prefer=prefer or plan_config.prefer or "",
    )


def looker(facts: Facts, world: "World") -> "Look | None":
    """What finds the file that an import takes in this patient; ``None`` where its search path is not known."""
    if not isinstance(facts.interpreter, Interpreter):
        return None
    from envdoctor.probe.packages import imports
    from envdoctor.report.why.story import Place

    path = facts.interpreter.sys_path
    compiled = tuple(facts.interpreter.extension_suffixes)
    distributions = facts.packages.distributions if isinstance(facts.packages, Packages) else []

    def look(module: str) -> "Place | None":
        found = imports.find(world, path, module, compiled)
        return None if found is None else Place(found.path, found.kind, imports.owner(world, distributions, found))

    return look
