"""What the libraries of the command line import and a check-up does without: click's help pages, names that msgspec
takes from typing where typing_extensions is not there, and what uuid asks of the platform.
"""

import importlib
import os
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


def _system() -> str:
    """As ``platform.system``."""
    if hasattr(os, "uname"):
        return os.uname().sysname
    import platform

    return platform.system()


def _schema(*arguments: object, **options: object) -> object:
    """As ``msgspec.json.schema``."""
    return importlib.import_module("msgspec._json_schema").schema(*arguments, **options)


def _schema_components(*arguments: object, **options: object) -> object:
    """As ``msgspec.json.schema_components``."""
    return importlib.import_module("msgspec._json_schema").schema_components(*arguments, **options)


# click asks inspect for each option, whose help is mostly one line; uuid asks platform, and msgspec for what makes schemas,
# as they load.
_WITHOUT: dict[tuple[str, str], Callable[..., object]] = {  # type: ignore[explicit-any]
    ("inspect", "cleandoc"): _clean,
    ("platform", "system"): _system,
    ("msgspec._json_schema", "schema"): _schema,
    ("msgspec._json_schema", "schema_components"): _schema_components,
}
