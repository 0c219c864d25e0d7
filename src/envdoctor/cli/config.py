"""``[tool.envdoctor]`` of pyproject.toml, or envdoctor.toml: read, checked, and every fault told in one line."""

import datetime
from collections.abc import Mapping
from math import inf

from envdoctor.engine.configuration import Config, Suppression
from envdoctor.engine.selection import UsageError
from envdoctor.facts.base import Missing
from envdoctor.probe.world import World

FILES = ("envdoctor.toml", "pyproject.toml")  # in one folder the first counts
LEVELS = ("error", "warning", "info", "never")
# Keys that take one of these words; any text where there are none.
CHOICES = {"level": ("auto", "beginner", "advanced"), "prefer": ("conda", "pip", "system"), "baseline": ()}


def find(world: World, root: str | None) -> Config:
    """The configuration in the folder ``root``; envdoctor.toml comes before pyproject.toml.

    Raises `UsageError` for a file that can't be read, an unknown key, or a wrong value.
    """
    if root is None:
        return Config()
    for name in FILES:
        path = f"{root}/{name}"
        data = world.read(path)
        if isinstance(data, Missing):
            if name == "pyproject.toml":
                return Config()  # the check-up says so; it need not hold anything of ours
            raise UsageError(data.reason)
        if data is not None and (name == "envdoctor.toml" or b"envdoctor" in data):
            table = _table(data, path, ours=name == "envdoctor.toml")
            if table is not None:
                return parse(table, path)
    return Config()


def _table(data: bytes, path: str, ours: bool) -> Mapping[str, object] | None:
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        if ours or b"tool.envdoctor" in data:
            raise UsageError(f"{path}: {error or 'nested too deeply'}") from None
        return None
    if ours:
        return document
    tool = document.get("tool")
    table = tool.get("envdoctor") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: [tool.envdoctor] must be a table")
    return table


def parse(table: Mapping[str, object], file: str) -> Config:
    """The settings in ``table``; raises `UsageError` naming ``file`` and the key."""
    known = {"select", "extend-select", "ignore", "extend-ignore", "fail-on", "strict", "timeout", *CHOICES}
    for key in table:
        if key not in known:
            raise UsageError(f"{file}: unknown key {key!r}; known are {', '.join(sorted(known))}")
    words = {key: _words(table[key], file, key) for key in ("select", "extend-select", "extend-ignore") if key in table}
    ignore, suppressions = _ignore(table.get("ignore", []), file)
    fail_on = table.get("fail-on")
    if fail_on is not None and fail_on not in LEVELS:
        raise UsageError(f"{file}: fail-on must be one of {', '.join(LEVELS)}, not {fail_on!r}")
    strict = table.get("strict")
    if strict is not None and not isinstance(strict, bool):
        raise UsageError(f"{file}: strict must be true or false, not {strict!r}")
    timeout = table.get("timeout")
    if timeout is not None and (
        isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < inf
    ):
        raise UsageError(f"{file}: timeout must be a number of seconds above 0, not {timeout!r}")
    choices = {key: _choice(table, key, file) for key in CHOICES}
    return Config(
        file=file,
        select=words["select"] + words.get("extend-select", ()) if words.get("select") else (),
        ignore=ignore + words.get("extend-ignore", ()),
        suppressions=suppressions,
        fail_on=fail_on,
        strict=strict,
        timeout=timeout,
        **choices,
    )


def _choice(table: Mapping[str, object], key: str, file: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or (CHOICES[key] and value not in CHOICES[key]):
        wanted = f"one of {', '.join(CHOICES[key])}" if CHOICES[key] else "a path"
        raise UsageError(f"{file}: {key} must be {wanted}, not {value!r}")
    return value


def _words(value: object, file: str, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{file}: {key} must be a list of codes or names, not {value!r}")
    return tuple(value)


def _ignore(value: object, file: str) -> tuple[tuple[str, ...], dict[str, Suppression]]:
    """A list of codes, or a table of code = reason, or code = {reason, until}."""
    if not isinstance(value, dict):
        return _words(value, file, "ignore"), {}
    suppressions = {}
    for code, entry in value.items():
        reason, until = (entry.get("reason"), entry.get("until")) if isinstance(entry, dict) else (entry, None)
        if not isinstance(reason, str) or not reason.strip():
            raise UsageError(f'{file}: ignore.{code} needs a reason: {code} = "why"')
        if isinstance(entry, dict) and (extra := sorted(entry.keys() - {"reason", "until"})):
            raise UsageError(f"{file}: ignore.{code}: unknown key {extra[0]!r}; known are reason, until")
        suppressions[code] = Suppression(
            reason, _date(until, f"{file}: ignore.{code}.until") if until is not None else ""
        )
    return (), suppressions


def _date(value: object, where: str) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise UsageError(f"{where}: {value!r} is no date; write 2027-01-31") from None
