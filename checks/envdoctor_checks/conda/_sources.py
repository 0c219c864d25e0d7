"""Which file or variable a setting of conda comes from, and how it is changed there."""

from envdoctor.api import Conda, Edit, Manual, Run


def sources_of(conda: Conda, setting: str) -> list[str]:
    return conda.settings[setting].sources if setting in conda.settings else []


def config_command(conda: Conda, setting: str, *words: str) -> tuple[str, ...]:
    """A command that changes the file which decides, or the user's own where none does."""
    file = next((source for source in sources_of(conda, setting) if source in conda.config_files), None)
    return config(conda, file, *words)


def config(conda: Conda, file: str | None, *words: str) -> tuple[str, ...]:
    if conda.tool == "micromamba":
        verb = {"--set": ("set",), "--prepend": ("prepend",), "--remove": ("remove",)}[words[0]]
        return ("micromamba", "config", *verb, *(("--file", file) if file else ()), *words[1:])
    return ("conda", "config", *(("--file", file) if file else ()), *words)


def places_of(conda: Conda, setting: str, items: list[str]) -> list[tuple[str, str]]:
    """Which file or variable has which of ``items``, as it is written there."""
    given = conda.settings[setting].given if setting in conda.settings else {}
    return [
        (source, item)
        for source in sources_of(conda, setting)
        for item in items
        if not given or item in given.get(source, ())
    ]


def without(conda: Conda, title: str, channels: list[str]) -> Run | Edit | Manual:
    """Takes channels out of all that name them: ``conda config`` wants them as they are written, and a file."""
    places = places_of(conda, "channels", channels)
    for source, channel in places:
        if not writable(conda, source, channel):
            return Edit(source, f"take {channel} out of the channels")
    if not places:
        return Manual(title)
    commands = [config(conda, source, "--remove", "channels", channel) for source, channel in places]
    return Run(title, commands[0], safe=True, undo="put it back in the same way", then=tuple(commands[1:]))


def writable(conda: Conda, source: str, channel: str) -> bool:
    """False for a variable, and for a channel with a credential, which is not known here, or that would be an option."""
    return source in conda.config_files and "<redacted>" not in channel and not channel.startswith("-")
