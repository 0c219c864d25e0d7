"""What differs between two readings: packages, libraries, threads, and the rest of the facts."""

from collections.abc import Sequence
from typing import Any

import msgspec

from envdoctor.facts import Facts, Missing, Packages
from envdoctor.recording import dump, sections
from envdoctor.reporters import Style
from envdoctor.text import sanitize, to_ascii

# Told in ways of their own, or different every time.
_APART = ("recorded", "packages", "start", "blas")


class Change(msgspec.Struct, frozen=True):
    """One difference: ``what`` in ``section``, as it is on either side (``None``: not there)."""

    section: str
    what: str
    before: str | None
    after: str | None


def compare(before: Facts, after: Facts) -> list[Change]:
    """Every difference that says something about the environments, packages first."""
    changes = _maps("packages", _packages(before), _packages(after))
    changes += _maps("blas", _libraries(before), _libraries(after))
    left, right = sections(before), sections(after)
    for name in left:
        if name not in _APART:
            changes += _maps(name, _flat(left[name]), _flat(right.get(name)))
    return changes


def _packages(facts: Facts) -> dict[str, str]:
    if isinstance(facts.packages, Packages):
        pairs = [(item.key, _text(item.version)) for item in reversed(facts.packages.distributions)]
        return dict(pairs)
    return {"(all)": f"unknown: {facts.packages.reason}"}


def _libraries(facts: Facts) -> dict[str, str]:
    if isinstance(facts.blas, Missing):
        return {"(all)": f"unknown: {facts.blas.reason}"}
    found = {}
    for library in facts.blas.libraries:
        name = f"{library.vendor} of {', '.join(library.used_by) or 'nobody'}"
        found[f"{name}: version"] = _text(library.version)
        found[f"{name}: threads"] = _text(library.threads)
        found[f"{name}: kernels"] = _text(library.architecture)
    return found


def _text(value: object) -> str:
    return f"unknown: {value.reason}" if isinstance(value, Missing) else str(value)


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for key, item in value.items():
            found |= _flat(item, f"{prefix}.{key}" if prefix else str(key))
        return found
    if isinstance(value, list):
        return {prefix: ", ".join(dump(item) if isinstance(item, (dict, list)) else str(item) for item in value)}
    return {prefix: str(value)} if value is not None else {}


def _maps(section: str, before: dict[str, str], after: dict[str, str]) -> list[Change]:
    names = sorted(before.keys() | after.keys())
    return [
        Change(section, name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def render(changes: Sequence[Change], style: Style) -> str:
    """``- `` only in A, ``+ `` only in B, ``~ `` in both and different."""
    if not changes:
        return "no difference\n"
    lines: list[str] = []
    section = ""
    for change in changes:
        if change.section != section:
            section = change.section
            lines.append(section)
        if change.after is None:
            lines.append(f"  - {change.what} {change.before}")
        elif change.before is None:
            lines.append(f"  + {change.what} {change.after}")
        else:
            lines.append(f"  ~ {change.what} {change.before} → {change.after}")
    text = "\n".join(sanitize(line) for line in lines) + "\n"
    return to_ascii(text) if style.ascii else text


def render_json(changes: Sequence[Change]) -> str:
    """The changes as a JSON document."""
    return dump({"schema_version": "1.0", "changes": msgspec.to_builtins(list(changes))}, 2) + "\n"
