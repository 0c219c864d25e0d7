"""PY009: `home` in pyvenv.cfg lies in a folder named after one patch release, which its owner removes with an upgrade."""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    NotApplicable,
    OriginKind,
    Patient,
    Prefix,
    Rule,
    Severity,
    called,
    check,
    kind_of,
    paths,
)

PY009 = Rule("PY009", "fragile-base", Severity.INFO, guide=("repro-1",))
# A folder that the next upgrade of its owner replaces by one of another name.
VERSIONED = {
    OriginKind.HOMEBREW: r"[/\\]Cellar[/\\][^/\\]+[/\\][^/\\]+[/\\]",
    OriginKind.UV_PYTHON: r"[/\\](?:cpython|pypy|graalpy)-\d+\.\d+\.\d+[^/\\]*[/\\]",
    OriginKind.MISE: r"[/\\]installs[/\\]python[/\\]\d+\.\d+\.\d+[^/\\]*[/\\]",
}


@check(PY009)
def fragile_base(prefix: Prefix, patient: Patient) -> Iterator[Finding]:
    if not isinstance(prefix.configuration, dict) or len(patient.origin) < 2:
        raise NotApplicable("not a virtual environment")
    base = patient.origin[1]
    pattern = VERSIONED.get(kind_of(base.kind))
    if (
        pattern is None
        or not prefix.home
        or not prefix.home_exists
        or not re.search(pattern, paths.join(prefix.home, ""))
    ):
        return
    yield Finding(
        PY009,
        base.kind,
        (Evidence("pyvenv.cfg", f"home = {prefix.home}"), Evidence("base", called(base))),
        f"the base lies in a folder that an upgrade by {base.kind} may remove",
        "The environment points at one patch release; when that folder goes, the environment breaks (PY008).",
        nothing_to_do="until the upgrade comes: then make the environment again.",
    )
