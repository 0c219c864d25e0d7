"""Which file or variable a setting of conda comes from, and how it is changed there."""

from envdoctor.api import Change, Conda, Configure, Edit, Manual


def sources_of(conda: Conda, setting: str) -> list[str]:
    return conda.settings[setting].sources if setting in conda.settings else []


def deciding_file(conda: Conda, setting: str) -> str | None:
    """The configuration file that decides a setting; ``None``: the user's own, where none does."""
    return next((source for source in sources_of(conda, setting) if source in conda.config_files), None)


def places_of(conda: Conda, setting: str, items: list[str]) -> list[tuple[str, str]]:
    """Which file or variable has which of ``items``, as it is written there."""
    given = conda.settings[setting].given if setting in conda.settings else {}
    return [
        (source, item)
        for source in sources_of(conda, setting)
        for item in items
        if not given or item in given.get(source, ())
    ]


def without(conda: Conda, title: str, channels: list[str]) -> Configure | Edit | Manual:
    """Takes channels out of all that name them: ``conda config`` wants them as they are written, and a file."""
    places = places_of(conda, "channels", channels)
    for source, channel in places:
        if not writable(conda, source, channel):
            return Edit(source, f"take {channel} out of the channels")
    if not places:
        return Manual(title)
    changes = tuple(Change("remove", "channels", channel, source) for source, channel in places)
    return Configure(title, changes, undo="put it back in the same way")


def writable(conda: Conda, source: str, channel: str) -> bool:
    """False for a variable, and for a channel with a credential, which is not known here, or that would be an option."""
    return source in conda.config_files and "<redacted>" not in channel and not channel.startswith("-")
