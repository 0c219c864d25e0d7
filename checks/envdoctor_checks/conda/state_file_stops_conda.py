"""CON016: A file that conda reads first is one that it can't read."""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaStateFile,
    DeleteFiles,
    Evidence,
    Finding,
    Manual,
    MendFile,
    Remedy,
    RestoreRecord,
    Rule,
    Severity,
    check,
    paths,
)
from envdoctor_checks.conda._records import conda_records

CON016 = Rule("CON016", "state-file-stops-conda", Severity.ERROR, guide=("repro-1",))
SAYS = {
    "history": "UnicodeDecodeError, or SyntaxError",
    "record": "CorruptedEnvironmentError",
    "pinned": "InvalidMatchSpec, or UnicodeDecodeError",
    "state": "JSONDecodeError, or UnicodeDecodeError",
    "variables": "JSONDecodeError, or UnicodeDecodeError",
}
STOPS = {
    "history": "conda can no longer install or remove anything here",
    "record": "conda can no longer list, install or remove anything here",
    "pinned": "conda can no longer install or remove anything here",
    "state": "conda can no longer activate this environment",
    "variables": "conda can no longer activate this environment",
}


@check(CON016)
def state_file_stops_conda(conda: Conda) -> Iterator[Finding]:
    """An empty record is CON013's: an installation was broken off there."""
    conda_records(conda)
    for item in conda.state:
        if item.kind == "record" and item.problem == "empty":
            continue
        yield _stopped(conda, item)


def _stopped(conda: Conda, item: CondaStateFile) -> Finding:
    name = paths.name(item.file)
    gone = item.kind == "history" and (item.missing or "folder" in item.problem)
    stops = "conda no longer takes this folder for an environment" if gone else STOPS[item.kind]
    says = "EnvironmentLocationNotFound: Not a conda environment" if gone else SAYS[item.kind]
    where = f", line {item.line}" if item.line else ""
    return Finding(
        CON016,
        name,
        (Evidence(item.file, f"{item.problem}{where}"), Evidence("conda says", says)),
        f"{stops}: {name}, {item.problem}{where}",
        "conda reads this file before it does anything, and ends with an error where it can't. Python and the "
        "packages are not touched by that.",
        remedies=_remedies(conda, item),
    )


def _remedies(conda: Conda, item: CondaStateFile) -> tuple[Remedy, ...]:
    if conda.frozen:
        return (Manual("ask the person who froze this environment"),)
    if "folder" in item.problem:
        return (MendFile(item.file, "replace" if item.kind == "history" else "aside"),)
    if item.kind == "record":
        if item.package:
            return (RestoreRecord(item.file, item.package),)
        return (
            DeleteFiles(
                (item.file,), "delete it: it is no record of a package", "look at it first, if you don't know it"
            ),
        )
    if item.missing:
        return (MendFile(item.file, "create"),)
    if item.line:
        return (MendFile(item.file, "line", item.line),)
    if "UTF-" in item.problem:
        return (MendFile(item.file, "utf-8" if item.problem.startswith("not") else "utf-16"),)
    if "byte order mark" in item.problem:
        return (MendFile(item.file, "mark"),)
    return (
        DeleteFiles(
            (item.file,), f"delete {item.file}", "variables that conda is to set on activation are lost with it"
        ),
    )
