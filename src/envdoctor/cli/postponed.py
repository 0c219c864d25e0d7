"""What the libraries of a check-up import and it does without: click's help pages, what subprocess waits with, and of msgspec
what makes schemas, names from typing where typing_extensions is not there, and types that no document of ours holds.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def postponed(*names: str) -> Iterator[None]:
    """Whoever imports one of these modules within gets a stand-in for it, which loads it when something of it is used.

    Outside nothing is changed: the next ``import`` finds the module itself. What is loaded already stays as it is.
    """
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Whoever imports one of these modules within gets an ``ImportError``, as if it were not installed
    (https://docs.python.org/3/reference/import.html#the-module-cache)."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            if name in sys.modules and sys.modules[name] is None:
                del sys.modules[name]


class _StandIn(ModuleType):
    def __getattr__(self, attribute: str) -> object:
        name = self.__name__
        if attribute.startswith("__"):  # the import system asks for its path
            raise AttributeError(attribute)
        if (answer := _WITHOUT.get((name, attribute))) is not None:
            return answer
        if sys.modules.get(name) is self:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)


def _clean(text: str) -> str:
    """As ``inspect.cleandoc``."""
    if "\n" not in text and "\t" not in text:
        return text.lstrip()
    import inspect

    return inspect.cleandoc(text)


def _schema(*arguments: object, **options: object) -> object:
    """As ``msgspec.json.schema``."""
    return importlib.import_module("msgspec._json_schema").schema(*arguments, **options)


def _schema_components(*arguments: object, **options: object) -> object:
    """As ``msgspec.json.schema_components``."""
    return importlib.import_module("msgspec._json_schema").schema_components(*arguments, **options)


def _poll_selector() -> object:
    """As ``selectors.PollSelector``, or what the system has in its place."""
    selectors = importlib.import_module("selectors")
    return getattr(selectors, "PollSelector", selectors.SelectSelector)()


class UUID:
    """In the place of ``uuid.UUID``: no document of ours holds one."""


class SafeUUID:
    """In the place of ``uuid.SafeUUID``, which goes with it."""

    unknown = None


class Decimal:
    """In the place of ``decimal.Decimal``: no document of ours holds one."""


# click asks inspect for each option, whose help is mostly one line; subprocess asks for what it waits with, and msgspec for
# what makes schemas, and for types that it knows how to write, as they load.
_WITHOUT: dict[tuple[str, str], Callable[..., object]] = {  # type: ignore[explicit-any]
    ("inspect", "cleandoc"): _clean,
    ("selectors", "PollSelector"): _poll_selector,
    ("uuid", "UUID"): UUID,
    ("uuid", "SafeUUID"): SafeUUID,
    ("decimal", "Decimal"): Decimal,
    ("msgspec._json_schema", "schema"): _schema,
    ("msgspec._json_schema", "schema_components"): _schema_components,
}
