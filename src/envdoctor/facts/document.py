"""Facts to JSON: recordings, and the ``facts`` of a report."""

import typing
from typing import Any

import msgspec
from msgspec import MsgspecError
from msgspec.json import encode, format

from envdoctor.facts import Facts

SCHEMA_VERSION = "1.0"


class RecordingError(Exception):
    """A file that is no recording; the message names it and what is wrong, in one line."""


def sections(facts: Facts) -> dict[str, Any]:
    """The facts as JSON values, one key a section; the patient stands beside them in a document."""
    document = msgspec.to_builtins(facts)
    del document["patient"]
    return typing.cast("dict[str, Any]", document)


def record(facts: Facts, version: str) -> dict[str, Any]:
    """The document of a recording."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "envdoctor", "version": version},
        "patient": msgspec.to_builtins(facts.patient),
        "facts": sections(facts),
    }


def dump(document: object, indent: int | None = None) -> str:
    """JSON in ASCII: lone surrogates, which file names may hold, survive; no CI runner takes a
    line of it for a command to itself (`envdoctor.privacy.text.unhooked`)."""
    try:
        text = format(encode(document), indent=indent or 0).decode("ascii")
    except (MsgspecError, UnicodeError, ValueError, TypeError, RecursionError):
        text = _in_full(document, indent)
    return text.replace("##", "#\\u0023") if "##" in text else text


def _in_full(document: object, indent: int | None) -> str:
    """With what is no ASCII, or no text at all: msgspec writes neither."""
    import json

    return json.dumps(document, ensure_ascii=True, indent=indent)
