"""Conda's configuration, read from the same files and variables as conda reads it, without running conda."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from envdoctor.facts.base import Missing
from envdoctor.facts.conda import CondaFileProblem, CondaSecret, CondaSetting
from envdoctor.privacy.lazy import pattern
from envdoctor.privacy.redact import channel
from envdoctor.probe.conda import effective, exposed, merge, search
from envdoctor.probe.conda.condarc import CondarcError, Raw, parse
from envdoctor.probe.conda.effective import Version
from envdoctor.probe.conda.merge import Given, WrongTypeError
from envdoctor.probe.world import World

# conda: base/context.py, class Context. Name, kind, and the other names it goes by.
SETTINGS = {
    "channels": ("sequence", ("channel", "_channels")),
    "channel_priority": ("scalar", ()),
    "channel_alias": ("scalar", ("_channel_alias",)),
    "default_channels": ("sequence", ("_default_channels",)),
    "custom_channels": ("mapping", ("_custom_channels",)),
    "custom_multichannels": ("lists", ("_custom_multichannels",)),
    "migrated_channel_aliases": ("sequence", ("_migrated_channel_aliases",)),
    "allowlist_channels": ("sequence", ("whitelist_channels",)),
    "denylist_channels": ("sequence", ()),
    "restore_free_channel": ("scalar", ()),
    "use_local": ("scalar", ()),
    "override_channels_enabled": ("scalar", ()),
    "solver": ("scalar", ("experimental_solver",)),
    "subdir": ("scalar", ("_subdir",)),
    "subdirs": ("sequence", ("_subdirs",)),
}
_MERGE = {"scalar": merge.scalar, "sequence": merge.sequence, "mapping": merge.mapping, "lists": merge.lists}
_VARIABLE = pattern(r"\$(?:(\w+)|\{([^}]*)\})", re.ASCII)
# mamba 2: libmamba/src/api/configuration.cpp, expandvars: braces only, and no quotes or spaces between them.
_MAMBAS_VARIABLE = pattern(r"\$(?:(\$)|\{([^}'\"\s]+)\})")


class Configuration(Struct, frozen=True):
    """What the files and variables come to; see `envdoctor.facts.conda.Conda` for the fields."""

    channels: list[str] | Missing
    channel_urls: dict[str, list[str]]
    channel_priority: str | Missing
    files: list[str]
    settings: dict[str, CondaSetting]
    problems: list[CondaFileProblem]
    secrets: list[CondaSecret]
    unset: dict[str, str] = {}


# pixi reads no condarc; where its manifest is not to be had, this is known all the same.
NOTHING = Configuration(
    channels=[], channel_urls={}, channel_priority="strict", files=[], settings={}, problems=[], secrets=[]
)


def read(world: World, root: str | None, conda: Version = effective.NEWEST, mamba: bool = False) -> Configuration:
    """The configuration for an installation at ``root``, as conda of that version reads it; or mamba 2."""
    sources, problems = _sources(world, search.files(world, root, mamba), mamba)
    for path, why in search.unread(world, root):
        if path in sources:  # mamba reads names that conda does not
            continue
        problems.append(CondaFileProblem(file=path, kind="name", problem=why))
    settings: dict[str, CondaSetting] = {}
    refused: dict[str, Missing] = {}
    secrets = exposed.find(world, {path: sources[path] for path in _paths(sources)})
    for name, (kind, aliases) in SETTINGS.items():
        given = []
        for source, raws in sources.items():
            names = [word for word in (name, *(() if mamba else aliases)) if word in raws]
            if len(names) > 1:
                problem = f"`{names[0]}` and `{names[1]}` are two names of one setting, and both are there"
                problems.append(CondaFileProblem(file=source, kind="duplicate", problem=problem, setting=name))
                refused[name] = Missing(f"{source}: {problem}")
            elif names and (kind == "scalar" or raws[names[0]].value is not None):
                given.append(Given(source, raws[names[0]]))
        if not given or name in refused:
            continue
        try:
            value, origins = _MERGE[kind](given)
        except WrongTypeError as error:
            problem = channel(f"`{name}`: {error}")
            problems.append(CondaFileProblem(file=error.source, kind="type", problem=problem, setting=name))
            refused[name] = Missing(f"{error.source}: {problem}")
        else:
            several = kind == "sequence" and len(origins) > 1
            settings[name] = CondaSetting(
                value=_clean(_expanded(value, world, mamba)),
                sources=origins,
                given={item.source: _clean(_expanded(item.raw.value, world, mamba)) for item in given if several},
            )
    merged = effective.Settings(settings, refused, (0, 0) if mamba else conda, mamba)
    for look in (effective.problems, effective.denials):  # a setting that is refused can't forbid a channel
        for complaint in look(merged):
            problems.append(complaint)
            refused[str(complaint.setting)] = Missing(f"{complaint.file}: {complaint.problem}")
    ends = ("fatal",) if mamba else ("fatal", "unreadable")
    end = next((problem for problem in problems if problem.kind in ends), None)
    ended = Missing(f"conda stops at {end.file}: {end.problem}") if end else None
    channels = ended or effective.channels(merged)
    return Configuration(
        channels=channels,
        channel_urls=effective.locations(merged, channels) if isinstance(channels, list) else {},
        channel_priority=ended or effective.priority(merged),
        files=[source for source in sources if source in _paths(sources)],
        settings=settings,
        problems=problems,
        secrets=secrets,
        unset=_unset(sources, world, mamba),
    )


def _unset(sources: dict[str, dict[str, Raw]], world: World, mamba: bool) -> dict[str, str]:
    """The variables that channels name and nobody has set, each with the file or variable that names it."""
    pattern = _MAMBAS_VARIABLE if mamba else _VARIABLE
    found: dict[str, str] = {}
    for source, raws in sources.items():
        for name in ("channels", "channel", "default_channels", "channel_alias"):
            value = raws[name].value if name in raws else None
            for item in value if isinstance(value, list) else [value]:
                for match in pattern.finditer(item) if isinstance(item, str) else ():
                    word = match[1] or match[2]
                    if word and word not in world.environ and word != "$":
                        found.setdefault(word, source)
    return found


def _paths(sources: Iterable[str]) -> set[str]:
    return {source for source in sources if "/" in source or "\\" in source}


def _sources(
    world: World, paths: Sequence[str], mamba: bool
) -> tuple[dict[str, dict[str, Raw]], list[CondaFileProblem]]:
    """The settings of every file that can be read, and of the variables, lowest precedence first."""
    sources: dict[str, dict[str, Raw]] = {}
    problems = []
    for path in paths:
        data = world.read(path)
        if isinstance(data, Missing):
            problems.append(
                CondaFileProblem(file=path, kind="unreadable", problem=data.reason.removeprefix(f"{path}: "))
            )
            continue
        try:
            raws = parse((data or b"").decode("utf-8"))
        except UnicodeDecodeError as error:
            problem = f"not UTF-8 (byte {error.start})"
            problems.append(CondaFileProblem(file=path, kind="syntax" if mamba else "fatal", problem=problem))
        except CondarcError as error:
            kind = "syntax" if mamba or error.skipped else "fatal"
            problems.append(CondaFileProblem(file=path, kind=kind, problem=channel(str(error))))
        else:
            sources[path] = {key: _unflagged(raw) for key, raw in raws.items()} if mamba else raws
    for name, value in _variables(world, mamba).items():
        sources[name] = value
    return sources, problems


def _unflagged(raw: Raw) -> Raw:
    return Raw(raw.value)


def _variables(world: World, mamba: bool) -> dict[str, dict[str, Raw]]:
    """Each variable as a source of its own, so that it can be named; conda counts them as one.

    mamba 2: libmamba/src/api/configuration.cpp, ``set_env_var_names``: all are MAMBA_ but CONDA_CHANNELS.
    """
    prefix = "MAMBA_" if mamba else "CONDA_"
    found: dict[str, dict[str, Raw]] = {}
    kinds = {word: (name, kind) for name, (kind, aliases) in SETTINGS.items() for word in (name, *aliases)}
    for name, text in world.environ.items():
        word = name.removeprefix(prefix).lower()
        if mamba and name in ("CONDA_CHANNELS", "MAMBA_CHANNELS"):
            word = "channels" if name.startswith("CONDA_") else ""
        elif not name.startswith(prefix):
            continue
        if word not in kinds:
            continue
        setting, kind = kinds[word]
        if kind == "sequence":
            raw = Raw([part.partition("!important")[0].strip() for part in text.split(",") if part.strip()])
        else:
            raw = Raw(text.partition("!important")[0].strip(), "final" if "!important" in text else None)
        twin = next((other for other, raws in found.items() if setting in raws), None)
        if twin:  # two names of one setting: refused, as in a file
            found[twin][next(alias for alias in (setting, *SETTINGS[setting][1]) if alias not in found[twin])] = raw
        else:
            found[name] = {setting: raw}
    return found


def _expanded(value: Any, world: World, mamba: bool = False) -> Any:
    """``$NAME`` and ``${NAME}`` replaced, as os.path.expandvars does; every item of a list becomes a word."""
    if isinstance(value, str):
        environ, pattern = world.environ, _MAMBAS_VARIABLE if mamba else _VARIABLE
        if "$" not in value:
            return value
        if mamba:
            environ = {**environ, "$": "$"}
        return pattern.sub(lambda match: environ.get(match[1] or match[2], match.group()), value)
    if isinstance(value, list):
        return [_expanded(item if isinstance(item, str) else str(item), world, mamba) for item in value]
    if isinstance(value, dict):
        return {
            str(key): _expanded(item if isinstance(item, (str, list)) else str(item), world, mamba)
            for key, item in value.items()
        }
    return value


def _clean(value: Any) -> Any:
    """``value`` without credentials."""
    if isinstance(value, str):
        return channel(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {channel(key): _clean(item) for key, item in value.items()}
    return value
