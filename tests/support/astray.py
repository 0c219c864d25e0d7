"""Cures that can't work: by a tool that nobody saw start, or where the culprit is not."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import DeleteFiles, Install, MendFile, Move, Remedy, Remove, Replace, UnsetEnv
from envdoctor.facts import Facts, Path, Tools
from envdoctor.fixes import Toolbox
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run
from envdoctor.fixes.target import Target


def astray(findings: list[Finding], facts: Facts) -> list[str]:
    """Those of all remedies of these findings in this patient, each with the reason."""
    toolbox, target = Toolbox(facts), Target(facts)
    told: list[str] = []
    for finding in findings:
        for remedy in finding.remedies:
            fix = toolbox.fix(remedy, finding.rule.code)
            if fix.steps and fix.applicability is not Applicability.MANUAL:
                told += [f"{finding.rule.code}: {word} was not seen to start" for word in unseen(fix, target)]
                told += [
                    f"{finding.rule.code}: {word} is no culprit" for word in elsewhere(remedy, fix, finding, target)
                ]
    return told


def unseen(fix: Fix, target: Target) -> list[str]:
    """The programs of the commands that can't start, as far as the facts tell: by the name, or by the path that the
    name has; and the patient's own Python, where that does not start."""
    programs = [step.argv[0] for step in fix.steps if isinstance(step, Run)]
    broken = {*target.dead, *(target.facts.tools.broken if isinstance(target.facts.tools, Tools) else {})}
    lost = [program for program in programs if program in broken]
    if target.stopped:
        lost += [program for program in programs[:1] if paths.inside(program, target.prefix)]
    return lost


def elsewhere(remedy: Remedy, fix: Fix, finding: Finding, target: Target) -> list[str]:
    """What a remedy changes that the finding does not speak of: a file, a distribution, a variable that neither it
    names, by its name or by what it holds, nor anybody has set."""
    evidence = [f"{item.label} {item.value}" for item in finding.evidence]
    text = "\n".join([finding.title, finding.subject, finding.why, *evidence])
    match remedy:
        case UnsetEnv(names):
            return [name for name in names if name not in text and not _is_set(name, target)]
        case Move(source):
            return [] if paths.name(source) in text else [source]
        case DeleteFiles(files):
            return [path for path in files if paths.name(path) not in text]
        case MendFile(file):
            return [] if paths.name(file) in text else [file]
        case Install(requirements, force=True, conda=False):
            wanted = [name_in(item) for item in requirements]
        case Remove(wanted_names):
            wanted = list(wanted_names)
        case Replace(remove, install):
            wanted = [*remove, *map(name_in, install)]
        case _:
            return []
    lower = normalise(text)
    named = [name for name in wanted if normalise(name) in lower]
    counted = bool(named) and " more" in text  # the rest of a long list
    parts = {name.split("-")[0] for name in named}  # what comes and goes with one that is named
    return [
        name
        for name in wanted
        if not (fix.patient or counted or name in named or (isinstance(remedy, Remove) and name.split("-")[0] in parts))
    ]


def _is_set(name: str, target: Target) -> bool:
    path = target.facts.path
    brought = name == "PYTHONPATH" and isinstance(path, Path) and bool(path.pythonpath)
    active = isinstance(path, Path) and bool(path.active) and name in ("VIRTUAL_ENV", "CONDA_PREFIX")
    return brought or active or name in target.environ
