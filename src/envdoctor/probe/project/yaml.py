"""environment.yml (https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html)."""

from typing import Any

from envdoctor.facts.project import Requirement
from envdoctor.probe.project.requirements_txt import Read, parse
from envdoctor.probe.project.specs import Broken, of_conda


def compose(text: str) -> Any:
    """The document as nodes, which know their lines. Raises `Broken` with the line."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Broken(mark.line + 1 if mark else 0, error.problem or str(error)) from None
    except yaml.YAMLError as error:
        raise Broken(0, " ".join(str(error).split())) from None
    except RecursionError:
        raise Broken(0, "nested too deeply") from None


def environment(text: str, file: str, read: Read) -> list[Requirement]:
    """The dependencies of an environment.yml, its ``pip:`` part included."""
    document = compose(text)
    if document is None:
        return []
    if document.id != "mapping":
        raise Broken(document.start_mark.line + 1, "not a mapping")
    dependencies = next((value for key, value in document.value if key.value == "dependencies"), None)
    if dependencies is None or (dependencies.id == "scalar" and dependencies.value == ""):
        return []
    if dependencies.id != "sequence":
        raise Broken(dependencies.start_mark.line + 1, "dependencies is not a list")
    found = []
    for item in dependencies.value:
        line = item.start_mark.line + 1
        if item.id == "scalar":
            found.append(of_conda(str(item.value), file, line))
        elif item.id == "mapping":
            for key, value in item.value:
                if key.value == "pip" and value.id == "sequence":
                    for entry in value.value:
                        found += _pip(str(entry.value), file, entry.start_mark.line + 1, read)
        else:
            raise Broken(line, "neither a package nor a list of pip's")
    return found


def _pip(text: str, file: str, line: int, read: Read) -> list[Requirement]:
    """A line of the ``pip:`` part, which may name a requirements file."""
    try:
        found = parse(text, file, read)
    except Broken as error:
        raise Broken(line, error.what) from None
    return [
        item
        if item.file != file
        else Requirement(text=item.text, name=item.name, key=item.key, file=file, line=line, specifier=item.specifier)
        for item in found
    ]
