"""CON013: An installation did not end."""

from collections.abc import Iterator

from envdoctor.api import Conda, Evidence, Finding, Prefix, Recreate, RestoreRecord, Rule, Severity, check, paths
from envdoctor_checks.conda._records import conda_records

CON013 = Rule("CON013", "interrupted-install", Severity.ERROR, guide=("repro-1",))


@check(CON013)
def interrupted_install(conda: Conda, prefix: Prefix) -> Iterator[Finding]:
    records = conda_records(conda)
    left = [Evidence("left behind", name) for name in conda.leftovers]
    left += [Evidence("empty record", name) for name, why in conda.unreadable.items() if why.endswith(": empty")]
    own = prefix.executable_exists and prefix.configuration is None and not paths.absolute(prefix.link or "")
    lost = any(name.startswith("python-") for name in conda.unreadable)
    if own and not lost and not any(record.name in ("python", "pypy", "graalpy") for record in records):
        left.append(Evidence("no record of python", f"{prefix.executable} is there"))
    if not left:
        return
    yield Finding(
        CON013,
        prefix.path,
        tuple(left[:8]),
        "an installation into this environment did not end",
        "It was interrupted, or conda-meta was damaged since: some packages are there in part, and conda does not "
        "know of them.",
        remedies=(*_least(conda, left), Recreate(title="make a new environment in its place")),
    )


def _least(conda: Conda, left: list[Evidence]) -> list[RestoreRecord]:
    """One empty record and nothing else: its package alone is laid down again."""
    empty = [item for item in conda.state if item.kind == "record" and item.problem == "empty" and item.package]
    if len(left) != 1 or len(empty) != 1 or conda.frozen:
        return []
    return [RestoreRecord(empty[0].file, str(empty[0].package))]
