"""Whether a lock was made from the list beside it: Poetry, PDM and Pipenv write a digest of the list into their locks, uv
writes the list itself."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from envdoctor.ecosystem.names import normalise
from envdoctor.facts.base import Missing
from envdoctor.probe.project.toml import table_of

LISTS = {
    "uv.lock": "pyproject.toml",
    "poetry.lock": "pyproject.toml",
    "pdm.lock": "pyproject.toml",
    "Pipfile.lock": "Pipfile",
}
MARKS = {"poetry.lock": "content-hash", "pdm.lock": "content_hash", "Pipfile.lock": '"sha256"'}
LEGACY = ("dependencies", "source", "extras", "dev-dependencies")  # of [tool.poetry]; there even where they are empty
NO_PACKAGES = ("source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv", "default", "develop")
USUAL = [{"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": True}]


def digest_in(text: str, kind: str) -> str:
    """The digest that a lock of this kind carries, of uv's the list; empty where it carries none."""
    if kind == "uv.lock":
        from envdoctor.probe.project.uv_list import made_from

        return made_from(text)
    mark = MARKS.get(kind, "")
    at = text.find(f"\n{mark}" if kind != "Pipfile.lock" else mark) if mark else -1
    if at < 0:
        return ""
    value = text[at + len(mark) : at + 200].lstrip("\n").partition("\n")[0]
    quoted = value.split('"')
    return next((word.rpartition(":")[2] for word in quoted if len(word.rpartition(":")[2]) == 64), "")


def stale(kind: str, document: Mapping[str, Any], digest: str) -> str | None | Missing:
    """In which way a lock with this digest does not fit the list; empty: it does; ``None``: it carries no digest, or is of no
    such list.

    The digests are those of all releases that are in use: what none of them would have written was changed since.
    Sources: https://github.com/python-poetry/poetry/blob/main/src/poetry/packages/locker.py (Locker._get_content_hash),
    https://github.com/pdm-project/pdm/blob/main/src/pdm/project/project_file.py (PyProject.content_hash),
    https://github.com/pypa/pipenv/blob/main/pipenv/utils/pipfile.py (Pipfile.calculate_hash),
    https://github.com/sarugaku/plette/blob/master/src/plette/pipfiles.py (Pipfile.get_hash)
    """
    if not digest or (kind == "pdm.lock" and "project" not in document):
        return None
    file = LISTS[kind]
    if kind == "uv.lock":
        from envdoctor.probe.project.uv_list import changed

        return changed(document, digest)
    contents = {"poetry.lock": _poetry, "pdm.lock": _pdm, "Pipfile.lock": _pipfile}[kind](document)
    tight = (",", ":") if kind == "Pipfile.lock" else None
    try:
        written = (json.dumps(content, sort_keys=True, separators=tight) for content in contents)
        if any(hashlib.sha256(text.encode()).hexdigest() == digest for text in written):
            return ""
    except (TypeError, ValueError) as error:  # a date, a lone surrogate
        return Missing(f"{file}: {error}")
    if kind == "pdm.lock" and isinstance(table_of(dict(document), "tool", "pdm").get("workspace"), dict):
        return Missing(f"{file}: the digest of a workspace takes its members in")
    return f"{file} was changed since: the digest in the lock is of another"


def _poetry(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """With and, as before 2.3, without the standard's groups."""
    project = table_of(dict(document), "project")
    poetry = table_of(dict(document), "tool", "poetry")
    standard = {
        key: project[key] for key in ("requires-python", "dependencies", "optional-dependencies") if key in project
    }
    for groups in (table_of(dict(document), "dependency-groups"), {}):
        told: dict[str, Any] = {}
        if standard:
            told["project"] = standard
        if groups:
            told["dependency-groups"] = groups
        keys = [key for key in (*LEGACY, "group") if key in poetry or (key in LEGACY and not told)]
        own = {key: poetry.get(key) for key in keys}
        yield {**told, "tool": {"poetry": own}} if told else own


def _pdm(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """With and without the standard's groups, which came in 2.20, and with what ``resolution`` was called before."""
    project = table_of(dict(document), "project")
    pdm = table_of(dict(document), "tool", "pdm")
    groups: dict[str, list[Any]] = {}
    for tables in (table_of(dict(document), "dependency-groups"), table_of(pdm, "dev-dependencies")):
        for name, rows in tables.items():
            groups[normalise(name)] = [*groups.get(normalise(name), []), *(rows if isinstance(rows, list) else [])]
    common = {
        "sources": pdm.get("source", []),
        "dependencies": project.get("dependencies", []),
        "optional-dependencies": project.get("optional-dependencies", {}),
        "requires-python": project.get("requires-python", ""),
    }
    resolution = table_of(pdm, "resolution")
    for own in (groups, table_of(pdm, "dev-dependencies")):
        yield {**common, "dev-dependencies": own, "resolution": resolution}
        yield {**common, "dev-dependencies": own, "overrides": table_of(resolution, "overrides")}


def _pipfile(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Names as they stand there, or normalised; with and, as before 2022.8, without further categories."""
    categories = {name: rows for name, rows in document.items() if name not in NO_PACKAGES and isinstance(rows, dict)}
    meta = {"sources": document.get("source", USUAL), "requires": document.get("requires", {})}
    for further in (categories, {}):
        tables = {"default": document.get("packages", {}), "develop": document.get("dev-packages", {}), **further}
        yield {"_meta": meta, **tables}
        yield {"_meta": meta, **{name: _normalised(rows) for name, rows in tables.items()}}


def _normalised(rows: object) -> dict[str, Any]:
    pairs: Iterable[tuple[str, Any]] = rows.items() if isinstance(rows, dict) else ()
    return {normalise(name): value for name, value in pairs}
