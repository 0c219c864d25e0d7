"""setup.cfg and setup.py (https://setuptools.pypa.io/en/latest/userguide/declarative_config.html).

A setup.py is never run: of its ``setup(…)`` is read what stands there as it is, or under a name that is given a value
once; what is worked out is only known when the project is built, and that is said.
"""

import ast
from collections.abc import Iterator

from envdoctor.facts.project import AskedPython, Requirement
from envdoctor.probe.project.requirements_txt import Read, parse
from envdoctor.probe.project.specs import MOST_LISTED, TOO_MANY, Broken, Manifest, of_pip
from envdoctor.probe.project.toml import Lines

DEEPEST = 50  # expressions in one another


def setup_cfg(text: str, file: str, read: Read) -> Manifest:
    """The lists of ``[options]``; without any list, no kind at all."""
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Broken(getattr(error, "lineno", 0) or 0, str(error).partition("\n")[0]) from None
    lines = Lines(text)
    told = Manifest(name=parser.get("metadata", "name", fallback=None))
    listed = parser.get("options", "install_requires", fallback=None)
    found = list(_listed(listed, file, lines, "", read)) if listed is not None else None
    section = "options.extras_require"
    for extra, value in parser.items(section) if parser.has_section(section) else ():
        found = [*(found or ()), *_listed(value, file, lines, extra, read)]
    if found is not None:
        told.lists["setup.cfg"] = found
    python = parser.get("options", "python_requires", fallback=None)
    if python:
        line = lines.of("python_requires =", "python_requires=")
        told.pythons.append(AskedPython(text=python, file=file, line=line, specifier=python))
    return told


def _listed(value: str, file: str, lines: Lines, group: str, read: Read) -> Iterator[Requirement]:
    if value.strip().startswith("file:"):
        for name in value.strip()[5:].replace("\n", ",").split(","):
            text = read(name.strip()) if name.strip() else None
            yield from parse(text, name.strip(), read) if text is not None else ()
        return
    if value.count("\n") > MOST_LISTED:
        raise Broken(0, TOO_MANY)
    for row in value.splitlines() if "\n" in value else value.split(";") if "python_version" not in value else [value]:
        row = row.partition(" #")[0].strip()
        if row and not row.startswith("#"):
            yield of_pip(row, file, lines.of(row), group)


def setup_py(text: str, file: str) -> Manifest:
    """What a setup.py says without being run; nothing of one that can't be read as Python."""
    told = Manifest()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if "install_requires" in text:
            told.dynamic["setup.py"] = f"{file}: it can't be read as Python 3"
        return told
    values = _assigned(tree)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is_setup(call.func):
            _of_call(told, call, values, file)
            break
    return told


def _is_setup(function: ast.expr) -> bool:
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    return name == "setup"


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """Names of the module that are given a value once, and nothing is done to."""
    values: dict[str, ast.expr] = {}
    spoiled: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    name = target.id if isinstance(target, ast.Name) else _changed(target)
                    spoiled |= {name} if name in values or not isinstance(target, ast.Name) else set()
                    values[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                spoiled |= {name} & values.keys()
                values[name] = value
            case ast.AugAssign(target=target):
                spoiled.add(_changed(target))
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert" | "update" | "remove")
            ):
                spoiled.add(name)
    return {name: value for name, value in values.items() if name not in spoiled}


def _changed(target: ast.expr) -> str:
    """The name whose value changes with ``target``."""
    while isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def _of_call(told: Manifest, call: ast.Call, values: dict[str, ast.expr], file: str) -> None:
    given = {word.arg: word.value for word in call.keywords if word.arg}
    for word in call.keywords:
        if word.arg is None:  # setup(**settings)
            settings = word.value
            settings = values.get(settings.id, settings) if isinstance(settings, ast.Name) else settings
            given |= _by_word(settings)
    if "install_requires" in given:
        _requirements(told, given["install_requires"], "", values, file)
    for extra, value in _extras(given.get("extras_require"), values):
        _requirements(told, value, extra, values, file)
    for key in ("name", "python_requires"):
        text = _constant(given[key], values) if key in given else None
        if text is not None and key == "name":
            told.name = text
        elif text is not None:
            told.pythons.append(AskedPython(text=text, file=file, line=given[key].lineno, specifier=text))


def _by_word(settings: ast.expr) -> dict[str, ast.expr]:
    """What a dictionary of settings gives, by its words."""
    match settings:
        case ast.Dict(keys=keys, values=rows):
            pairs = zip(keys, rows, strict=True)
            return {
                key.value: row for key, row in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        case ast.Call(func=ast.Name(id="dict"), keywords=words):
            return {word.arg: word.value for word in words if word.arg}
    return {}


def _extras(given: ast.expr | None, values: dict[str, ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(given, ast.Name):
        given = values.get(given.id)
    yield from _by_word(given).items() if given is not None else ()


def _requirements(told: Manifest, value: ast.expr, group: str, values: dict[str, ast.expr], file: str) -> None:
    """The list at ``value``: its rows, or that it is worked out."""
    found = told.lists.setdefault("setup.py", [])
    for row in _rows(value, values, DEEPEST):
        text = _constant(row, values)
        if text is None:
            told.dynamic.setdefault("setup.py", f"{file}:{row.lineno}: the list is worked out when it is built")
        for line, part in enumerate(text.splitlines() if text else ()):
            part = part.partition("#")[0].strip()
            if part:
                found.append(of_pip(part, file, row.lineno + line, group))


def _rows(value: ast.expr, values: dict[str, ast.expr], deep: int) -> Iterator[ast.expr]:
    """The rows of a list, of one that is put together of lists, of one that a name stands for."""
    match value:
        case ast.List(elts=rows) | ast.Tuple(elts=rows) | ast.Set(elts=rows):
            for row in rows:
                yield from _rows(row.value, values, deep - 1) if isinstance(row, ast.Starred) else (row,)
        case ast.Name(id=name) if name in values and deep > 0:
            yield from _rows(values[name], values, deep - 1)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if deep > 0:
            yield from _rows(left, values, deep - 1)
            yield from _rows(right, values, deep - 1)
        case _:
            yield value


def _constant(value: ast.expr, values: dict[str, ast.expr]) -> str | None:
    """The text that an expression is; ``None`` where it is worked out."""
    for _ in range(DEEPEST):
        if not isinstance(value, ast.Name) or value.id not in values:
            break
        value = values[value.id]
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return None
