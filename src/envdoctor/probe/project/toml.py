"""What is written in TOML, with its lines, which TOML's readers do not tell: pixi.toml and Pipfile as a whole."""

import itertools
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from envdoctor.facts.project import AskedPython, Requirement
from envdoctor.probe.project.specs import (
    Broken,
    Manifest,
    conda_specifier,
    hosts,
    of_conda,
    of_pip,
    of_poetry,
    taken_from,
    wanted_python,
)

MOST_COMPARED = 2_000_000  # lines
NO_CATEGORIES = ("source", "requires", "scripts", "pipenv", "packages", "dev-packages")


def load(text: str) -> dict[str, Any]:
    """The document. Raises `Broken` with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).rpartition(" (at ")
        digits = "".join(character for character in where.partition(",")[0] if character.isdigit())
        line = int(digits) if digits else text.count("\n") + 1
        raise Broken(line, what or str(error)) from None
    except RecursionError:
        raise Broken(0, "nested too deeply") from None


def pixi_manifest(text: str, file: str) -> Manifest:
    """A pixi.toml."""
    return Manifest(lists={"pixi": pixi_tables(load(text), file, Lines(text))})


def pixi_tables(tables: dict[str, Any], file: str, lines: "Lines") -> list[Requirement]:
    """pixi's dependencies (https://pixi.sh/latest/reference/pixi_manifest/); a feature's are a group's, and so are those
    of one platform alone."""
    found: list[Requirement] = []
    features = {"": tables, **table_of(tables, "feature")}
    for group, feature in features.items():
        if not isinstance(feature, dict):
            continue
        for target, part in {"": feature, **table_of(feature, "target")}.items():
            if isinstance(part, dict):
                found += _pixi(part, file, lines, group or target)
    return found


def _pixi(part: dict[str, Any], file: str, lines: "Lines", group: str) -> Iterator[Requirement]:
    for name, value in table_of(part, "dependencies").items():
        line = lines.of(f"{name} =", f'"{name}" =', f"{name}=")
        version = value.get("version", "*") if isinstance(value, dict) else value
        yield msgspec.structs.replace(
            of_conda(name, file, line, group),
            text=f"{name} {version}" if version != "*" else name,
            specifier=conda_specifier(str(version)),
            source=taken_from(value) if isinstance(value, dict) else "",
        )
    yield from named(table_of(part, "pypi-dependencies"), file, lines, group)


def pipfile(text: str, file: str) -> Manifest:
    """A Pipfile (https://pipenv.pypa.io/en/latest/pipfile.html); every other table of it is a category of packages."""
    document = load(text)
    lines = Lines(text)
    found = list(named(table_of(document, "packages"), file, lines, ""))
    found += named(table_of(document, "dev-packages"), file, lines, "dev")
    for category in document:
        if category not in NO_CATEGORIES:
            found += named(table_of(document, category), file, lines, category)
    pythons = [
        AskedPython(
            text=version, file=file, line=lines.of(f"{key} =", f"{key}="), specifier=wanted_python(version), chosen=True
        )
        for key in ("python_full_version", "python_version")
        if isinstance(version := table_of(document, "requires").get(key), str)
    ]
    sources = document.get("source")
    tables = [item for item in sources if isinstance(item, dict)] if isinstance(sources, list) else []
    asked = hosts(item.get("url") for item in tables)
    return Manifest(lists={"Pipfile": found}, pythons=pythons[:1], indexes=asked, document=document)


def named(rows: dict[str, Any], file: str, lines: "Lines", group: str) -> Iterator[Requirement]:
    """The requirements of a table of names; several of one name are for several Pythons or systems."""
    for name, value in rows.items():
        line = lines.of(f"{name} =", f'"{name}" =', f"{name}=", f".{name}]", f'."{name}"]')
        for alternative in value if isinstance(value, list) else [value]:
            requirement = of_poetry(name, alternative, file, line, group) if name != "python" else None
            if requirement is not None:
                yield requirement


def strings(items: object, file: str, lines: "Lines", group: str) -> Iterator[Requirement]:
    """The requirements of an array; what includes another group is told there."""
    if items is not None and not isinstance(items, list):
        raise Broken(lines.of(f"{group or 'dependencies'} ="), "not a list of requirements")
    for item in items or ():
        if isinstance(item, str) and not item.startswith("-"):
            yield of_pip(item, file, lines.of(f'"{item}"', f"'{item}'"), group)


def table_of(document: dict[str, Any], *names: str) -> dict[str, Any]:
    """The table below ``document`` by this way; empty where there is none."""
    found: object = document
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


class Lines:
    """Finds lines again, which TOML readers do not tell: each search goes on where the last one ended.

    A requirement that is written otherwise than it reads is not found: only so much is looked through for all.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._at: int = 0
        self._left = MOST_COMPARED

    def of(self, *words: str) -> int:
        """The number of the next line that holds one of ``words``, from the top again at the end; 0 where none does."""
        for index in itertools.chain(range(self._at, len(self._lines)), range(self._at)):
            if self._left < 0:
                return 0
            line = self._lines[index]
            self._left -= 1 + len(line) // 100
            if any(line.lstrip().startswith(word) if word.endswith("=") else word in line for word in words):
                self._at = index
                return index + 1
        return 0
