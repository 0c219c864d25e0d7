"""What the tests of project share."""

from typing import Any

from envdoctor.facts import Declaration, Link, Locked, Project, Requirement
from envdoctor.testing import PREFIX, changed, patient


def requirement(text: str, specifier: str | None = "", **changes: Any) -> Requirement:
    name = text.partition(">")[0].partition("=")[0]
    values: dict[str, Any] = {
        "text": text,
        "name": name,
        "key": name,
        "file": "requirements.txt",
        "line": 1,
        "specifier": specifier,
    }
    return Requirement(**(values | changes))


def listed(*requirements: Requirement, kind: str = "requirements", file: str = "requirements.txt") -> Declaration:
    return Declaration(file=file, kind=kind, requirements=list(requirements))


def locked(name: str, version: str, kind: str = "uv.lock") -> Declaration:
    return Declaration(file=kind, kind=kind, lock=True, locked=[Locked(name=name, key=name, version=version, line=7)])


def here(*declarations: Declaration, **changes: Any) -> Project:
    values: dict[str, Any] = {"root": "/home/ada/fit", "evidence": "pyproject.toml", "declarations": list(declarations)}
    return Project(**(values | changes))


def made_by(kind: str, **changes: Any) -> Any:
    return changed(patient(), origin=[Link(kind=kind, prefix=PREFIX)], **changes)
