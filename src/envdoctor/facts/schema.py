"""The JSON Schemas of what envdoctor writes (draft 2020-12): the report, the recording, an explanation, many machines."""

from typing import Any

from envdoctor.facts import Facts
from envdoctor.facts.recording import schema_of

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _facts(definitions: dict[str, Any]) -> dict[str, Any]:
    schema_of(Facts, definitions)
    for definition in list(definitions.values()):
        _lift(definition, definitions)
    facts = definitions.pop("Facts")
    patient = facts["properties"].pop("patient")
    facts["required"].remove("patient")
    return {"patient": patient, "facts": facts}


def _lift(node: object, definitions: dict[str, Any]) -> None:
    """Put definitions within ``node`` beside the others: references look for them at the root."""
    if isinstance(node, dict):
        for name, definition in node.pop("$defs", {}).items():
            definitions.setdefault(name, definition)
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for value in inner:
        _lift(value, definitions)


def recording() -> dict[str, Any]:
    """The schema of a recording (`envdoctor snapshot`)."""
    definitions: dict[str, Any] = {}
    parts = _facts(definitions)
    properties = {"schema_version": _TEXT, "tool": _object({"name": _TEXT, "version": _TEXT}), **parts}
    return {"$schema": _DRAFT, "title": "envdoctor recording", **_object(properties), "$defs": definitions}


def _fix() -> dict[str, Any]:
    return _object({
        "title": _TEXT,
        "applicability": {"enum": ["safe", "unsafe", "manual"]},
        "reason": _TEXT,
        "steps": _array({"type": "object"}),
        "undo": _TEXT,
        "verify": {"type": "object"},
    })  # fmt: skip


def _finding() -> dict[str, Any]:
    severities = ("error", "warning", "info")
    guide = _object({
        "id": _TEXT, "section": _TEXT, "says": _TEXT, "status": _TEXT, "since": _TEXT, "sources": _array(_TEXT),
    })  # fmt: skip
    return _object({
        "code": _TEXT,
        "name": _TEXT,
        "severity": {"enum": list(severities)},
        "confidence": {"enum": ["certain", "likely", "possible"]},
        "title": _TEXT,
        "subject": _TEXT,
        "evidence": _array(_object({"label": _TEXT, "value": _TEXT})),
        "why": _TEXT,
        "guide": _array(guide),
        "fixes": _array(_fix()),
        "fingerprint": _TEXT,
        "suppressed": {"type": ["object", "null"]},
    })  # fmt: skip


def _rehearsal() -> dict[str, Any]:
    named = _array(_object({"code": _TEXT, "title": _TEXT, "fingerprint": _TEXT}))
    seconds = {"type": "number"}
    return _object({
        "impossible": _TEXT,
        "settled": named,
        "left": named,
        "new": named,
        "untried": _array(_object({"title": _TEXT, "why": _TEXT})),
        "commands": _array(
            _object({"argv": _array(_TEXT), "status": {"type": "integer"}, "seconds": seconds, "said": _TEXT})
        ),
        "seconds": seconds,
        "bytes": _COUNT,
    })  # fmt: skip


def _resolution() -> dict[str, Any]:
    change = _object({"name": _TEXT, "before": _TEXT, "after": _TEXT})
    seconds = {"type": "number"}
    command = _object({
        "argv": _array(_TEXT),
        "asked": _array(_TEXT),
        "state": {"enum": ["resolved", "refused", "source", "failed"]},
        "changes": _array(change),
        "words": _TEXT,
        "judged": {"type": "boolean"},
        "left": _array(_TEXT),
        "new": _array(_TEXT),
        "seconds": seconds,
    })  # fmt: skip
    untried = _array(_object({"title": _TEXT, "why": _TEXT}))
    return _object({"commands": _array(command), "untried": untried, "seconds": seconds})


def report() -> dict[str, Any]:
    """The schema of a report (`envdoctor check --format json`), one patient's or several's."""
    definitions: dict[str, Any] = {}
    parts = _facts(definitions)
    finding = _finding()
    severities = ("error", "warning", "info")
    named = _object({"name": _TEXT, "version": _TEXT})
    counts = _object(dict.fromkeys((*severities, "passed", "not-applicable", "unknown"), _COUNT))
    summary = _object({
        "status": {"enum": ["healthy", "findings", "inconclusive"]},
        "exit_code": {"type": "integer"},
        "counts": counts,
        "seconds": {"type": "number"},
    })  # fmt: skip
    check = _object({
        "name": _TEXT, "codes": _array(_TEXT), "status": _TEXT, "reason": _TEXT, "seconds": {"type": "number"},
    })  # fmt: skip
    one = _object({
        "schema_version": _TEXT,
        "tool": _object({"name": _TEXT, "version": _TEXT, "checks": _array(named)}),
        "patient": parts["patient"],
        "summary": summary,
        "facts": parts["facts"],
        "checks": _array(check),
        "findings": _array(finding),
    })  # fmt: skip
    one["properties"]["rehearsal"] = _rehearsal()
    one["properties"]["resolution"] = _resolution()
    definitions["Report"] = one
    several = _object({"schema_version": _TEXT, "reports": _array({"$ref": "#/$defs/Report"})})
    either = [{"$ref": "#/$defs/Report"}, several]
    return {"$schema": _DRAFT, "title": "envdoctor report", "anyOf": either, "$defs": definitions}


def why() -> dict[str, Any]:
    """The schema of an explanation (`envdoctor why --format json`)."""
    symptom = _object({
        "name": _TEXT, "line": _TEXT, "means": _TEXT, "codes": _array(_TEXT), "source": _TEXT,
        "kind": {"enum": ["environment", "program", "machine", "network", "information"]},
    })  # fmt: skip
    properties = {
        "schema_version": _TEXT,
        "status": {"enum": ["explained", "known", "unknown"]},
        "symptoms": _array(symptom),
        "means": _array(_TEXT),
        "here": _array(_TEXT),
        "module": _TEXT,
        "distribution": _TEXT,
        "environment": _TEXT,
        "examined": _TEXT,
        "findings": _array(_finding()),
        "perhaps": _array(_finding()),
        "cures": _array(_object({"words": _TEXT, "fix": _fix()}, ("fix",))),
        "silent": _array(_TEXT),
        "unknown": _array(_TEXT),
        "deeper": _array(_TEXT),
        "notes": _array(_TEXT),
    }
    return {"$schema": _DRAFT, "title": "envdoctor why", **_object(properties)}


def fleet() -> dict[str, Any]:
    """The schema of what is said of many machines (`envdoctor fleet --format json`)."""
    finding = _finding()
    finding["properties"]["members"] = _array(_TEXT)
    finding["required"].append("members")
    group = _object({
        "name": _TEXT,
        "size": _COUNT,
        "members": _array(_TEXT),
        "differs": {"type": "object", "additionalProperties": _array(_TEXT)},
    })  # fmt: skip
    summary = _object({
        "status": {"enum": ["healthy", "findings", "inconclusive"]},
        "exit_code": {"type": "integer"},
        "counts": _object(dict.fromkeys(("error", "warning", "info"), _COUNT)),
        "seconds": {"type": "number"},
    })  # fmt: skip
    properties = {
        "schema_version": _TEXT,
        "tool": _object({"name": _TEXT, "version": _TEXT}),
        "machines": _COUNT,
        "one_job": {"type": "boolean"},
        "job": {"type": ["string", "null"]},
        "groups": _array(group),
        "findings": _array(finding),
        "missing": _array(_object({"name": _TEXT, "why": _TEXT})),
        "summary": summary,
    }
    return {"$schema": _DRAFT, "title": "envdoctor fleet", **_object(properties)}
