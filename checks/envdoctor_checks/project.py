"""Can the project's environment be made again?"""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Manual, Project, Rule, Severity, UnknownFact, check, known

REP001 = Rule("REP001", "no-environment-file", Severity.WARNING, guide=("repro-1", "repro-3"))


@check(REP001)
def no_environment_file(project: Project) -> Iterator[Finding]:
    if project.declarations:
        return
    unreadable = known(project.unreadable)
    if unreadable:
        raise UnknownFact("; ".join(unreadable.values()))
    yield Finding(
        REP001,
        "the project",
        (
            Evidence("project", f"{project.root} ({project.evidence})"),
            Evidence(
                "looked for",
                "environment.yml, requirements*.txt, pyproject.toml with dependencies, pixi.toml, Pipfile, lock files",
            ),
        ),
        "this project lists its dependencies nowhere",
        "An environment can be deleted and made again only if something says what was in it.",
        remedies=(
            Manual("list what the project imports directly in pyproject.toml, requirements.txt or environment.yml"),
        ),
    )
