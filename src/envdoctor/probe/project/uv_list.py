"""The list that uv writes into its lock, beside what it resolved it to: whether pyproject.toml still says the same.

Source: https://github.com/astral-sh/uv/blob/main/crates/uv-resolver/src/lock/mod.rs (Lock::satisfies)
"""

from collections.abc import Iterable, Mapping
from typing import Any

from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.versions import is_within, same_specifiers
from envdoctor.probe.project.specs import Broken, of_pip
from envdoctor.probe.project.toml import load, table_of

OWN = ('\nsource = { virtual = "." }', '\nsource = { editable = "." }')
PLAIN = {"name", "specifier", "marker", "extras", "index"}  # with any other key, no specifier is kept
PYTHONS = [f"3.{minor}.{patch}" for minor in range(6, 20) for patch in (0, 5, 30)]

Asked = dict[tuple[str, bool], set[str | None]]  # (name, whether an extra's) -> specifiers; None: not told


def made_from(text: str) -> str:
    """The part of a uv.lock that tells what it was made from: the Python, and the project's own entry; empty: none."""
    at = next((place for mark in OWN if (place := text.find(mark)) >= 0), -1)
    begin = text.rfind("[[package]]", 0, at) if at >= 0 else -1
    if begin < 0:
        return ""
    end = text.find("\n[[package]]", at)
    head = next((line for line in text[:2_000].splitlines() if line.startswith("requires-python = ")), "")
    return f"{head}\n{text[begin:] if end < 0 else text[begin:end]}\n"


def changed(document: Mapping[str, Any], part: str) -> str | None:
    """What the list asks for and the lock was not made from; ``None``: the same, or it can't be told."""
    try:
        told = load(part)
    except Broken:
        return None
    rows = told.get("package")
    own: dict[str, Any] = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    metadata = table_of(own, "metadata")
    project = table_of(dict(document), "project")
    if not metadata or not project:
        return None
    uv = table_of(dict(document), "tool", "uv")
    dynamic = project.get("dynamic")
    pairs: list[tuple[Asked, Asked]] = []
    if not isinstance(dynamic, list) or not {"dependencies", "optional-dependencies"} & set(map(str, dynamic)):
        asked = _of_texts(project.get("dependencies"), extra=False)
        for texts in table_of(project, "optional-dependencies").values():
            _add(asked, _of_texts(texts, extra=True))
        pairs.append((asked, _of_rows(metadata.get("requires-dist"))))
    pairs += _groups(dict(document), uv, table_of(metadata, "requires-dev"))
    for asked, had in pairs:
        if name := _differs(asked, had):
            return f"pyproject.toml was changed since: the lock was made for another list, by what it says of {name}"
    wanted, python = project.get("requires-python"), told.get("requires-python")
    if isinstance(wanted, str) and isinstance(python, str) and not table_of(uv, "workspace") and _other(wanted, python):
        return f"pyproject.toml was changed since: the lock was made for Python {python}"
    return None


def _other(one: str, other: str) -> bool:
    """Whether they admit other Pythons, however they are written."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return False
    return any(is_within(version, one) is (not is_within(version, other)) for version in PYTHONS)


def _groups(document: dict[str, Any], uv: dict[str, Any], had: dict[str, Any]) -> Iterable[tuple[Asked, Asked]]:
    """Each group as it stands in the list, and in the lock."""
    groups = {normalise(name): rows for name, rows in table_of(document, "dependency-groups").items()}
    if isinstance(uv.get("dev-dependencies"), list):
        standard = groups.get("dev")
        groups["dev"] = [*(standard if isinstance(standard, list) else []), *uv["dev-dependencies"]]
    locked = {normalise(name): rows for name, rows in had.items()}
    for name in sorted({*groups, *locked}):
        yield _of_texts(_flat(groups, name, ()), extra=False), _of_rows(locked.get(name), extra=False)


def _flat(groups: Mapping[str, Any], name: str, above: tuple[str, ...]) -> list[str]:
    rows = groups.get(name)
    found: list[str] = []
    for row in rows if isinstance(rows, list) and name not in above else ():
        if isinstance(row, str):
            found.append(row)
        elif isinstance(row, dict) and isinstance(row.get("include-group"), str):
            found += _flat(groups, normalise(row["include-group"]), (*above, name))
    return found


def _of_texts(texts: object, *, extra: bool) -> Asked:
    found: Asked = {}
    for text in texts if isinstance(texts, list) else ():
        try:
            row = of_pip(str(text), "", 0)
        except Broken:
            continue
        found.setdefault((row.key, extra), set()).add(row.specifier)
    return found


def _of_rows(rows: object, *, extra: bool | None = None) -> Asked:
    found: Asked = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("name"), str):
            of_extra = "extra ==" in str(row.get("marker", "")) if extra is None else extra
            specifier = str(row.get("specifier", "")) if row.keys() <= PLAIN else None
            found.setdefault((normalise(row["name"]), of_extra), set()).add(specifier)
    return found


def _add(one: Asked, other: Asked) -> None:
    for key, specifiers in other.items():
        one.setdefault(key, set()).update(specifiers)


def _differs(asked: Asked, had: Asked) -> str:
    """The first name of which the two say another thing; empty: none."""
    for key in sorted({*asked, *had}):
        one, other = asked.get(key), had.get(key)
        if one is None or other is None:
            return key[0]
        if None not in one and None not in other and _plain(one) != _plain(other) and not _equal(one, other):
            return key[0]
    return ""


def _plain(specifiers: Iterable[str | None]) -> set[frozenset[str]]:
    return {frozenset((text or "").replace(" ", "").split(",")) - {""} for text in specifiers}


def _equal(one: Iterable[str | None], other: Iterable[str | None]) -> bool:
    """Whether they are the same by PEP 440, however they are written; also where that can't be told."""
    return same_specifiers([text or "" for text in one], [text or "" for text in other]) is not False
