"""CON011: A configuration file does not count."""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaFileProblem,
    Confidence,
    Edit,
    Evidence,
    Finding,
    NotApplicable,
    Rule,
    Severity,
    check,
)
from envdoctor_checks.conda._channels import milder

CON011 = Rule("CON011", "condarc-ignored", Severity.WARNING, Confidence.CERTAIN, ("rec-6",), (Severity.INFO,))


@check(CON011)
def condarc_ignored(conda: Conda) -> Iterator[Finding]:
    if conda.flavour == "pixi":
        raise NotApplicable("pixi reads no condarc")
    files: dict[str, list[CondaFileProblem]] = {}
    for problem in conda.problems:
        files.setdefault(problem.file, []).append(problem)
    for file, problems in files.items():
        stops = ("type", "duplicate", "fatal", "denied", *(("unreadable",) if conda.tool == "conda" else ()))
        refused = all(problem.kind in stops for problem in problems)
        yield Finding(
            CON011,
            file,
            (Evidence("file", file), *(Evidence(problem.kind, problem.problem) for problem in problems)),
            f"{conda.tool} {'stops at' if refused else 'ignores'} {file}: {problems[0].problem}",
            f"{conda.tool} ends with an error there, whatever it is asked for."
            if refused
            else "What is set there does not hold: channels and their priority may be others than you think.",
            own_severity=milder(conda),
            own_confidence=Confidence.LIKELY if problems[0].kind == "name" else None,
            remedies=(Edit(file, _cure(problems[0])),),
        )


def _cure(problem: CondaFileProblem) -> str:
    return {
        "name": "move its settings to ~/.condarc, or give it a name that is read",
        "syntax": "correct the YAML",
        "fatal": "correct the YAML",
        "unreadable": "make it readable for you",
        "duplicate": "keep one of the two names",
        "denied": "take the channel out",
    }.get(problem.kind, "correct the value")
