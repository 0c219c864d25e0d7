"""pyproject.toml (PEP 621, PEP 735, Poetry's and pixi's tables), pixi.toml and Pipfile."""

import itertools
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from envdoctor.ecosystem.names import normalise
from envdoctor.facts.project import Requirement
from envdoctor.probe.project.requirements_txt import Read, parse
from envdoctor.probe.project.specs import Broken, conda_specifier, of_conda, of_pip, of_poetry, taken_from

MOST_COMPARED = 2_000_000  # lines


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


def pyproject(text: str, file: str, read: Read | None = None) -> tuple[str | None, dict[str, list[Requirement]]]:
    """The project's name, and the requirements of each kind of list in it (an empty list is a list, too).

    With ``read`` the files that setuptools is to take them from are read, too
    (https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata).
    """
    document = load(text)
    lines = _Lines(text)
    project = _table(document, "project")
    tool = _table(document, "tool")
    poetry, pixi = _table(tool, "poetry"), _table(tool, "pixi")
    found: dict[str, list[Requirement]] = {}
    dynamic = project.get("dynamic")
    if project and not (isinstance(dynamic, list) and "dependencies" in dynamic):
        found["pyproject"] = list(_strings(project.get("dependencies"), file, lines, ""))
        for extra, items in _table(project, "optional-dependencies").items():
            found["pyproject"] += _strings(items, file, lines, str(extra))
    else:
        files = _table(_table(_table(tool, "setuptools"), "dynamic"), "dependencies").get("file")
        for name in [files] if isinstance(files, str) else files if isinstance(files, list) else ():
            listed = read(str(name)) if read else None
            if listed is not None and read is not None:
                found.setdefault("pyproject", []).extend(parse(listed, str(name), read))
    groups = _table(document, "dependency-groups")
    if groups:
        found["dependency-groups"] = [
            item for name, items in groups.items() for item in _strings(items, file, lines, str(name))
        ]
    if isinstance(tool.get("poetry"), dict):
        found["poetry"] = _poetry(poetry, file, lines)
    if isinstance(tool.get("pixi"), dict):
        found["pixi"] = pixi_tables(pixi, file, lines)
    sources = _table(_table(tool, "uv"), "sources")
    if sources:
        found = {kind: _sourced(items, sources) for kind, items in found.items()}
    name = project.get("name") or poetry.get("name")
    return name if isinstance(name, str) else None, found


def _sourced(requirements: list[Requirement], sources: dict[str, Any]) -> list[Requirement]:
    """The requirements, with where uv takes them from (https://docs.astral.sh/uv/concepts/projects/dependencies/)."""
    taken: dict[str, str] = {}
    for name, value in sources.items():
        tables = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
        taken[normalise(name)] = next(filter(None, map(taken_from, tables)), "")
    return [
        msgspec.structs.replace(item, source=taken[item.key]) if taken.get(item.key) else item for item in requirements
    ]


def pixi_manifest(text: str, file: str) -> list[Requirement]:
    """A pixi.toml."""
    return pixi_tables(load(text), file, _Lines(text))


def pixi_tables(tables: dict[str, Any], file: str, lines: "_Lines") -> list[Requirement]:
    """pixi's dependencies (https://pixi.sh/latest/reference/pixi_manifest/); a feature's are a group's."""
    found = []
    features = {
        "": tables,
        **{name: item for name, item in _table(tables, "feature").items() if isinstance(item, dict)},
    }
    for group, table in features.items():
        for name, value in _table(table, "dependencies").items():
            line = lines.of(f"{name} =", f'"{name}" =', f"{name}=")
            version = value.get("version", "*") if isinstance(value, dict) else value
            requirement = of_conda(name, file, line, group)
            specifier = conda_specifier(str(version))
            text = f"{name} {version}" if version != "*" else name
            found.append(
                Requirement(
                    text=text,
                    name=requirement.name,
                    key=requirement.key,
                    file=file,
                    line=line,
                    manager="conda",
                    specifier=specifier,
                    group=group,
                )
            )
        found += _named(_table(table, "pypi-dependencies"), file, lines, group)
    return found


def pipfile(text: str, file: str) -> list[Requirement]:
    """A Pipfile (https://pipenv.pypa.io/en/latest/pipfile.html)."""
    document = load(text)
    lines = _Lines(text)
    main = list(_named(_table(document, "packages"), file, lines, ""))
    return main + list(_named(_table(document, "dev-packages"), file, lines, "dev"))


def _poetry(poetry: dict[str, Any], file: str, lines: "_Lines") -> list[Requirement]:
    found = list(_named(_table(poetry, "dependencies"), file, lines, ""))
    found += _named(_table(poetry, "dev-dependencies"), file, lines, "dev")
    for group, table in _table(poetry, "group").items():
        if isinstance(table, dict):
            found += _named(_table(table, "dependencies"), file, lines, str(group))
    return found


def _named(table: dict[str, Any], file: str, lines: "_Lines", group: str) -> Iterator[Requirement]:
    for name, value in table.items():
        line = lines.of(f"{name} =", f'"{name}" =', f"{name}=", f".{name}]", f'."{name}"]')
        for alternative in value if isinstance(value, list) else [value]:
            requirement = of_poetry(name, alternative, file, line, group) if name != "python" else None
            if requirement is not None:
                yield requirement


def _strings(items: object, file: str, lines: "_Lines", group: str) -> Iterator[Requirement]:
    """The requirements of an array; what includes another group is told there."""
    if items is not None and not isinstance(items, list):
        raise Broken(lines.of(f"{group or 'dependencies'} ="), "not a list of requirements")
    for item in items or ():
        if isinstance(item, str):
            yield of_pip(item, file, lines.of(f'"{item}"', f"'{item}'"), group)


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    table = document.get(name)
    return table if isinstance(table, dict) else {}


class _Lines:
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
