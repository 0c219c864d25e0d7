"""CON009: A channel is reached over `http://` (loopback aside)."""

from collections.abc import Iterator

from envdoctor.api import Conda, CondaSecret, Edit, Evidence, Finding, MakePrivate, Manual, Rule, Severity, check
from envdoctor_checks.conda._channels import milder
from envdoctor_checks.conda._sources import places_of

CON009 = Rule("CON009", "insecure-channel", Severity.WARNING, varies=(Severity.INFO,))
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
            own_severity=milder(conda),
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
        "Anybody who can read the file can use the channel in your name.",
        own_severity=Severity.INFO if secret.shelter else milder(conda),
        remedies=(
            MakePrivate(secret.file),
            Manual("if others have had access, have the token or password replaced"),
        ),
    )


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words(item)
