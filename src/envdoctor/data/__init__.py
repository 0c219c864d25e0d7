"""Knowledge with a shelf life, as tables: written in TOML, each row with its source, read as the JSON made of it.

``python -m envdoctor.data`` makes the JSON again (TOML takes ten times as long to read, and a
check-up lasts as long as ``import numpy``); a test keeps the two equal.
"""

import os
from typing import TypeVar

import msgspec
from msgspec.json import decode

Row = TypeVar("Row", bound=msgspec.Struct)

_documents: dict[str, dict[str, object]] = {}
_tables: dict[tuple[str, str, type], object] = {}


class _Names(msgspec.Struct):
    names: frozenset[str]


class _Words(msgspec.Struct):
    names: dict[str, str]


def table(name: str, section: str, row: type[Row]) -> tuple[Row, ...]:
    """The rows of a section of the table ``name`` (``python_versions``, ``guide/statements`` …); dates are ISO strings.

    ``row`` names the columns that its reader needs, and their types; raises `msgspec.ValidationError` where the table
    does not have them.
    """
    key = (name, section, row)
    if key not in _tables:
        _tables[key] = msgspec.convert(_document(name)[section], tuple[row, ...])  # type: ignore[valid-type]
    return _tables[key]  # type: ignore[return-value]  # what its key says


def listed(name: str, section: str) -> frozenset[str]:
    """The names in a section of the table ``name`` that is one list of them."""
    return msgspec.convert(_document(name)[section], _Names).names


def mapping(name: str, section: str) -> dict[str, str]:
    """What a section of the table ``name`` says of each of its names."""
    return msgspec.convert(_document(name)[section], _Words).names


def as_of(name: str) -> str:
    """The day (ISO date) on which the table ``name`` was what is known."""
    return str(_document(name)["as_of"])


def _document(name: str) -> dict[str, object]:
    if name not in _documents:
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        folder = "" if "/" in name else "data/"
        with open(f"{package}/{folder}{name}.json", "rb") as file:
            _documents[name] = decode(file.read(), type=dict[str, object])
    return _documents[name]
