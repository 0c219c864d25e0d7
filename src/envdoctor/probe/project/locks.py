"""Lock files: uv.lock, poetry.lock, pdm.lock, pylock.toml (PEP 751), Pipfile.lock, pixi.lock, conda-lock.yml.

They are long, written by programs, and of a few kinds of lines: those are gone through without reading the whole
as TOML or YAML, which takes twenty times as long. A line of any other kind sends the file to the proper reader,
whose error names the line.
"""

from collections.abc import Iterable

from envdoctor.ecosystem.names import normalise
from envdoctor.facts.project import Locked
from envdoctor.probe.project.specs import Broken, of_package_url

TABLES = ("[[package]]", "[[packages]]")
PLATFORMS = ("linux-", "osx-", "win-")  # how conda calls them; "noarch" is for all


def toml(text: str) -> list[Locked]:
    """uv.lock, poetry.lock, pdm.lock and pylock.toml: the packages that have a version. Raises `Broken`."""
    if not _regular(text):
        from envdoctor.probe.project.toml import load

        load(text)
    found: list[Locked] = []
    current: dict[str, str] = {}
    began = 0
    inside, of_source = False, False
    for number, line in enumerate([*text.splitlines(), "[end]"], 1):
        if line.startswith(("[package.", "[[package.")):
            inside, of_source = False, line == "[package.source]"
            if of_source:
                current["source"] = "index of its own"  # Poetry writes the table where it is not PyPI by that name
        elif of_source and line.startswith('url = "https://pypi.org/simple'):
            current["source"] = ""
        elif line.startswith("["):
            found += _locked(current, began)
            inside, of_source, current, began = line in TABLES, False, {}, number
        elif inside and line.startswith(("name = ", "version = ", "marker = ", "markers = ", "source = ")):
            key, _, value = line.partition(" = ")
            current[key.removesuffix("s")] = value
    return found


# What a lock without any package still has, by its kind; other texts are none.
MARKS = {
    "Pipfile.lock": ('"_meta"', '"default"'),
    "pixi.lock": ("version:", "environments:", "packages:"),
    "conda-lock": ("version:", "metadata:", "package:"),
}
TOML_MARKS = ("version", "[metadata]", "[[package")


def is_one(text: str, kind: str) -> bool:
    """Whether a text in which no package was found can be a lock of this kind at all."""
    return any(mark in text for mark in MARKS.get(kind, TOML_MARKS))


def _locked(fields: dict[str, str], line: int) -> Iterable[Locked]:
    """The package with these fields; nothing where it has no version, or is the project itself."""
    name, version = _string(fields.get("name", "")), _string(fields.get("version", ""))
    if name and version and not fields.get("source", "").startswith(("{ virtual", "{ editable", "{ directory")):
        marker = _string(fields.get("marker", ""))
        source = _source(fields.get("source", ""))
        yield Locked(name=name, key=normalise(name), version=version, line=line, marker=marker, source=source)


def _source(written: str) -> str:
    """uv's ``{ git = … }``, ``{ registry = … }``; Poetry's ``type = "git"``; empty for the index that all ask."""
    if not written or "https://pypi.org/" in written:
        return ""
    kind = next((kind for kind in ("git", "path", "url") if written.startswith(f"{{ {kind} =")), "")
    return kind or "index of its own"


def _string(written: str) -> str:
    """A TOML string on one line; empty for anything else."""
    written = written.strip()
    if len(written) < 2 or written[0] not in "\"'" or written[-1] != written[0]:
        return ""
    text = written[1:-1]
    return text.replace('\\"', '"').replace("\\\\", "\\") if written[0] == '"' else text


def _regular(text: str) -> bool:
    """Whether every line is of a kind that the programs write: then it is sound TOML, as far as a lock goes."""
    opened = 0
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if opened:
            if line in ("]", "],"):
                opened -= 1
            elif line.endswith("= [") or line == "[":
                opened += 1
            elif line[0] not in "{\"'[" or line.rstrip(",")[-1:] not in "}\"']":
                return False
        elif line.startswith("["):
            if not line.endswith("]"):
                return False
        else:
            _, equals, value = line.partition("=")
            value = value.strip()
            if not equals or not value or value.startswith(('"""', "'''")):
                return False
            if value == "[":
                opened += 1
            elif not _whole(value):
                return False
    return opened == 0


def _whole(value: str) -> bool:
    """Whether a value looks complete on its line."""
    first, last = value[0], value[-1]
    if first in "\"'":
        return len(value) > 1 and last == first
    if first in "[{":
        return last == {"[": "]", "{": "}"}[first]
    return value in ("true", "false") or first.isdigit()


def pipfile(text: str) -> list[Locked]:
    """A Pipfile.lock, which is JSON."""
    import json

    try:
        document = json.loads(text)
    except RecursionError:
        raise Broken(0, "nested too deeply") from None
    except json.JSONDecodeError as error:
        raise Broken(error.lineno, error.msg) from None
    found = []
    categories = [rows for key, rows in document.items() if key != "_meta"] if isinstance(document, dict) else []
    at, line = 0, 1
    for name, item in [row for rows in categories if isinstance(rows, dict) for row in rows.items()]:
        version = str(item.get("version", "")).removeprefix("==") if isinstance(item, dict) else ""
        if version:
            here = text.find(f'"{name}": {{', at)
            if here >= 0:  # the names come in the file's order: each search goes on where the last one ended
                line, at = line + text.count("\n", at, here), here
            found.append(Locked(name=name, key=normalise(name), version=version, line=line))
    return found


def yaml(text: str) -> list[Locked]:
    """pixi.lock (packages by their URL) and conda-lock.yml (by name, version and manager). Raises `Broken`."""
    lines = text.splitlines()
    if any(line.startswith(("<<<<<<<", ">>>>>>>", "=======")) or "\t" in line[:20] for line in lines):
        from envdoctor.probe.project.yaml import compose

        compose(text)
    found: dict[tuple[str, str, str, str], Locked] = {}
    item: dict[str, str] = {}
    began = 0
    for number, line in enumerate([*lines, "- end:"], 1):
        if not line.startswith((" ", "-")):
            continue  # a key of the document: none of a package's
        field, colon, value = line.strip().removeprefix("- ").partition(": ")
        if line.lstrip().startswith("- "):
            _keep(found, item, began)
            item, began = {}, number
            if colon and field in ("conda", "pypi") and "://" in value:
                name, version, _ = of_package_url(value.strip())
                _keep(found, {"name": name, "version": version, "manager": field, "url": value.strip()}, number)
        if colon and field in ("name", "version", "manager", "kind", "platform", "subdir"):
            item[field] = value.strip().strip("'\"")
    return list(found.values())


def _keep(found: dict[tuple[str, str, str, str], Locked], item: dict[str, str], line: int) -> None:
    """The package with these fields, if it has a name and a version; of pixi's, the URL tells the platform."""
    name, version = item.get("name", ""), item.get("version", "")
    if not name or not version:
        return
    kind = "conda" if item.get("manager", item.get("kind", "conda")) == "conda" else "pip"
    folder = item.get("url", "").rpartition("/")[0].rpartition("/")[2] if kind == "conda" else ""
    platform = item.get("platform") or item.get("subdir") or folder
    platform = platform if platform.startswith(PLATFORMS) else ""
    locked = Locked(name=name, key=normalise(name), version=version, line=line, manager=kind, platform=platform)
    found.setdefault((locked.key, version, kind, platform), locked)
