"""Is conda configured so that what is installed next will fit?"""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Rule,
    Run,
    Severity,
    UnsetEnv,
    canonical,
    check,
    family,
    known,
)

CON002 = Rule("CON002", "channel-priority-not-strict", Severity.INFO, guide=("rec-6",), varies=(Severity.WARNING,))
CON003 = Rule("CON003", "conda-forge-not-first", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))
CON010 = Rule("CON010", "no-channels", Severity.WARNING, guide=("pkg-4",))
CON015 = Rule("CON015", "nodefaults-in-condarc", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))


def milder(conda: Conda) -> Severity | None:
    """What concerns conda only is worth no more than a word where the patient is not conda's."""
    return None if conda.is_environment else Severity.INFO


def configured(conda: Conda) -> list[str]:
    if conda.flavour == "pixi":
        raise NotApplicable("pixi reads no condarc")
    return known(conda.channels)


def families(conda: Conda) -> list[str]:
    """The families in order of precedence; ``defaults`` and multichannels stand for what they are made of."""
    members = [url for channel in known(conda.channels) for url in conda.channel_urls.get(channel) or [channel]]
    return list(dict.fromkeys(name for name in map(family, members) if name))


def sources_of(conda: Conda, setting: str) -> list[str]:
    return conda.settings[setting].sources if setting in conda.settings else []


def channel_evidence(conda: Conda) -> tuple[Evidence, ...]:
    where = ", ".join(sources_of(conda, "channels")) or "conda's own default"
    return (Evidence("channels", f"{', '.join(known(conda.channels))} ({where})"),)


def config_command(conda: Conda, setting: str, *words: str) -> tuple[str, ...]:
    """A command that changes the file which decides, or the user's own where none does."""
    file = next((source for source in sources_of(conda, setting) if source in conda.config_files), None)
    if conda.tool == "micromamba":
        verb = {"--set": ("set",), "--prepend": ("prepend",), "--remove": ("remove",)}[words[0]]
        return ("micromamba", "config", *verb, *(("--file", file) if file else ()), *words[1:])
    return ("conda", "config", *(("--file", file) if file else ()), *words)


@check(CON002)
def priority_not_strict(conda: Conda) -> Iterator[Finding]:
    channels = configured(conda)
    priority = known(conda.channel_priority)
    if len({canonical(channel) for channel in channels}) < 2:
        raise NotApplicable("fewer than two channels are configured")
    if priority == "strict":
        return
    both = len(families(conda)) > 1
    origins = sources_of(conda, "channel_priority")
    variable = next((name for name in origins if name.startswith(("CONDA_", "MAMBA_"))), None)
    fix = Run(
        "let the first channel that has a package decide",
        config_command(conda, "channel_priority", "--set", "channel_priority", "strict"),
        safe=True,
        undo=f"set channel_priority to {priority} in the same way",
    )
    yield Finding(
        CON002,
        "channel_priority",
        (*channel_evidence(conda), Evidence("channel_priority", f"{priority} ({', '.join(origins) or 'the default'})")),
        f"packages of one environment may come from any of {len(channels)} channels",
        "With a priority that is not strict, the solver may take one package here and its neighbour there; builds of "
        "different channels are not tested together.",
        severity=(Severity.WARNING if conda.is_environment else Severity.INFO) if both else None,
        remedies=(UnsetEnv((variable,)), fix) if variable else (fix,),
    )


@check(CON003)
def conda_forge_not_first(conda: Conda) -> Iterator[Finding]:
    configured(conda)
    order = families(conda)
    if "conda-forge" not in order or "defaults" not in order:
        raise NotApplicable("conda-forge and defaults are not both configured")
    if order[0] == "conda-forge":
        return
    name = next(channel for channel in known(conda.channels) if family(channel) == "conda-forge")
    fix = Run(
        "put conda-forge first",
        config_command(conda, "channels", "--prepend", "channels", name),
        safe=True,
        undo="put the channels back in the order of the evidence",
    )
    yield Finding(
        CON003,
        "channels",
        channel_evidence(conda),
        "defaults stands above conda-forge, so conda-forge hardly counts",
        "What both channels have is taken from defaults; only the rest comes from conda-forge, and that is built "
        "against conda-forge's own libraries.",
        severity=milder(conda),
        remedies=(fix, Manual("better still, remove defaults from the channels: conda-forge has all it needs")),
    )


@check(CON010)
def no_channels(conda: Conda) -> Iterator[Finding]:
    channels = configured(conda)
    version = known(conda.version)
    if version is None or not conda.is_environment:
        raise NotApplicable("no conda works on this environment")
    if channels or tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < (25, 9):
        return
    yield Finding(
        CON010,
        "channels",
        (Evidence("conda", version), Evidence("configuration", ", ".join(conda.config_files) or "no file")),
        "conda has no channel to install from",
        "From 25.9 on, conda no longer falls back on defaults: without a channel, `conda install` ends in an error.",
        remedies=(
            Run(
                "install from conda-forge",
                ("conda", "config", "--add", "channels", "conda-forge"),
                safe=True,
                undo="conda config --remove channels conda-forge",
            ),
        ),
    )


@check(CON015)
def nodefaults_in_condarc(conda: Conda) -> Iterator[Finding]:
    channels = configured(conda)
    if "nodefaults" not in channels or conda.tool != "conda":
        return
    yield Finding(
        CON015,
        "nodefaults",
        channel_evidence(conda),
        "`nodefaults` in a condarc is a channel of that name, not a switch",
        "It means something in environment.yml only. Here conda looks for a channel called nodefaults, and defaults "
        "stays where it was.",
        severity=milder(conda),
        remedies=(
            Run(
                "take it out",
                config_command(conda, "channels", "--remove", "channels", "nodefaults"),
                safe=True,
                undo="conda config --append channels nodefaults",
            ),
        ),
    )
