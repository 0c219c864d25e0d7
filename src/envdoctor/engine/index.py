"""What is known of every built-in check before its module is loaded: most of them don't apply to a given environment.

``index.json`` in the package of the checks says it, and is made from the modules themselves by ``python -m
envdoctor.engine``. A module that it does not know is simply imported, so that a new rule runs before the file is made again.
"""

import os
import sys
from collections.abc import Iterable
from importlib import import_module

from msgspec import Struct
from msgspec.json import decode

from envdoctor.engine.checks import Check
from envdoctor.engine.findings import Finding
from envdoctor.engine.rules import Rule

NAME = "index.json"


class Row(Struct, frozen=True, omit_defaults=True):
    """One check: where it is (``attribute`` of ``module``), and what `Check` says of it; ``optional`` are how many of
    its needs, the last ones, have a default."""

    module: str
    attribute: str
    name: str
    needs: tuple[str, ...]
    rules: tuple[Rule, ...]
    optional: int = 0
    given: tuple[tuple[str, str], ...] = ()


class Later:
    """The function of a check, whose module is imported at its first call."""

    def __init__(self, row: Row) -> None:
        self.__module__ = row.module
        self.__defaults__ = (None,) * row.optional
        self._attribute = row.attribute

    def __call__(self, *sections: object) -> Iterable[Finding]:
        check: Check = getattr(import_module(self.__module__), self._attribute)
        return check.examine(*sections)


def checks_of(package: str, *modules: str) -> tuple[Check, ...]:
    """The checks of these modules of a package, in this order; for the built-in ones without importing them."""
    return tuple(check for module in modules for check in _checks(f"{package}.{module}"))


def _checks(module: str) -> Iterable[Check]:
    rows = _rows(module.partition(".")[0]).get(module)
    if rows is None:
        return [check for _, check in defined(module)]
    return [Check(row.name, row.rules, Later(row), row.needs, row.given) for row in rows]


def defined(module: str) -> list[tuple[str, Check]]:
    """The checks that a module defines, under their names, in their order; imports it."""
    found = vars(import_module(module)).items()
    return [(name, it) for name, it in found if isinstance(it, Check) and it.examine.__module__ == module]


def place(package: str) -> str:
    """Where the index of a package is kept."""
    return os.path.join(os.path.dirname(sys.modules[package].__file__ or ""), NAME)


_read: dict[str, dict[str, list[Row]]] = {}  # by package, by module


def _rows(package: str) -> dict[str, list[Row]]:
    rows = _read.get(package)
    if rows is None:
        rows = _read[package] = {}
        try:
            with open(place(package), "rb") as file:
                found = decode(file.read(), type=list[Row])
        except FileNotFoundError:
            return rows
        for row in found:
            rows.setdefault(row.module, []).append(row)
    return rows
