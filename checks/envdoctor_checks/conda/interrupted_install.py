"""CON013: An installation did not end."""

from collections.abc import Iterator

from envdoctor.api import Conda, Evidence, Finding, Prefix, Recreate, Rule, Severity, check, paths
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
        remedies=(Recreate(title="make the environment anew"),),
    )
