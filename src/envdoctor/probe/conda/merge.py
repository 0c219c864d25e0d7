"""Settings from several sources, merged as conda merges them. Pure.

Sources come lowest first. Scalars: the last wins. Maps merge key by key. Lists are put together with the highest
source first, each item once; ``#!top`` and ``#!bottom`` move an item past all sources, ``#!final`` on a key shuts
out every higher source (conda: common/configuration.py, the ``merge`` methods of the loaded parameters).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from envdoctor.privacy.redact import channel
from envdoctor.probe.conda.condarc import Raw, is_plain


class Given(Struct, frozen=True):
    """A setting as one source gives it; ``source`` is a file's path, or a variable's name."""

    source: str
    raw: Raw


class WrongTypeError(ValueError):
    """A source gives a value of another kind; ``source`` is which."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(message)
        self.source = source


def until_final(given: Sequence[Given]) -> Sequence[Given]:
    """The sources up to the first that is final."""
    for index, item in enumerate(given):
        if item.raw.flag == "final":
            return given[: index + 1]
    return given


def scalar(given: Sequence[Given]) -> tuple[Any, list[str]]:
    """The value and its source. ``given`` must not be empty. Raises `WrongTypeError`."""
    chosen = until_final(given)[-1] if any(item.raw.flag == "final" for item in given) else given[-1]
    if not is_plain(chosen.raw.value):
        raise WrongTypeError(chosen.source, "a single value is wanted")
    return chosen.raw.value, [chosen.source]


def sequence(given: Sequence[Given]) -> tuple[list[Any], list[str]]:
    """The items in order of precedence, and their sources, the strongest first. Raises `WrongTypeError`."""
    for item in given:  # those that a final one shuts out, too: conda looks at each before it merges
        value = item.raw.value
        if not isinstance(value, list):
            raise WrongTypeError(item.source, f"a list is wanted, not {_kind(value)}")
        if not all(is_plain(element) for element in value):
            raise WrongTypeError(item.source, "a list of words is wanted")
    relevant = until_final(given)
    top = [value for item in relevant for value in _marked(item, "top")]
    bottom = [value for item in reversed(relevant) for value in _marked(item, "bottom")]
    everything = [value for item in reversed(relevant) for value in item.raw.value]
    upper = _unique([*top, *everything])
    # Reversed, so that of several marks for one item the bottom wins, and of several bottoms the lowest source.
    merged = list(reversed(_unique([*reversed(bottom), *reversed(upper)])))
    return merged, [item.source for item in reversed(relevant) if item.raw.value]


def mapping(given: Sequence[Given]) -> tuple[dict[str, Any], list[str]]:
    """The map of words, and its sources, the strongest first. Raises `WrongTypeError`."""
    for source, key, value in _entries(given):
        if not is_plain(value):
            raise WrongTypeError(source, f"a single value is wanted for `{key}`, not {_kind(value)}")
    return _mapped(given, lambda values: values[-1].raw.value)


def lists(given: Sequence[Given]) -> tuple[dict[str, Any], list[str]]:
    """The map of lists of words, and its sources, the strongest first. Raises `WrongTypeError`."""
    for source, key, value in _entries(given):
        if not isinstance(value, list | None):
            raise WrongTypeError(source, f"a list is wanted for `{key}`, not {_kind(value)}")
    return _mapped(given, lambda values: sequence([item for item in values if item.raw.value is not None])[0])


def _entries(given: Sequence[Given]) -> Iterator[tuple[str, str, Any]]:
    """Source, key and value of each entry. Raises `WrongTypeError` where a source gives no map."""
    for item in given:
        if not isinstance(item.raw.value, dict):
            raise WrongTypeError(item.source, f"a map is wanted, not {_kind(item.raw.value)}")
        yield from ((item.source, key, value) for key, value in item.raw.value.items())


def _mapped(given: Sequence[Given], merge: Callable[[list[Given]], Any]) -> tuple[dict[str, Any], list[str]]:
    relevant = until_final(given)
    grouped: dict[str, list[Given]] = {}
    final: dict[str, Given] = {}
    for item in relevant:
        flags = item.raw.flags if isinstance(item.raw.flags, dict) else {}
        for key, value in item.raw.value.items():
            entry = Given(item.source, Raw(value, flags.get(key)))
            grouped.setdefault(key, []).append(entry)
            if flags.get(key) == "final":
                final.setdefault(key, entry)
    merged = {key: merge([final[key]] if key in final else values) for key, values in grouped.items()}
    return merged, [item.source for item in reversed(relevant) if item.raw.value]


def _marked(item: Given, mark: str) -> list[Any]:
    flags = item.raw.flags if isinstance(item.raw.flags, list) else []
    return [value for value, flag in zip(item.raw.value, flags, strict=False) if flag == mark]


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _kind(value: object) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a map"
    return f"the word {channel(str(value))[:40]!r}"  # redacted first: a part of a URL is no longer known for one
