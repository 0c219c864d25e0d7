"""Facts to and from JSON: recordings, the ``facts`` of a report, and their schema."""

import json
import types
import typing
from collections.abc import Mapping
from math import isfinite
from typing import Any

import msgspec

from envdoctor.facts import Facts, Missing

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
    text = json.dumps(document, ensure_ascii=True, indent=indent)
    return text.replace("##", "#\\u0023") if "##" in text else text


def load(text: str | bytes, name: str) -> Facts:
    """The facts in a recording, or in a JSON report. Raises `RecordingError` naming the file ``name``."""
    try:
        document = json.loads(text)
    except RecursionError:
        raise RecordingError(f"{name}: nested too deeply to be a recording") from None
    except ValueError as error:
        raise RecordingError(f"{name}: not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("facts"), dict) or "patient" not in document:
        raise RecordingError(f"{name}: no recording of envdoctor (make one with `envdoctor snapshot -o FILE`)")
    version = str(document.get("schema_version"))
    if version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise RecordingError(
            f"{name}: schema version {version}; this envdoctor reads {SCHEMA_VERSION.partition('.')[0]}.x"
        )
    try:
        return typing.cast("Facts", convert({**document["facts"], "patient": document["patient"]}, Facts))
    except msgspec.ValidationError as error:
        raise RecordingError(f"{name}: damaged recording: {error}") from None
    except RecursionError:
        raise RecordingError(f"{name}: nested too deeply to be a recording") from None


# msgspec refuses a union of two structs without tags, and `Section | Missing` is one: the walk over
# the unions is ours, everything else is msgspec's.


def convert(value: object, wanted: Any, where: str = "$") -> object:
    """``value`` as type ``wanted``; ``{"missing": why}`` becomes `Missing` where that is allowed.

    Raises ``msgspec.ValidationError`` naming the place.
    """
    options = _options(wanted)
    if Missing in options and isinstance(value, dict) and value.keys() == {"missing"}:
        return _convert_struct(value, Missing, where)
    if value is None and type(None) in options:
        return None
    rest = [option for option in options if option not in (Missing, type(None))]
    for index, option in enumerate(rest):
        try:
            return _convert_one(value, option, where)
        except msgspec.ValidationError:
            if index == len(rest) - 1:
                raise
    raise msgspec.ValidationError(f"nothing fits - at `{where}`")


def _convert_one(value: object, wanted: Any, where: str) -> object:
    origin = typing.get_origin(wanted)
    arguments = typing.get_args(wanted)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _convert_struct(value, wanted, where)
    if origin is list and isinstance(value, list):
        return [convert(item, arguments[0], f"{where}[{index}]") for index, item in enumerate(value)]
    if origin is dict and isinstance(value, dict):
        return {str(key): convert(item, arguments[1], f"{where}.{key}") for key, item in value.items()}
    if wanted is str and isinstance(value, str):
        return value  # msgspec refuses lone surrogates
    if isinstance(value, float) and not isfinite(value):
        raise msgspec.ValidationError(f"{value} is no number in JSON - at `{where}`")
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"{str(error).partition(' - at')[0]} - at `{where}`") from None


def _convert_struct(value: object, wanted: Any, where: str) -> object:
    if not isinstance(value, dict):
        raise msgspec.ValidationError(f"Expected `object`, got `{type(value).__name__}` - at `{where}`")
    hints = typing.get_type_hints(wanted)
    arguments = {}
    for field in msgspec.structs.fields(wanted):
        if field.encode_name in value:
            arguments[field.name] = convert(value[field.encode_name], hints[field.name], f"{where}.{field.encode_name}")
        elif field.required:
            raise msgspec.ValidationError(f"missing `{field.encode_name}` - at `{where}`")
    return wanted(**arguments)


def _options(wanted: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(wanted) in (typing.Union, types.UnionType)
    return typing.get_args(wanted) if is_union else (wanted,)


def schema_of(wanted: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a type, structs put into ``definitions``; later 1.x may add fields, so objects stay open."""
    options = _options(wanted)
    if len(options) > 1:
        return {"anyOf": [schema_of(option, definitions) for option in options]}
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        if wanted.__name__ not in definitions:
            definitions[wanted.__name__] = {}
            definitions[wanted.__name__] = _struct_schema(wanted, definitions)
        return {"$ref": f"#/$defs/{wanted.__name__}"}
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (list, tuple) or wanted in (list, tuple):
        return {"type": "array", **({"items": schema_of(arguments[0], definitions)} if arguments else {})}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1], definitions)}
    if wanted is Any:
        return {}
    return msgspec.json.schema(wanted)


def _struct_schema(wanted: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hints: Mapping[str, Any] = typing.get_type_hints(wanted)
    fields = msgspec.structs.fields(wanted)
    return {
        "type": "object",
        "title": wanted.__name__,
        "description": (wanted.__doc__ or "").strip().partition("\n\n")[0].replace("\n    ", " "),
        "properties": {field.encode_name: schema_of(hints[field.name], definitions) for field in fields},
        "required": [field.encode_name for field in fields if field.required],
    }
