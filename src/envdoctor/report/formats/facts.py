"""The facts without judgement, for people and for programs."""

from collections.abc import Iterator, Mapping, Sequence

from envdoctor import __version__
from envdoctor.facts import Facts
from envdoctor.facts.document import dump, record
from envdoctor.privacy.redact import shareable
from envdoctor.privacy.text import clean, to_ascii
from envdoctor.report.header import rows, title
from envdoctor.report.report import SCHEMA_VERSION
from envdoctor.report.view import Style


def render(facts: Facts, style: Style) -> str:
    """The header, then every section as an indented tree; long lists keep to one line an item."""
    document = record(facts, __version__)
    lines = [title(__version__, facts), *(f"  {label:9}{value}" for label, value in rows(facts)), ""]
    for name, section in {"patient": document["patient"], **document["facts"]}.items():
        lines += _tree(name, shareable(section), 0)
    text = "\n".join(clean(line) for line in lines) + "\n"
    return to_ascii(text) if style.ascii else text


def render_json(patients: Sequence[Facts], style: Style) -> str:
    """One patient's facts as the JSON of a recording, several under ``recordings``; home and names as they are."""
    documents = [record(facts, __version__) for facts in patients]
    whole = documents[0] if len(documents) == 1 else {"schema_version": SCHEMA_VERSION, "recordings": documents}
    return dump(shareable(whole), 2 if style.indent else None) + "\n"


def _tree(name: str, value: object, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(value, Mapping) and value.keys() == {"missing"}:
        yield f"{pad}{name}: ? ({value['missing']})"
    elif isinstance(value, Mapping) and value:
        yield f"{pad}{name}:"
        for key, item in value.items():
            yield from _tree(str(key), item, depth + 1)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield f"{pad}{name}:"
        for item in value:
            yield f"{pad}  - {_line(item)}"
    elif isinstance(value, list):
        yield f"{pad}{name}: {', '.join(map(str, value)) if value else '-'}"
    else:
        yield f"{pad}{name}: {'-' if value is None or value in ('', {}) else value}"


def _line(item: Mapping[str, object]) -> str:
    """One line of an item in a list: what is empty is left out."""
    parts = []
    for key, value in item.items():
        if isinstance(value, Mapping) and value.keys() == {"missing"}:
            parts.append(f"{key}: ?")
        elif value not in (None, "", [], {}):
            parts.append(f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return "; ".join(parts)
