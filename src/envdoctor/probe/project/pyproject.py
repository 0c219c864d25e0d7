"""pyproject.toml: PEP 621 and PEP 735, and the tables of Poetry, PDM, uv, Hatch, Flit, pixi, Rye and setuptools."""

from collections.abc import Iterator
from typing import Any

import msgspec

from envdoctor.ecosystem.names import normalise
from envdoctor.facts.project import AskedPython, Requirement, ToolMark
from envdoctor.probe.project.requirements_txt import Read, parse
from envdoctor.probe.project.specs import Manifest, hosts, poetry_specifier, taken_from
from envdoctor.probe.project.toml import Lines, load, named, pixi_tables, strings, table_of

TABLES = ("uv", "poetry", "pdm", "pixi", "rye", "hatch", "flit")  # of tools that keep a project
BACKENDS = {"poetry": "poetry", "pdm": "pdm", "hatchling": "hatch", "flit": "flit", "setuptools": "setuptools"}


def pyproject(text: str, file: str, read: Read | None = None) -> Manifest:
    """What a pyproject.toml says (an empty list is a list, too). With ``read`` the files that setuptools and
    hatch-requirements-txt are to take lists from are read.

    Sources: https://packaging.python.org/en/latest/specifications/pyproject-toml/,
    https://packaging.python.org/en/latest/specifications/dependency-groups/,
    https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata,
    https://github.com/repo-helper/hatch-requirements-txt, https://flit.pypa.io/en/stable/pyproject_toml.html#old-style-metadata
    """
    document = load(text)
    lines = Lines(text)
    told = Manifest()
    _standard(told, document, file, lines, read)
    tool = table_of(document, "tool")
    _poetry(told, tool, file, lines)
    _groups(told, document, file, lines)
    hatch = hatch_environments(table_of(tool, "hatch", "envs"), file, lines)
    if hatch:
        told.lists["hatch"] = hatch
    if isinstance(tool.get("pixi"), dict):
        told.lists["pixi"] = pixi_tables(table_of(tool, "pixi"), file, lines)
    _flit(told, table_of(tool, "flit", "metadata"), file, lines)
    sources = table_of(tool, "uv", "sources")
    if sources:
        told.lists = {kind: _sourced(items, sources) for kind, items in told.lists.items()}
    name = table_of(document, "project").get("name") or table_of(tool, "poetry").get("name")
    told.name = name if isinstance(name, str) else None
    told.pythons = list(_pythons(document, file, lines))
    told.tools = list(_tools(document, file, lines))
    _workspace(told, document)
    told.indexes = _indexes(tool)
    told.document = document
    return told


def _standard(told: Manifest, document: dict[str, Any], file: str, lines: Lines, read: Read | None) -> None:
    """The ``[project]`` table, and the files that it leaves the lists to."""
    project = table_of(document, "project")
    dynamic = project.get("dynamic")
    left = [str(item) for item in dynamic] if isinstance(dynamic, list) else []
    found: list[Requirement] | None = None
    if project and "dependencies" not in left:
        found = list(strings(project.get("dependencies"), file, lines, ""))
    elif read is not None:
        found = _left_to_files(document, read)
    if project and "optional-dependencies" not in left:
        for extra, items in table_of(project, "optional-dependencies").items():
            found = [*(found or ()), *strings(items, file, lines, str(extra))]
    if found is not None:
        told.lists["pyproject"] = found
    elif "dependencies" in left and not table_of(document, "tool", "poetry", "dependencies"):
        told.dynamic["pyproject"] = (
            f"{file}:{lines.of('dynamic =', 'dynamic=')}: only the build knows the dependencies (dynamic)"
        )


def _left_to_files(document: dict[str, Any], read: Read) -> list[Requirement] | None:
    """What stands in the files that setuptools or a hook of Hatch's are told; ``None`` where none is there."""
    setuptools = table_of(document, "tool", "setuptools", "dynamic")
    hook = table_of(document, "tool", "hatch", "metadata", "hooks", "requirements_txt")
    named_files = [
        ("", table_of(setuptools, "dependencies").get("file")),
        ("", hook.get("files") or hook.get("filename")),
    ]
    for extra, entry in table_of(setuptools, "optional-dependencies").items():
        named_files.append((str(extra), table_of({"": entry}, "").get("file")))
    named_files += [(str(extra), files) for extra, files in table_of(hook, "optional-dependencies").items()]
    found: list[Requirement] | None = None
    for group, files in named_files:
        for name in [files] if isinstance(files, str) else files if isinstance(files, list) else ():
            listed = read(str(name))
            if listed is not None:
                rows = parse(listed, str(name), read)
                found = [*(found or ()), *(msgspec.structs.replace(row, group=group) if group else row for row in rows)]
    return found


def _groups(told: Manifest, document: dict[str, Any], file: str, lines: Lines) -> None:
    """PEP 735's groups, and what PDM, uv and Rye had before it."""
    tool = table_of(document, "tool")
    groups = dict(table_of(document, "dependency-groups"))
    found = [item for name, items in groups.items() for item in strings(items, file, lines, str(name))]
    for name, items in table_of(tool, "pdm", "dev-dependencies").items():
        found += strings(items, file, lines, str(name))
    for keeper in ("uv", "rye"):
        items = table_of(tool, keeper).get("dev-dependencies")
        found += strings(items if isinstance(items, list) else None, file, lines, "dev")
    if found or groups:
        told.lists["dependency-groups"] = found


def _poetry(told: Manifest, tool: dict[str, Any], file: str, lines: Lines) -> None:
    if not isinstance(tool.get("poetry"), dict):
        return
    poetry = table_of(tool, "poetry")
    found = list(named(table_of(poetry, "dependencies"), file, lines, ""))
    found += named(table_of(poetry, "dev-dependencies"), file, lines, "dev")
    for group in table_of(poetry, "group"):
        found += named(table_of(poetry, "group", group, "dependencies"), file, lines, str(group))
    told.lists["poetry"] = found


def hatch_environments(environments: dict[str, Any], file: str, lines: Lines) -> list[Requirement]:
    """What Hatch puts into the environments that it makes beside the project itself
    (https://hatch.pypa.io/latest/config/environment/overview/#dependencies)."""
    found: list[Requirement] = []
    for name in environments:
        for key in ("dependencies", "extra-dependencies", "dependency"):
            items = table_of(environments, name).get(key)
            found += strings(items if isinstance(items, list) else None, file, lines, str(name))
    return found


def _flit(told: Manifest, metadata: dict[str, Any], file: str, lines: Lines) -> None:
    """Flit's table of before PEP 621."""
    if not metadata:
        return
    found = list(strings(metadata.get("requires"), file, lines, ""))
    for extra, items in table_of(metadata, "requires-extra").items():
        found += strings(items, file, lines, str(extra))
    told.lists["flit"] = found


def _pythons(document: dict[str, Any], file: str, lines: Lines) -> Iterator[AskedPython]:
    places = (
        (table_of(document, "project"), "requires-python", False),
        (table_of(document, "tool", "poetry", "dependencies"), "python", True),
        (table_of(document, "tool", "flit", "metadata"), "requires-python", False),
    )
    for table, key, of_poetry in places:
        text = table.get(key)
        if isinstance(text, str) and text.strip():
            specifier = poetry_specifier(text) if of_poetry else text
            yield AskedPython(text=text, file=file, line=lines.of(f"{key} =", f"{key}="), specifier=specifier)


def _tools(document: dict[str, Any], file: str, lines: Lines) -> Iterator[ToolMark]:
    tool = table_of(document, "tool")
    for name in TABLES:
        if isinstance(tool.get(name), dict) and not (name == "hatch" and "envs" not in tool[name]):
            yield ToolMark(tool=name, file=file, line=lines.of(f"[tool.{name}]", f"[tool.{name}.", f"[[tool.{name}."))
    backend = str(table_of(document, "build-system").get("build-backend") or "")
    for word, name in BACKENDS.items():
        if backend.startswith(word):
            yield ToolMark(tool=name, file=file, line=lines.of("build-backend =", "build-backend="))


def _workspace(told: Manifest, document: dict[str, Any]) -> None:
    for name, excluded in (("uv", "exclude"), ("rye", "exclude")):
        table = table_of(document, "tool", name, "workspace")
        if table or isinstance(table_of(document, "tool", name).get("workspace"), dict):
            told.workspace = True
            told.members = _words(table.get("members"))
            told.strangers = _words(table.get(excluded))
            break
    for place in (("tool", "uv", "sources"), ("tool", "poetry", "dependencies")):
        for value in table_of(document, *place).values():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict) and isinstance(item.get("path"), str):
                    told.folders.append(item["path"])


def _indexes(tool: dict[str, Any]) -> list[str]:
    """The indexes that uv, Poetry, PDM and Rye ask for everything, not only for what names them.

    Sources: https://docs.astral.sh/uv/concepts/indexes/, https://python-poetry.org/docs/repositories/#package-sources,
    https://pdm-project.org/en/latest/usage/config/#configure-the-package-indexes
    """
    uv = table_of(tool, "uv")
    urls: list[object] = [uv.get("index-url")]
    for key in ("extra-index-url", "find-links"):
        urls += _words(uv.get(key))
    for keeper, key in (("uv", "index"), ("poetry", "source"), ("pdm", "source"), ("rye", "sources")):
        tables = table_of(tool, keeper).get(key)
        for table in tables if isinstance(tables, list) else ():
            if isinstance(table, dict) and not table.get("explicit") and table.get("priority") != "explicit":
                urls.append(table.get("url"))
    return hosts(urls)


def _words(items: object) -> list[str]:
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []


def _sourced(requirements: list[Requirement], sources: dict[str, Any]) -> list[Requirement]:
    """The requirements, with where uv takes them from (https://docs.astral.sh/uv/concepts/projects/dependencies/)."""
    taken: dict[str, str] = {}
    for name, value in sources.items():
        tables = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
        taken[normalise(name)] = next(filter(None, map(taken_from, tables)), "")
    return [
        msgspec.structs.replace(item, source=taken[item.key]) if taken.get(item.key) else item for item in requirements
    ]
