"""Are the channels, and the files that name them, fit to be used?"""

import shlex
from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaFileProblem,
    CondaSecret,
    Confidence,
    Edit,
    Evidence,
    Finding,
    Manual,
    NotApplicable,
    Remedy,
    Rule,
    Run,
    Severity,
    canonical,
    check,
    known,
    table,
)
from envdoctor_checks.conda_config import milder
from envdoctor_checks.conda_sources import places_of, without

CON009 = Rule("CON009", "insecure-channel", Severity.WARNING, varies=(Severity.INFO,))
CON011 = Rule("CON011", "condarc-ignored", Severity.WARNING, Confidence.CERTAIN, ("rec-6",), (Severity.INFO,))
CON012 = Rule("CON012", "retired-channel", Severity.WARNING, guide=("pkg-4", "rec-9"), varies=(Severity.INFO,))

LOOPBACK = ("http://localhost", "http://127.", "http://[::1]")
CHANNEL_SETTINGS = ("channels", "default_channels", "custom_channels", "custom_multichannels", "channel_alias")


@check(CON009)
def insecure_channel(conda: Conda) -> Iterator[Finding]:
    for source, channels in _in_the_open(conda).items():
        named = [channel for _, channel in channels]
        more = f" and {len(named) - 1} more" if len(named) > 1 else ""
        yield Finding(
            CON009,
            source,
            tuple(Evidence(setting, f"{channel} ({source})") for setting, channel in channels[:8]),
            f"packages come over a connection that is not encrypted: {named[0]}{more}",
            "Who sits between you and the server can change what is installed, code included.",
            severity=milder(conda),
            remedies=(Edit(source, f"write https:// for http:// in {', '.join(named[:8])}"),),
        )
    for secret in conda.secrets:
        if secret.others_can_read:
            yield _exposed(conda, secret)


def _in_the_open(conda: Conda) -> dict[str, list[tuple[str, str]]]:
    """By file or variable: each channel that it gives a plain http:// address, with the setting."""
    found: dict[str, list[tuple[str, str]]] = {}
    for setting in CHANNEL_SETTINGS:
        value = conda.settings[setting].value if setting in conda.settings else None
        for channel in dict.fromkeys(_words(value)):
            if channel.startswith("http://") and not channel.startswith(LOOPBACK):
                for source, _ in places_of(conda, setting, [channel]):
                    found.setdefault(source, []).append((setting, channel))
    return found


def _exposed(conda: Conda, secret: CondaSecret) -> Finding:
    """A folder that shuts others out protects the file as long as it does, and no copy of it: worth a word."""
    evidence = [
        Evidence("file", f"{secret.file} (its mode lets others read it)"),
        Evidence("it is for", secret.channel),
    ]
    if secret.shelter:
        evidence.append(Evidence("protected by", f"{secret.shelter}, which lets nobody else in"))
    return Finding(
        CON009,
        secret.file,
        tuple(evidence),
        f"{secret.file} holds a credential, and others on this machine may read it",
        "Whoever reads the file can use the channel, or what else it is for, in your name.",
        severity=Severity.INFO if secret.shelter else milder(conda),
        remedies=(
            Run(
                "let nobody else read the file",
                ("chmod", "go-rwx", secret.file),
                safe=True,
                undo=shlex.join(("chmod", "go+r", secret.file)),
            ),
            Manual("if others have had access, have the token or password replaced"),
        ),
    )


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words(item)


@check(CON011)
def condarc_ignored(conda: Conda) -> Iterator[Finding]:
    if conda.flavour == "pixi":
        raise NotApplicable("pixi reads no condarc")
    files: dict[str, list[CondaFileProblem]] = {}
    for problem in conda.problems:
        files.setdefault(problem.file, []).append(problem)
    for file, problems in files.items():
        stops = ("type", "duplicate", "fatal", "denied", *(("unreadable",) if conda.tool == "conda" else ()))
        refused = all(problem.kind in stops for problem in problems)
        yield Finding(
            CON011,
            file,
            (Evidence("file", file), *(Evidence(problem.kind, problem.problem) for problem in problems)),
            f"{conda.tool} {'stops at' if refused else 'ignores'} {file}: {problems[0].problem}",
            f"{conda.tool} ends with an error there, whatever it is asked for."
            if refused
            else "What is set there does not hold: channels and their priority may be others than you think.",
            severity=milder(conda),
            confidence=Confidence.LIKELY if problems[0].kind == "name" else None,
            remedies=(Edit(file, _cure(problems[0])),),
        )


def _cure(problem: CondaFileProblem) -> str:
    return {
        "name": "move its settings to ~/.condarc, or give it a name that is read",
        "syntax": "correct the YAML",
        "fatal": "correct the YAML",
        "unreadable": "make it readable for you",
        "duplicate": "keep one of the two names",
        "denied": "take the channel out",
    }.get(problem.kind, "correct the value")


@check(CON012)
def retired_channel(conda: Conda) -> Iterator[Finding]:
    rows = {row["channel"]: row for row in table("conda")["retired"]}
    # Without a manifest, a pixi environment's channels are those that its packages came from.
    told = conda.flavour != "pixi" or "channels" in conda.settings
    named = known(conda.channels) if told else []
    records = known(conda.records)
    for name, row in rows.items():
        # A label of conda-forge, or the free channel, goes by more than one name.
        names = {name, name.rpartition("/")[2]} if name.startswith("pkgs/") else {name}
        users = [f"{record.name} {record.version}" for record in records if record.channel in names]
        written = [channel for channel in named if canonical(channel) in names]
        if not written and not users:
            continue
        sources = list(dict.fromkeys(source for source, _ in places_of(conda, "channels", written)))
        evidence = [Evidence("configured", ", ".join(sources))] if written else []
        if users:
            evidence.append(Evidence("installed from it", ", ".join(users[:8])))
        remedy: Remedy = Manual("install these packages from conda-forge, in a new environment")
        if written and conda.flavour == "pixi":
            remedy = Edit(sources[0], f"remove {name} from the channels")
        elif written:
            remedy = without(conda, f"remove {name} from the channels", written)
        yield Finding(
            CON012,
            name,
            (*evidence, Evidence("since", row["since"])),
            f"the channel {name} gets no new packages",
            f"{row['what'][0].upper()}{row['what'][1:]}. What comes from it stays as old as it is.",
            severity=None if written and conda.is_environment else Severity.INFO,
            remedies=(remedy,),
        )
