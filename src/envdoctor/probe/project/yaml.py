"""environment.yml (https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html)."""

from typing import Any

import msgspec
from msgspec import Struct

from envdoctor.facts.project import Requirement
from envdoctor.probe.project.requirements_txt import Read, indexes, parse
from envdoctor.probe.project.specs import Broken, of_conda, quoted


def compose(text: str) -> Any:
    """The document as nodes, which know their lines. Raises `Broken` with the line."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        for number, line in enumerate(text.splitlines(), 1):
            if line.lstrip().startswith("{%"):
                raise Broken(
                    number, f"{quoted(line.strip())}: a template, to be filled in before conda reads it"
                ) from None
        mark = error.problem_mark or error.context_mark
        raise Broken(mark.line + 1 if mark else 0, error.problem or str(error)) from None
    except yaml.YAMLError as error:
        raise Broken(0, " ".join(str(error).split())) from None
    except RecursionError:
        raise Broken(0, "nested too deeply") from None


class Environment(Struct):
    """An environment.yml: what the environment is called, its dependencies, and what a template is to fill in (empty:
    nothing), and the indexes that its ``pip:`` part names. ``listed``: there is a list of dependencies at all."""

    name: str = ""
    requirements: list[Requirement] = []
    dynamic: str = ""
    listed: bool = False
    indexes: list[str] = []


def environment(text: str, file: str, read: Read) -> Environment:
    """The dependencies of an environment.yml, its ``pip:`` part included."""
    document = compose(text)
    told = Environment()
    if document is None:
        return told
    if document.id != "mapping":
        raise Broken(document.start_mark.line + 1, "not a mapping")
    named = next((value for key, value in document.value if key.value == "name"), None)
    told.name = str(named.value) if named is not None and named.id == "scalar" else ""
    dependencies = next((value for key, value in document.value if key.value == "dependencies"), None)
    told.listed = dependencies is not None
    if dependencies is None or (dependencies.id == "scalar" and dependencies.value == ""):
        return told
    if dependencies.id != "sequence":
        raise Broken(dependencies.start_mark.line + 1, "dependencies is not a list")
    rows = text.splitlines()
    for item in dependencies.value:
        line = item.start_mark.line + 1
        if item.id == "scalar":
            _conda(told, str(item.value), file, line, rows[line - 1])
        elif item.id == "mapping":
            for key, value in item.value:
                if key.value == "pip" and value.id == "sequence":
                    for entry in value.value:
                        told.requirements += _pip(str(entry.value), file, entry.start_mark.line + 1, read)
                        told.indexes += indexes(str(entry.value))
        elif item.id == "sequence":
            raise Broken(line, "neither a package nor a list of pip's")
    return told


def _conda(told: Environment, text: str, file: str, line: int, row: str) -> None:
    if "{{" in text or "{%" in text or "${" in text:
        told.dynamic = told.dynamic or f"{file}:{line}: {quoted(text)} is filled in by a template"
    elif text:
        told.requirements.append(of_conda(text, file, line, selector=_selector(row)))


def _selector(row: str) -> str:
    """``win`` of ``# [win]`` at the end of a line (https://conda.github.io/conda-lock/src_environment_yml/)."""
    _, mark, comment = row.partition(" #")
    comment = comment.strip()
    return comment[1:].partition("]")[0].strip() if mark and comment.startswith("[") and "]" in comment else ""


def _pip(text: str, file: str, line: int, read: Read) -> list[Requirement]:
    """A line of the ``pip:`` part, which may name a requirements file."""
    try:
        found = parse(text, file, read)
    except Broken as error:
        raise Broken(line, error.what) from None
    return [item if item.file != file else msgspec.structs.replace(item, line=line) for item in found]
