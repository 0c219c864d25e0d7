"""PY003: The Python of the operating system sees distributions that pip or uv put there."""

from collections.abc import Iterator

from envdoctor.api import (
    HOSTED,
    SYSTEM_OWNED,
    Distribution,
    Evidence,
    Finding,
    Install,
    Installation,
    Interpreter,
    Missing,
    NotApplicable,
    Overlay,
    Packages,
    Patient,
    Rule,
    Severity,
    UnknownFact,
    check,
    first_kind,
    paths,
)

PY003 = Rule("PY003", "packages-in-system-python", Severity.WARNING, guide=("rec-7", "rec-8"))
PIP_LIKE = ("pip", "uv")


@check(PY003)
def packages_in_system_python(
    patient: Patient, packages: Packages, installation: Installation, interpreter: Interpreter
) -> Iterator[Finding]:
    """Distributions that pip put where the system's Python sees them.

    In a container the image is the environment, and only what lies in the user's home is told.
    """
    if first_kind(patient) not in SYSTEM_OWNED:
        raise NotApplicable("not the system's Python")
    if any(overlay in HOSTED for overlay in patient.overlays):
        raise NotApplicable(f"in {', '.join(patient.overlays)} the image is the environment")
    foreign, unknown = [], []
    for item in packages.distributions:
        if item.installer not in PIP_LIKE:
            continue
        answer = installation.owned.get(item.path)
        at_home = paths.same(item.location, interpreter.user_site)
        if isinstance(answer, Missing):
            unknown.append(answer.reason)
        elif answer is None and (
            at_home or (Overlay.CONTAINER not in patient.overlays and _inside(item, patient, interpreter))
        ):
            foreign.append(item)
    if foreign:
        yield _system_finding(foreign, patient, installation)
    if unknown:
        raise UnknownFact(unknown[0])


def _inside(item: Distribution, patient: Patient, interpreter: Interpreter) -> bool:
    """Below the prefix of the system's Python, or where it installs for all users."""
    roots = [
        patient.prefix or "/usr",
        *(interpreter.paths[key] for key in ("purelib", "platlib") if key in interpreter.paths),
    ]
    return any(paths.within(item.location, root) for root in roots)


def _system_finding(foreign: list[Distribution], patient: Patient, installation: Installation) -> Finding:
    names = ", ".join(item.name for item in foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
    rows = [Evidence(f"{item.name} {item.version}", item.location) for item in foreign[:10]]
    rows += [Evidence("owner", line) for line in patient.origin[0].evidence[:1]]
    if installation.externally_managed:
        rows.append(Evidence("PEP 668", installation.externally_managed))
    wanted = tuple(f"{item.name}=={item.version}" if isinstance(item.version, str) else item.name for item in foreign)
    return Finding(
        PY003,
        names,
        tuple(rows),
        f"pip has put {names} beside the system's own packages",
        "Programs of the operating system use this Python, too: they now import these versions in place of the ones "
        "they were tested with, and the package manager knows nothing of them.",
        remedies=(Install(wanted, title="install them for your work, where the system's Python is left alone"),),
    )
