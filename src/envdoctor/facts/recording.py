"""Facts from JSON: recordings, and the schema of the ``facts`` of a report. How they are written: `envdoctor.facts.document`."""

import json
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from typing import Any

import msgspec

from envdoctor.facts import Facts, Missing
from envdoctor.facts.document import SCHEMA_VERSION, RecordingError, dump

PACKED = "envdoctor-recording:"  # stands above the lines that hold a whole one
MOST_BYTES = 50_000_000  # of a recording that was packed
_CODE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
MARK = "envdoctor-facts: "  # begins the line of a pasted block that holds a recording


Memory = dict[str, list[tuple[object, object]]]  # of each section the last few, as JSON values and as facts
REMEMBERED = 4
MOST_DAMAGE = 50  # entries; a file with more is no recording
LONGEST_PLACE = 120  # characters


def load(text: str | bytes, name: str, memory: Memory | None = None) -> Facts:
    """The facts in a recording, in a JSON report, or in a text with a block of `envdoctor paste` in it.

    A value that is not of its type costs its own entry only: that is unknown where the facts have a word for it, and left
    out of its list where they have none; ``start.hindered`` says so. Raises `RecordingError` naming the file ``name``.

    ``memory``, empty at first, is for reading many that are alike: a section that is equal to one of the last is taken from it.
    """
    try:
        document = json.loads(_pasted(text, name))
    except RecursionError:
        raise RecordingError(f"{name}: nested too deeply to be a recording") from None
    except ValueError as error:
        raise RecordingError(f"{name}: not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("facts"), dict) or "patient" not in document:
        raise RecordingError(f"{name}: no recording of envdoctor (make one with `envdoctor snapshot -o FILE`)")
    version = " ".join(str(document.get("schema_version")).split())[:40]
    if version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise RecordingError(
            f"{name}: schema version {version}; this envdoctor reads {SCHEMA_VERSION.partition('.')[0]}.x"
        )
    try:
        values = {**document["facts"], "patient": document["patient"]}
        return typing.cast("Facts", convert(values, Facts)) if memory is None else _remembered(values, memory)
    except msgspec.ValidationError as error:
        mended = _mended(values)
        if mended is None:
            raise RecordingError(f"{name}: damaged recording: {error}") from None
        return mended
    except RecursionError:
        raise RecordingError(f"{name}: nested too deeply to be a recording") from None


def _mended(values: dict[str, object]) -> Facts | None:
    """The facts without the entries that are not of their type; ``None`` where too much is, or what no recording is without."""
    import copy

    places: list[str] = []
    values = copy.deepcopy(values)
    while len(places) < MOST_DAMAGE:
        try:
            facts = typing.cast("Facts", _converter(Facts)(values))
        except _MisfitError as misfit:
            lost = max((number for number, step in enumerate(misfit.path) if step.loss), default=None)
            if lost is None:
                return None
            place = f"${misfit.where}"[:LONGEST_PLACE]
            places.append(f"{place}: {misfit.words}")
            _take_out(values, misfit.path[: lost + 1], f"damaged recording: {misfit.words} - at `{place}`")
            continue
        more = f" and at {len(places) - 1} more places" if len(places) > 1 else ""
        said = f"the recording is damaged at {places[0]}{more}"
        return msgspec.structs.replace(facts, start=msgspec.structs.replace(facts.start, hindered=said))
    return None


def _take_out(values: Any, path: "tuple[_Step, ...]", why: str) -> None:
    """Take what lies at ``path`` out of its list or mapping, or put the word for unknown into its place."""
    for step in path[:-1]:
        values = values[step.key]
    if path[-1].loss == UNKNOWN:
        values[path[-1].key] = {"missing": why}
    else:
        del values[path[-1].key]


def _remembered(values: dict[str, object], memory: Memory) -> Facts:
    hints = _hints()
    sections: dict[str, Any] = {}
    for name, value in values.items():
        if name not in hints:
            continue
        last = memory.setdefault(name, [])
        made = next((made for before, made in last if before == value), None)
        if made is None:
            made = convert(value, hints[name], f"$.{name}")
            last.append((value, made))
            del last[:-REMEMBERED]
        sections[name] = made
    for field in msgspec.structs.fields(Facts):
        if field.required and field.name not in sections:
            raise msgspec.ValidationError(f"missing `{field.name}` - at `$`")
    return Facts(**sections)


@cache
def _hints() -> dict[str, Any]:
    return typing.get_type_hints(Facts)


def packed(document: object) -> str:
    """A recording as lines of ASCII that a block holds below `PACKED`: compressed, 76 signs each."""
    from base64 import b64encode
    from zlib import compress

    code = b64encode(compress(dump(document).encode("ascii"), 9)).decode("ascii")
    return "\n".join([PACKED, *(code[at : at + 76] for at in range(0, len(code), 76))])


def _pasted(text: str | bytes, name: str) -> str | bytes:
    """The recording in the block that was pasted last; the text itself where there is none, as in every recording.

    A whole one is taken before one that a line holds. Raises `RecordingError` where a whole one is damaged.
    """
    words = text if isinstance(text, str) else text.decode("utf-8", "replace")
    if words.lstrip("\ufeff \t\r\n")[:1] == "{":
        return text
    lines = [line.strip().lstrip("> ") for line in words.splitlines()]
    if PACKED in lines:
        begin = len(lines) - lines[::-1].index(PACKED)
        end = next(
            (at for at in range(begin, len(lines)) if not lines[at] or not _CODE.issuperset(lines[at])), len(lines)
        )
        return _unpacked("".join(lines[begin:end]), name)
    held = [line for line in lines if line.startswith(MARK)]
    return held[-1].removeprefix(MARK) if held else text


def _unpacked(code: str, name: str) -> bytes:
    from base64 import b64decode
    from zlib import decompressobj, error

    try:
        opener = decompressobj()
        document = opener.decompress(b64decode(code), MOST_BYTES)
    except (ValueError, error):
        raise RecordingError(f"{name}: the recording in it is damaged: copy the whole block") from None
    if opener.unconsumed_tail or not opener.eof:
        raise RecordingError(f"{name}: the recording in it is cut off, or too large")
    return document


# msgspec refuses a union of two structs without tags, and `Section | Missing` is one: the walk over
# the unions is ours, everything else is msgspec's.


def convert(value: object, wanted: Any, where: str = "$") -> object:
    """``value`` as type ``wanted``; ``{"missing": why}`` becomes `Missing` where that is allowed.

    Raises ``msgspec.ValidationError`` naming the place.
    """
    try:
        return _converter(wanted)(value)
    except _MisfitError as misfit:
        raise msgspec.ValidationError(f"{misfit.words} - at `{where}{misfit.where}`") from None


UNKNOWN, LEFT_OUT = "unknown", "left out"


class _Step(typing.NamedTuple):
    """One step into a document; ``loss`` is what may become of the value there, empty where nothing is without it."""

    key: str | int
    loss: str = ""


class _MisfitError(Exception):
    """A value that is not of its type; ``path`` grows on the way out."""

    def __init__(self, words: str, path: tuple[_Step, ...] = ()) -> None:
        self.words = words
        self.path = path

    @property
    def where(self) -> str:
        """The path in words: ``.packages.distributions[3].name``."""
        return "".join(f"[{step.key}]" if isinstance(step.key, int) else f".{step.key}" for step in self.path)

    def at(self, key: str | int, loss: str = "") -> "_MisfitError":
        return _MisfitError(self.words, (_Step(key, loss), *self.path))


_Converter = Callable[[object], object]


@cache
def _converter(wanted: Any) -> _Converter:
    """What makes a type of a JSON value. It is made once for a type: thousands of values are of the same few."""
    options = _options(wanted)
    rest = [_plain(option) for option in options if option not in (Missing, type(None))]
    may_miss, may_be_none = Missing in options, type(None) in options
    missing = _plain(Missing) if may_miss and wanted is not Missing else None
    if len(rest) == 1 and missing is None and not may_be_none:
        return rest[0]

    def converted(value: object) -> object:
        if value is None and may_be_none:
            return None
        if missing and isinstance(value, dict) and value.keys() == {"missing"}:
            return missing(value)
        for one in rest[:-1]:
            try:
                return one(value)
            except _MisfitError:
                continue
        if not rest:
            raise _MisfitError("nothing fits")
        return rest[-1](value)

    return converted


def _plain(wanted: Any) -> _Converter:
    """As `_converter`, for what is no union."""
    origin = typing.get_origin(wanted)
    arguments = typing.get_args(wanted)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _struct(wanted)
    if origin is list:
        return _list(wanted, arguments[0])
    if origin is dict:
        return _dict(wanted, arguments[1])

    def scalar(value: object) -> object:
        if wanted is str and isinstance(value, str):
            return value  # msgspec refuses lone surrogates
        if isinstance(value, float) and not isfinite(value):
            raise _MisfitError(f"{value} is no number in JSON")
        if isinstance(value, int) and abs(value) >= 1 << 63:
            raise _MisfitError("a number of more than 64 bits")
        return _by_msgspec(value, wanted)

    return scalar


def _by_msgspec(value: object, wanted: Any) -> object:
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise _MisfitError(str(error).partition(" - at")[0]) from None
    except UnicodeEncodeError:  # a lone surrogate
        raise _unlike(value, "number" if wanted in (int, float) else getattr(wanted, "__name__", "value")) from None


def _unlike(value: object, kind: str) -> _MisfitError:
    return _MisfitError(f"Expected `{kind}`, got `{_KINDS.get(type(value), type(value).__name__)}`")


_KINDS: dict[type, str] = {dict: "object", list: "array", type(None): "null"}  # as msgspec calls them


def _list(wanted: Any, kind: Any) -> _Converter:
    def converted(value: object) -> object:
        if not isinstance(value, list):
            raise _unlike(value, "array")
        if kind is str and all(type(item) is str for item in value):
            return value
        one: _Converter = _converter(kind)
        items: list[object] = []
        try:
            for item in value:
                items.append(one(item))
        except _MisfitError as misfit:
            raise misfit.at(len(items), LEFT_OUT) from None
        return items

    return converted


def _dict(wanted: Any, kind: Any) -> _Converter:
    def converted(value: object) -> object:
        if not isinstance(value, dict):
            raise _unlike(value, "object")
        key, one, items = "", _converter(kind), {}
        try:
            for key, item in value.items():
                items[str(key)] = one(item)
        except _MisfitError as misfit:
            raise misfit.at(key, LEFT_OUT) from None
        return items

    return converted


def _struct(wanted: Any) -> _Converter:
    types_of: dict[str, Any] = {}
    known: list[tuple[str, str, bool, _Converter]] = []  # filled in at the first use: a struct may hold its own kind

    def converted(value: object) -> object:
        if not isinstance(value, dict):
            raise _unlike(value, "object")
        if not known:
            hints = typing.get_type_hints(wanted)
            types_of.update((field.encode_name, hints[field.name]) for field in msgspec.structs.fields(wanted))
            known.extend(
                (field.name, field.encode_name, field.required, _converter(hints[field.name]))
                for field in msgspec.structs.fields(wanted)
            )
        arguments, encoded = {}, ""
        try:
            for name, encoded, required, one in known:
                if encoded in value:
                    arguments[name] = one(value[encoded])
                elif required:
                    break
            else:
                return wanted(**arguments)
        except _MisfitError as misfit:
            raise misfit.at(encoded, UNKNOWN if Missing in _options(types_of[encoded]) else "") from None
        raise _MisfitError(f"missing `{encoded}`")

    return converted


@cache
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
