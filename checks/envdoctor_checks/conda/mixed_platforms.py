"""CON018: Packages of several platforms in one environment, or a setting by which the next one will be."""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaRecord,
    Evidence,
    Finding,
    LayAgain,
    Remedy,
    Rule,
    Severity,
    UnsetEnv,
    Variables,
    check,
)
from envdoctor_checks.conda._records import conda_records, in_words, unread

CON018 = Rule("CON018", "mixed-platforms", Severity.ERROR, guide=("repro-1",), varies=(Severity.WARNING,))


@check(CON018)
def mixed_platforms(conda: Conda, environment: Variables) -> Iterator[Finding]:
    """Packages for any platform (noarch) don't count. The environment is of the platform of its Python."""
    binaries = [record for record in conda_records(conda) if record.subdir not in (None, "", "noarch")]
    platforms: dict[str, list[CondaRecord]] = {}
    for record in binaries:
        platforms.setdefault(str(record.subdir), []).append(record)
    if not platforms:
        unread(conda)
        return
    own = next((str(record.subdir) for record in binaries if record.name == "python"), "")
    own = own or max(platforms, key=lambda name: len(platforms[name]))
    others = [record for record in binaries if record.subdir != own]
    variable = environment.variables.get("CONDA_SUBDIR", "")
    leads = bool(variable) and variable not in (own, "noarch")
    unset: tuple[Remedy, ...] = (UnsetEnv(("CONDA_SUBDIR",)),) if leads else ()
    if others:
        names = tuple(record.name for record in others)
        yield Finding(
            CON018,
            "packages of another platform",
            (
                Evidence(own, f"{len(platforms[own])} packages, Python among them" if own else ""),
                *(Evidence(name, in_words(items)) for name, items in platforms.items() if name != own),
                *((Evidence("CONDA_SUBDIR", variable),) if variable else ()),
            ),
            f"{in_words(others, 3)} {'is' if len(others) == 1 else 'are'} for {others[0].subdir}, "
            f"the environment is for {own}",
            f"Code that is compiled for {others[0].subdir} does not load into this Python.",
            remedies=(
                *unset,
                LayAgain(names, f"install the packages for {own} in their place"),
            ),
        )
    elif leads:
        yield Finding(
            CON018,
            "CONDA_SUBDIR",
            (Evidence("CONDA_SUBDIR", variable), Evidence("environment", own)),
            f"CONDA_SUBDIR={variable}: the next package would be for another platform than this environment ({own})",
            "conda takes packages for the platform that the variable names, whatever lies in the environment.",
            own_severity=Severity.WARNING,
            remedies=unset,
        )
    unread(conda)
