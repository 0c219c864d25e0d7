"""The channels that conda works with, and where they are set."""

from msgspec import Struct

from envdoctor.api import Conda, Evidence, NotApplicable, Severity, family, known, table
from envdoctor_checks.conda._sources import sources_of


class RetiredChannel(Struct, frozen=True):
    """A ``channel`` that gets no new packages, ``since`` when, and ``what`` it is."""

    channel: str
    since: str
    what: str


def retired_channels() -> tuple[RetiredChannel, ...]:
    return table("conda", "retired", RetiredChannel)


def milder(conda: Conda) -> Severity | None:
    """What concerns conda only is worth no more than a word where the patient is not conda's."""
    return None if conda.is_environment else Severity.INFO


def configured(conda: Conda) -> list[str]:
    if conda.flavour == "pixi":
        raise NotApplicable("pixi reads no condarc")
    return known(conda.channels)


def families(conda: Conda) -> list[str]:
    """The families in order of precedence; ``defaults`` and multichannels stand for what they are made of."""
    return list(dict.fromkeys(name for channel in known(conda.channels) for name in families_of(conda, channel)))


def families_of(conda: Conda, channel: str) -> dict[str, None]:
    return dict.fromkeys(name for url in conda.channel_urls.get(channel) or [channel] if (name := family(url)))


def channel_evidence(conda: Conda) -> tuple[Evidence, ...]:
    where = ", ".join(sources_of(conda, "channels")) or "conda's own default"
    return (Evidence("channels", f"{', '.join(known(conda.channels))} ({where})"),)
