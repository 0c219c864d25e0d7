"""Is conda configured so that what is installed next will fit?"""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaFileProblem,
    Confidence,
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
    table,
)

CON002 = Rule("CON002", "channel-priority-not-strict", Severity.INFO, guide=("rec-6",), varies=(Severity.WARNING,))
CON003 = Rule("CON003", "conda-forge-not-first", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))
CON009 = Rule("CON009", "insecure-channel", Severity.WARNING, varies=(Severity.INFO,))
CON010 = Rule("CON010", "no-channels", Severity.WARNING, guide=("pkg-4",))
CON011 = Rule("CON011", "condarc-ignored", Severity.WARNING, Confidence.CERTAIN, ("rec-6",), (Severity.INFO,))
CON012 = Rule("CON012", "retired-channel", Severity.WARNING, guide=("pkg-4", "rec-9"), varies=(Severity.INFO,))
CON015 = Rule("CON015", "nodefaults-in-condarc", Severity.WARNING, guide=("rec-6",), varies=(Severity.INFO,))

LOOPBACK = ("http://localhost", "http://127.", "http://[::1]")
CHANNEL_SETTINGS = ("channels", "default_channels", "custom_channels", "custom_multichannels", "channel_alias")


def _milder(conda: Conda) -> Severity | None:
    """What concerns conda only is worth no more than a word where the patient is not conda's."""
    return None if conda.is_environment else Severity.INFO


def _configured(conda: Conda) -> list[str]:
    if conda.flavour == "pixi":
        raise NotApplicable("pixi reads no condarc")
    return known(conda.channels)


def families(conda: Conda) -> list[str]:
    """The families in order of precedence; ``defaults`` and multichannels stand for what they are made of."""
    found: list[str] = []
    several = conda.settings["custom_multichannels"].value if "custom_multichannels" in conda.settings else {}
    replaced = conda.settings["default_channels"].value if "default_channels" in conda.settings else None
    for channel in known(conda.channels):
        members: object = [channel]
        if channel == "defaults" and replaced:
            members = replaced
        elif isinstance(several, dict) and channel in several:
            members = several[channel]
        for member in members if isinstance(members, list) else ():
            name = family(str(member))
            if name and name not in found:
                found.append(name)
    return found


def _sources(conda: Conda, setting: str) -> list[str]:
    return conda.settings[setting].sources if setting in conda.settings else []


def _evidence(conda: Conda) -> tuple[Evidence, ...]:
    where = ", ".join(_sources(conda, "channels")) or "conda's own default"
    return (Evidence("channels", f"{', '.join(known(conda.channels))} ({where})"),)


def _config(conda: Conda, setting: str, *words: str) -> tuple[str, ...]:
    """A command that changes the file which decides, or the user's own where none does."""
    file = next((source for source in _sources(conda, setting) if source in conda.config_files), None)
    if conda.tool == "micromamba":
        verb = {"--set": ("set",), "--prepend": ("prepend",), "--remove": ("remove",)}[words[0]]
        return ("micromamba", "config", *verb, *(("--file", file) if file else ()), *words[1:])
    return ("conda", "config", *(("--file", file) if file else ()), *words)


@check(CON002)
def priority_not_strict(conda: Conda) -> Iterator[Finding]:
    channels = _configured(conda)
    priority = known(conda.channel_priority)
    if len({canonical(channel) for channel in channels}) < 2:
        raise NotApplicable("fewer than two channels are configured")
    if priority == "strict":
        return
    both = len(families(conda)) > 1
    sources = _sources(conda, "channel_priority")
    variable = next((name for name in sources if name.startswith(("CONDA_", "MAMBA_"))), None)
    fix = Run(
        "let the first channel that has a package decide",
        _config(conda, "channel_priority", "--set", "channel_priority", "strict"),
        safe=True,
        undo=f"set channel_priority to {priority} in the same way",
    )
    yield Finding(
        CON002,
        "channel_priority",
        (*_evidence(conda), Evidence("channel_priority", f"{priority} ({', '.join(sources) or 'the default'})")),
        f"packages of one environment may come from any of {len(channels)} channels",
        "With a priority that is not strict, the solver may take one package here and its neighbour there; builds of different channels are not tested together.",
        severity=(Severity.WARNING if conda.is_environment else Severity.INFO) if both else None,
        remedies=(UnsetEnv((variable,)), fix) if variable else (fix,),
    )


@check(CON003)
def conda_forge_not_first(conda: Conda) -> Iterator[Finding]:
    _configured(conda)
    order = families(conda)
    if "conda-forge" not in order or "defaults" not in order:
        raise NotApplicable("conda-forge and defaults are not both configured")
    if order[0] == "conda-forge":
        return
    name = next(channel for channel in known(conda.channels) if family(channel) == "conda-forge")
    fix = Run(
        "put conda-forge first",
        _config(conda, "channels", "--prepend", "channels", name),
        safe=True,
        undo="put the channels back in the order of the evidence",
    )
    yield Finding(
        CON003,
        "channels",
        _evidence(conda),
        "defaults stands above conda-forge, so conda-forge hardly counts",
        "What both channels have is taken from defaults; only the rest comes from conda-forge, and that is built against conda-forge's own libraries.",
        severity=_milder(conda),
        remedies=(fix, Manual("better still, remove defaults from the channels: conda-forge has all it needs")),
    )


@check(CON009)
def insecure_channel(conda: Conda) -> Iterator[Finding]:
    for setting in CHANNEL_SETTINGS:
        value = conda.settings[setting].value if setting in conda.settings else None
        for channel in _words(value):
            if channel.startswith("http://") and not channel.startswith(LOOPBACK):
                source = _sources(conda, setting)[0]
                yield Finding(
                    CON009,
                    canonical(channel),
                    (Evidence(setting, f"{channel} ({', '.join(_sources(conda, setting))})"),),
                    "packages come over a connection that is not encrypted",
                    "Who sits between you and the server can change what is installed, code included.",
                    severity=_milder(conda),
                    remedies=(Edit(source, f"write https:// for http:// in {channel}"),),
                )
    for secret in conda.secrets:
        if secret.others_can_read:
            yield Finding(
                CON009,
                secret.file,
                (Evidence("file", f"{secret.file} (others can read it)"), Evidence("channel", secret.channel)),
                f"{secret.file} holds a credential, and others on this machine can read it",
                "Whoever reads the file can use the channel in your name.",
                severity=_milder(conda),
                remedies=(
                    Run(
                        "let nobody else read the file",
                        ("chmod", "go-rwx", secret.file),
                        safe=True,
                        undo=f"chmod go+r {secret.file}",
                    ),
                    Manual("if others have had access, have the token replaced"),
                ),
            )


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words(item)


@check(CON010)
def no_channels(conda: Conda) -> Iterator[Finding]:
    channels = _configured(conda)
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


@check(CON011)
def condarc_ignored(conda: Conda) -> Iterator[Finding]:
    if conda.flavour == "pixi":
        raise NotApplicable("pixi reads no condarc")
    files: dict[str, list[CondaFileProblem]] = {}
    for problem in conda.problems:
        files.setdefault(problem.file, []).append(problem)
    for file, problems in files.items():
        refused = all(problem.kind in ("type", "duplicate") for problem in problems)
        yield Finding(
            CON011,
            file,
            (Evidence("file", file), *(Evidence(problem.kind, problem.problem) for problem in problems)),
            f"{conda.tool} {'stops at' if refused else 'ignores'} {file}: {problems[0].problem}",
            "What is set there does not hold: channels and their priority may be others than you think.",
            severity=_milder(conda),
            confidence=Confidence.LIKELY if problems[0].kind == "name" else None,
            remedies=(Edit(file, _cure(problems[0])),),
        )


def _cure(problem: CondaFileProblem) -> str:
    return {
        "name": "move its settings to ~/.condarc, or give it a name that is read",
        "syntax": "correct the YAML",
        "unreadable": "make it readable for you",
        "duplicate": "keep one of the two names",
    }.get(problem.kind, "correct the value")


@check(CON012)
def retired_channel(conda: Conda) -> Iterator[Finding]:
    rows = {row["channel"]: row for row in table("conda")["retired"]}
    configured = {canonical(channel) for channel in known(conda.channels)} if conda.flavour != "pixi" else set()
    records = known(conda.records)
    for name, row in rows.items():
        # A label of conda-forge, or the free channel, goes by more than one name.
        names = {name, name.rpartition("/")[2]} if name.startswith("pkgs/") else {name}
        users = [f"{record.name} {record.version}" for record in records if record.channel in names]
        if not names & configured and not users:
            continue
        evidence = [Evidence("configured", ", ".join(_sources(conda, "channels")))] if names & configured else []
        if users:
            evidence.append(Evidence("installed from it", ", ".join(users[:8])))
        remedies = (
            (
                Run(
                    f"remove {name} from the channels",
                    _config(conda, "channels", "--remove", "channels", name),
                    safe=True,
                    undo="put it back in the same way",
                ),
            )
            if names & configured
            else (Manual("install these packages from conda-forge, in a new environment"),)
        )
        yield Finding(
            CON012,
            name,
            (*evidence, Evidence("since", row["since"])),
            f"the channel {name} gets no new packages",
            f"{row['what'][0].upper()}{row['what'][1:]}. What comes from it stays as old as it is.",
            severity=None if names & configured and conda.is_environment else Severity.INFO,
            remedies=remedies,
        )


@check(CON015)
def nodefaults_in_condarc(conda: Conda) -> Iterator[Finding]:
    channels = _configured(conda)
    if "nodefaults" not in channels or conda.tool != "conda":
        return
    yield Finding(
        CON015,
        "nodefaults",
        _evidence(conda),
        "`nodefaults` in a condarc is a channel of that name, not a switch",
        "It means something in environment.yml only. Here conda looks for a channel called nodefaults, and defaults stays where it was.",
        severity=_milder(conda),
        remedies=(
            Run(
                "take it out",
                _config(conda, "channels", "--remove", "channels", "nodefaults"),
                safe=True,
                undo="conda config --append channels nodefaults",
            ),
        ),
    )
