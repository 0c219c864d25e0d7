"""Is conda configured so that what is installed next will fit?"""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    Edit,
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
from envdoctor_checks.conda_sources import config, config_command, sources_of, without, writable

CON002 = Rule("CON002", "channel-priority-not-strict", Severity.INFO, guide=("rec-6",), varies=(Severity.WARNING,))
CON003 = Rule("CON003", "conda-forge-not-first", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))
CON010 = Rule("CON010", "no-channels", Severity.WARNING, guide=("pkg-4",))
CON015 = Rule("CON015", "nodefaults-in-condarc", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))


LISTS = ("default_channels", "custom_multichannels")


def milder(conda: Conda) -> Severity | None:
    """What concerns conda only is worth no more than a word where the patient is not conda's."""
    return None if conda.is_environment else Severity.INFO


def configured(conda: Conda) -> list[str]:
    if conda.flavour == "pixi":
        raise NotApplicable("pixi reads no condarc")
    return known(conda.channels)


def families(conda: Conda) -> list[str]:
    """The families in order of precedence; ``defaults`` and multichannels stand for what they are made of."""
    return list(dict.fromkeys(name for channel in known(conda.channels) for name in _families(conda, channel)))


def _families(conda: Conda, channel: str) -> dict[str, None]:
    return dict.fromkeys(name for url in conda.channel_urls.get(channel) or [channel] if (name := family(url)))


def channel_evidence(conda: Conda) -> tuple[Evidence, ...]:
    where = ", ".join(sources_of(conda, "channels")) or "conda's own default"
    return (Evidence("channels", f"{', '.join(known(conda.channels))} ({where})"),)


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
    yield Finding(
        CON003,
        "channels",
        channel_evidence(conda),
        "defaults stands above conda-forge, so conda-forge hardly counts",
        "What both channels have is taken from defaults; only the rest comes from conda-forge, and that is built "
        "against conda-forge's own libraries.",
        severity=milder(conda),
        remedies=(
            _first(conda),
            Manual("better still, remove defaults from the channels: conda-forge has all it needs"),
        ),
    )


def _first(conda: Conda) -> Run | Edit | Manual:
    """Puts conda-forge first, where it stands: among the channels, or in a list that a channel stands for."""
    names = [channel for channel in known(conda.channels) if list(_families(conda, channel)) == ["conda-forge"]]
    setting = "channels" if names else next((name for name in LISTS if name in conda.settings), "")
    if not sources_of(conda, setting):
        return Manual("put conda-forge first")
    strongest = sources_of(conda, setting)[0]
    if not names or not writable(conda, strongest, names[0]):
        return Edit(strongest, f"put {names[0] if names else 'conda-forge'} first in `{setting}`")
    return Run(
        "put conda-forge first",
        config(conda, strongest, "--prepend", "channels", names[0]),
        safe=True,
        undo="put the channels back in the order of the evidence",
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
        remedies=(without(conda, "take it out", ["nodefaults"]),),
    )
