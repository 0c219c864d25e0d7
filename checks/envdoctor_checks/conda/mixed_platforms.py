"""CON018: Packages of several platforms in one environment, or a setting by which the next one will be."""

from collections.abc import Iterator

from envdoctor.api import (
    Change,
    Conda,
    CondaRecord,
    Configure,
    Evidence,
    Finding,
    LayAgain,
    Remedy,
    Rule,
    Severity,
    UnsetEnv,
    Variables,
    check,
    paths,
)
from envdoctor_checks.conda._records import conda_records, in_words, unread
from envdoctor_checks.conda._sources import deciding_file, sources_of

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
    led, source = _led(conda, environment)
    leads = bool(led) and led not in (own, "noarch")
    unset: tuple[Remedy, ...] = (_undone(conda, source),) if leads else ()
    if others:
        names = tuple(record.name for record in others)
        yield Finding(
            CON018,
            "packages of another platform",
            (
                Evidence(own, f"{len(platforms[own])} packages, Python among them" if own else ""),
                *(Evidence(name, in_words(items)) for name, items in platforms.items() if name != own),
                *((Evidence(source, led),) if led else ()),
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
            "CONDA_SUBDIR" if source == "CONDA_SUBDIR" else "subdir",
            (Evidence(source, led), Evidence("environment", own)),
            f"{_told(source, led)}: the next package would be for another platform than this environment ({own})",
            "conda takes packages for the platform that this names, whatever lies in the environment.",
            own_severity=Severity.WARNING,
            remedies=unset,
        )
    unread(conda)


def _led(conda: Conda, environment: Variables) -> tuple[str, str]:
    """The platform that conda takes packages for by its configuration, and the file or variable that says so."""
    for name in ("subdirs", "subdir"):
        value = conda.settings[name].value if name in conda.settings else None
        named = [item for item in (value if isinstance(value, list) else [value]) if item and item != "noarch"]
        if named:
            return str(named[0]), sources_of(conda, name)[0]
    return environment.variables.get("CONDA_SUBDIR", ""), "CONDA_SUBDIR"


def _key(conda: Conda) -> str:
    return "subdirs" if "subdirs" in conda.settings else "subdir"


def _told(source: str, platform: str) -> str:
    return f"{source}={platform}" if source.startswith("CONDA_") else f"{platform} in {paths.name(source)}"


def _undone(conda: Conda, source: str) -> Remedy:
    if source.startswith("CONDA_"):
        return UnsetEnv((source,))
    key = _key(conda)
    file = deciding_file(conda, key)
    return Configure(
        "let conda take packages for this platform again, wherever this file is read",
        (Change("remove-key", key, "", file),),
        undo=f"set {key} in {file} in the same way",
    )
