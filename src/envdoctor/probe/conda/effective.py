"""What the merged settings come to: the channels that conda works with, and their priority. Pure.

conda: base/context.py, ``channels``, ``validate_channels`` and ``custom_multichannels``; models/channel.py.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from envdoctor.ecosystem.channels import without_subdir, without_token
from envdoctor.facts.base import Missing
from envdoctor.facts.conda import CondaFileProblem, CondaSetting

# Where no channel is configured: https://github.com/conda/conda/pull/14227 and /issues/14476 (24.9: an empty list is
# none, too), https://github.com/conda/conda/pull/15196 (25.9: no more defaults of conda's own).
NEVER_EMPTY_SINCE, NO_CHANNELS_SINCE = (24, 9), (25, 9)
# https://github.com/conda/conda/pull/14405: the allow- and denylist hold for the configured channels.
LISTS_SINCE = (24, 11)
# https://github.com/conda/conda/pull/15323: a channel that is none (`- ~`) is left out; each one is looked at for that.
KNOWN_SINCE = (25, 11)
# https://github.com/conda/conda/releases/tag/26.1.0 (#14661): custom_multichannels.defaults goes above default_channels.
OWN_DEFAULTS_SINCE = (26, 1)
NEWEST = (9999, 0)
LISTS = ("allowlist_channels", "denylist_channels")

NO_CHANNEL = ("None", "<unknown>", "None:///<unknown>")
PRIORITIES = ("strict", "flexible", "disabled")
# conda: base/constants.py; the third is for Windows.
DEFAULTS = [f"https://repo.anaconda.com/pkgs/{name}" for name in ("main", "r", "msys2")]
CUSTOM = {"pkgs/pro": "https://repo.anaconda.com"}
_SCHEME = re.compile(r"[a-z][a-z0-9]{0,11}://")
_PATH = re.compile(r"\./|\.\.|~|/|[a-zA-Z]:[/\\]|\\\\")

Version = tuple[int, ...]


class Settings(Struct, frozen=True):
    """The merged settings, and why those that can't be had can't. ``conda`` is its version, (0, 0) with mamba."""

    had: Mapping[str, CondaSetting]
    refused: Mapping[str, Missing]
    conda: Version = NEWEST
    mamba: bool = False

    def value(self, name: str, default: object = None) -> object:
        return self.had[name].value if name in self.had else default


def channels(settings: Settings) -> list[str] | Missing:
    """The channels in order of precedence, as conda's ``context.channels`` has them, or why conda stops instead."""
    found = _configured(settings)
    for name in _needed(settings, found):
        if name in settings.refused:
            return settings.refused[name]
    return [channel for channel in found if channel not in NO_CHANNEL] if settings.conda >= KNOWN_SINCE else found


def _configured(settings: Settings) -> list[str]:
    chosen = settings.value("channels")
    found = [str(item) for item in chosen] if isinstance(chosen, list) else None
    if found is None or (not found and NEVER_EMPTY_SINCE <= settings.conda < NO_CHANNELS_SINCE):
        # mamba 2: https://github.com/mamba-org/mamba/issues/1723
        defaults = ["defaults"] if settings.conda < NO_CHANNELS_SINCE else []
        found = ["conda-forge"] if settings.mamba else defaults
    return list(dict.fromkeys(["local", *found] if _truth(settings.value("use_local")) else found))


def _needed(settings: Settings, found: list[str]) -> Iterator[str]:
    """The settings that conda looks at to say which channels it has: it stops where one can't be had."""
    yield from ("channels", "use_local")
    if settings.conda < LISTS_SINCE:
        return
    yield from LISTS
    if any(name in settings.had for name in LISTS) or (found and settings.conda >= KNOWN_SINCE):
        yield from ("custom_multichannels", "default_channels", "channel_alias")
        named = [*found, *(item for name in LISTS for item in _items(settings, name))]
        if any(channel not in _multichannels(settings) for channel in named):
            yield from ("custom_channels", "migrated_channel_aliases")


def denials(settings: Settings) -> Iterator[CondaFileProblem]:
    """Channels that the allow- or the denylist forbids: conda stops at the first, whatever it was asked for."""
    found = _configured(settings)
    if settings.conda < LISTS_SINCE or any(name in settings.refused for name in _needed(settings, found)):
        return
    allowed, denied = ([url for channel in _items(settings, name) for url in urls(settings, channel)] for name in LISTS)
    for channel in found if allowed or denied else ():
        places = list(urls(settings, channel))
        if any(url in denied for url in places):
            yield _forbidden(settings, channel, "on the denylist", LISTS[1])
        elif allowed and any(url not in allowed for url in places):
            yield _forbidden(settings, channel, "not on the allowlist", LISTS[0])


def _forbidden(settings: Settings, channel: str, how: str, name: str) -> CondaFileProblem:
    """Told of the file that names the channel; of the list's where no file does."""
    had = [settings.had[word] for word in ("channels", "use_local", name) if word in settings.had]
    naming = [source for setting in had for source, items in setting.given.items() if channel in items]
    problem = f"the channel {channel} is {how} in {', '.join(settings.had[name].sources)}"
    file = next(iter([*reversed(naming), *(source for setting in had for source in setting.sources)]))
    return CondaFileProblem(file=file, kind="denied", problem=problem, setting="channels")


def _items(settings: Settings, name: str) -> list[str]:
    value = settings.value(name)
    return [str(item) for item in value] if isinstance(value, list) else []


def locations(settings: Settings, channels: list[str]) -> dict[str, list[str]]:
    """Where each channel is, without credentials and platform; a multichannel is in several places."""
    return {channel: [url for url in urls(settings, channel) if url] for channel in channels}


def urls(settings: Settings, channel: str) -> Iterator[str | None]:
    """Where ``channel`` is, without credentials and platform; ``None`` for one that is none."""
    multichannels = _multichannels(settings)
    name = without_subdir(channel.rstrip("/"))
    if channel in NO_CHANNEL:
        yield None
    elif name in multichannels and not _SCHEME.match(channel) and not _PATH.match(channel):
        yield from (_simple(settings, str(member)) for member in multichannels[name])
    else:
        yield _url(settings, channel)


def _multichannels(settings: Settings) -> dict[str, list[str]]:
    """The names that stand for several channels. What ``local`` stands for is not looked up: conda builds lie there."""
    own = settings.value("custom_multichannels")
    several = {str(key): list(value or ()) for key, value in own.items()} if isinstance(own, dict) else {}
    if "defaults" not in several or settings.conda < OWN_DEFAULTS_SINCE:
        several["defaults"] = _items(settings, "default_channels") if "default_channels" in settings.had else DEFAULTS
    return several | {"local": []}


def _simple(settings: Settings, channel: str) -> str:
    return _bare(channel) if _SCHEME.match(channel) else f"{_alias(settings)}/{channel.strip('/')}"


def _url(settings: Settings, channel: str) -> str:
    if _SCHEME.match(channel):
        return _bare(channel)
    if _PATH.match(channel):
        return f"file://{channel.rstrip('/')}"
    name = without_subdir(channel.rstrip("/"))
    for prefix in _prefixes(name):
        base = _custom(settings).get(prefix)
        if base is not None:
            return f"{base}/{name}"
    return f"{_alias(settings)}/{name}"


def _custom(settings: Settings) -> dict[str, str]:
    """Each single channel that has a name, with the URL that its name goes after."""
    found = {}
    for members in _multichannels(settings).values():
        for member in members:
            url = _simple(settings, str(member))
            host, _, path = url.partition("://")[2].partition("/")
            base = f"{url.partition('://')[0]}://{host}"
            alias = _alias(settings)
            found.update({url[len(alias) + 1 :]: alias} if url.startswith(f"{alias}/") else {path: base})
    own = settings.value("custom_channels")
    for name, url in (own if isinstance(own, dict) else CUSTOM).items():
        found[str(name).strip("/")] = _bare(str(url)) if _SCHEME.match(str(url)) else _alias(settings)
    return found


def _prefixes(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition("/")[0]


def _alias(settings: Settings) -> str:
    return _bare(str(settings.value("channel_alias", "https://conda.anaconda.org")))


def _bare(url: str) -> str:
    """``url`` without credentials, platform and trailing slash; the host in lower case."""
    scheme, _, rest = url.partition("://")
    host, slash, path = without_subdir(rest.rstrip("/")).partition("/")
    return f"{scheme}://{host.rpartition('@')[2].lower()}{slash}{without_token(path)}".rstrip("/")


def priority(settings: Settings) -> str | Missing:
    """strict, flexible or disabled; YAML's true is flexible, false disabled (conda: ChannelPriorityMeta)."""
    value = settings.value("channel_priority", "flexible")
    return settings.refused.get("channel_priority") or _priority(value) or Missing(f"{value!r} is no priority")


def _priority(value: object) -> str | None:
    if isinstance(value, str) and value.strip() in PRIORITIES:
        return value.strip()
    if isinstance(value, str) and value.strip() in ("STRICT", "FLEXIBLE", "DISABLED"):
        return value.strip().lower()
    word = str(value).strip().lower() if isinstance(value, str | bool) else ""
    return "flexible" if word in ("true", "yes", "on") else "disabled" if word in ("false", "no", "off") else None


def problems(settings: Settings) -> Iterator[CondaFileProblem]:
    """Values of the right type at which conda stops all the same."""
    told = settings.had.get("channel_priority")
    if told and not _priority(told.value):
        yield _problem("channel_priority", told, "is strict, flexible or disabled")
    if settings.mamba:
        return
    local = settings.had.get("use_local")
    if local and _truth(local.value) is None:
        yield _problem("use_local", local, "is true or false")
    alias = settings.had.get("channel_alias")
    if alias and alias.value != "" and not _SCHEME.match(str(alias.value)):  # conda: channel_alias_validation
        yield _problem("channel_alias", alias, "is a URL with its scheme")


def _problem(name: str, setting: CondaSetting, wanted: str) -> CondaFileProblem:
    problem = f"`{name}` {wanted}, not {setting.value!r}"
    return CondaFileProblem(file=setting.sources[0], kind="type", problem=problem, setting=name)


def _truth(value: object) -> bool | None:
    """A truth value as conda makes it of a word or number (auxlib/type_coercion.py, boolify); ``None`` of no other."""
    if not isinstance(value, str):
        return bool(value)
    word = value.strip().lower()
    if word in ("true", "yes", "on", "y"):
        return True
    if word in ("false", "no", "off", "n", "non", "none", ""):
        return False
    try:
        return bool(complex(word))
    except ValueError:
        return None
