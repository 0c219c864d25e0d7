"""PY011: Scripts in the environment's `bin` name the Python of another prefix, its activation script sets another
`VIRTUAL_ENV`, or pixi's record of its place differs.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Installation,
    NotApplicable,
    Patient,
    Prefix,
    Recreate,
    Remedy,
    RewritePaths,
    Rule,
    Severity,
    check,
    known,
)

PY011 = Rule("PY011", "moved-environment", Severity.WARNING, guide=("repro-1",))


@check(PY011)
def moved_environment(installation: Installation, prefix: Prefix, patient: Patient) -> Iterator[Finding]:
    if prefix.configuration is None and not prefix.conda_meta:
        raise NotApplicable("not an environment")
    places = {place.path for place in installation.places} | {place.real for place in installation.places}
    for other, scripts in known(installation.script_prefixes).items():
        if other in places:
            continue
        remedies: tuple[Remedy, ...] = (Recreate(title="make the environment again where it is now"),)
        if prefix.conda_meta and any(script.endswith("bin/conda-unpack") for script in scripts):
            remedies = (RewritePaths(), *remedies)
        yield Finding(
            PY011,
            prefix.path,
            (
                Evidence("is at", prefix.path),
                Evidence("was made for", other),
                *(Evidence("says so", script) for script in scripts[:3]),
            ),
            f"the environment was moved or copied here; its scripts still name {other}",
            "Its commands (pip among them) start the Python of the other place, or none at all.",
            remedies=remedies,
        )
