"""Version constraints of other tools, in PEP 440's form, and requirements made of them."""

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from envdoctor.ecosystem.markers import plain_marker, plainly_within
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.ecosystem.versions import is_specifier, read_requirement
from envdoctor.facts.project import AskedPython, Requirement, ToolMark

VARIABLES = (
    *("python_version", "python_full_version", "sys_platform", "platform_system", "platform_machine", "os_name"),
    *("platform_python_implementation", "implementation_name", "extra"),
)
COMPARISONS = ("==", ">=", "<=", "!=", "~=", "===", ">", "<")


MOST_QUOTED = 60  # characters of a file in a message
MOST_WORDS = 300  # characters of a message
MOST_REQUIREMENT = 4_000  # characters of one requirement


MOST_LISTED = 20_000  # requirements of one file; the longest real lists have some hundred
TOO_MANY = f"more than {MOST_LISTED:,} requirements"


def hosts(urls: Iterable[object]) -> list[str]:
    """The hosts, or folders, of indexes, without names, passwords and the usual one."""
    found: dict[str, None] = {}
    for value in urls:
        text = value.strip() if isinstance(value, str) else ""
        _, url, rest = text.partition("://")
        host = rest.partition("/")[0].rpartition("@")[2] if url else text
        found |= {} if host in ("", "pypi.org", "pypi.python.org") else {host: None}
    return list(found)


class Broken(Exception):
    """A file that can't be read: the line (0: not known) and what is wrong."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what if len(what) <= MOST_WORDS else f"{what[:MOST_WORDS]}…"


class Manifest(Struct):
    """What one file says of its project: its lists by their kind, what only its build tells, the Pythons, the tools.

    ``members`` and ``strangers`` are the patterns by which a workspace names its members and those that are none,
    ``folders`` those that it takes distributions from by their path; ``workspace`` tells that there is a table for one.
    ``indexes`` are the hosts that are asked beside or instead of the usual index, ``document`` is all that stands there.
    """

    name: str | None = None
    lists: dict[str, list[Requirement]] = {}
    dynamic: dict[str, str] = {}
    pythons: list[AskedPython] = []
    tools: list[ToolMark] = []
    workspace: bool = False
    members: list[str] = []
    strangers: list[str] = []
    folders: list[str] = []
    indexes: list[str] = []
    document: dict[str, Any] = {}


def quoted(text: str) -> str:
    """The beginning of what a file says, for a message: 60 characters."""
    return repr(text) if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]!r}…"


def of_pip(text: str, file: str, line: int, group: str = "") -> Requirement:
    """A PEP 508 requirement. Raises `Broken` where packaging refuses it; plain ones are read without it."""
    if len(text) > MOST_REQUIREMENT:
        raise Broken(line, f"{quoted(text)}: {len(text)} characters are no requirement")
    name = name_in(text)
    rest, semicolon, marker = text[len(name) :].partition(";")
    rest = rest.strip()
    if (
        rest.startswith("[")
        and "]" in rest
        and all(name_in(extra.strip()) for extra in rest[1:].partition("]")[0].split(","))
    ):
        rest = rest.partition("]")[2].strip()
    sound = name[:1].isalnum() and name[-1:].isalnum() and name.isascii()
    if sound and (not rest or plainly_within("0", rest) is not None) and (not semicolon or _plain(marker)):
        specifier = rest.strip("()").replace(" ", "")
        return Requirement(
            text=text, name=name, key=normalise(name), file=file, line=line, specifier=specifier, group=group
        )
    parsed, why = read_requirement(text)
    if parsed is None:
        raise Broken(line, f"{quoted(text)}: {why}")
    return Requirement(
        text=text,
        name=parsed.name,
        key=normalise(parsed.name),
        file=file,
        line=line,
        specifier=None if parsed.url else str(parsed.specifier),
        group=group,
        source=_of_url(parsed.url) if parsed.url else "",
    )


def _of_url(url: str) -> str:
    if url.startswith("git+"):
        return "git"
    return "path" if url.startswith(("file:", ".", "/")) else "url"


def taken_from(table: dict[str, Any]) -> str:
    """Where a table of uv, Poetry, Pipenv or pixi says a distribution comes from; empty: from the usual index."""
    for key in ("workspace", "git", "path", "url"):
        if table.get(key):
            return key
    if table.get("file"):
        return "path"
    index = table.get("index") or table.get("source")
    return f"index {index}" if isinstance(index, str) and index.lower() != "pypi" else ""


def _plain(marker: str) -> bool:
    """Whether a marker is of the common kinds, whatever its truth."""
    return plain_marker(marker, dict.fromkeys(VARIABLES, "0")) is not None


def of_conda(text: str, file: str, line: int, group: str = "", selector: str = "") -> Requirement:
    """A conda spec (https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html), or a package by
    its URL."""
    name, rest, source = "", "", ""
    if "://" in text:
        name, version, _ = of_package_url(text)
        rest, source = f"=={version}", "url"
    if not name:
        spec = text.rpartition("::")[2].partition("[")[0].strip()
        end = next((index for index, character in enumerate(spec) if character in " =<>!~"), len(spec))
        name, rest, source = spec[:end].strip().lower(), spec[end:].strip(), ""
    return Requirement(
        text=text,
        name=name,
        key=normalise(name),
        file=file,
        line=line,
        manager="conda",
        specifier=conda_specifier(rest) if "[" not in text else None,
        group=group,
        source=source,
        selector=selector,
    )


def of_package_url(url: str) -> tuple[str, str, str]:
    """Name, version and build in the name of a conda package; of a wheel or an archive, name and version."""
    file = url.partition("#")[0].rpartition("/")[2]
    if file.endswith((".conda", ".tar.bz2")):
        parts = file.removesuffix(".conda").removesuffix(".tar.bz2").rsplit("-", 2)
        return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")
    if file.endswith(".whl"):
        parts = file.split("-")
        return (parts[0], parts[1], "") if len(parts) >= 5 else ("", "", "")
    stem = file.removesuffix(".tar.gz").removesuffix(".zip")
    name, _, version = stem.rpartition("-")
    return (name, version, "") if stem != file else ("", "", "")


def conda_specifier(text: str) -> str | None:
    """``=1.26`` is ``==1.26.*``, ``=1.26.4=py312_0`` and ``1.26.4 py312*`` are ``==1.26.4``; ``None`` where alternatives
    (``|``) are given."""
    version = text.strip()
    if "|" in version:
        return None
    if not version.startswith(COMPARISONS) and version.startswith("="):
        version, build, _ = version[1:].partition("=")
        version = version.strip()
        if build:
            return f"=={version}"
        return f"=={version.removesuffix('.*').removesuffix('*')}.*" if version not in ("", "*") else ""
    if version.startswith("==") or not version.startswith(COMPARISONS):
        words = version.removeprefix("==").split()
        exact = words[0].partition("=")[0] if words else ""
        return f"=={exact}" if exact not in ("", "*") else ""
    return version.replace(" ", "") if ", " in version else _with_sign(version)


def _with_sign(version: str) -> str:
    """``>= 1.2`` and ``>=1.2 py312_0``: the blank behind the sign is none that a build follows."""
    sign = version[: len(version) - len(version.lstrip("<>=!~"))]
    return sign + version[len(sign) :].strip().partition(" ")[0]


def of_poetry(name: str, value: object, file: str, line: int, group: str) -> Requirement | None:
    """A line of Poetry's table, a Pipfile or pixi's ``pypi-dependencies``; ``None`` for what no index answers for."""
    table: dict[str, Any] = value if isinstance(value, dict) else {"version": value}
    if table.get("optional"):
        group = group or "optional"
    extras = ",".join(str(item) for item in table.get("extras") or ())
    specifier: str | None = None
    version = table.get("version")
    if isinstance(version, str) and not table.keys() & {"git", "path", "url", "file"}:
        specifier = poetry_specifier(version)
    elif isinstance(value, list):
        return None  # alternatives for several platforms
    marker = _marker(table)
    if marker is None:
        return None
    text = f"{name}{f'[{extras}]' if extras else ''}{specifier or ''}{f'; {marker}' if marker else ''}"
    return Requirement(
        text=text,
        name=name,
        key=normalise(name),
        file=file,
        line=line,
        specifier=specifier,
        group=group,
        source=taken_from(table),
    )


def _marker(table: dict[str, Any]) -> str | None:
    """For whom a dependency is, as one marker; empty: for all; ``None`` where it can't be told.

    Poetry has ``markers``, ``python`` and ``platform``; a Pipfile may name any marker variable
    (``sys_platform = "== 'win32'"``, https://pipenv.pypa.io/en/latest/specifiers.html).
    """
    parts = [str(table.get("markers") or table.get("marker") or "")]
    parts += [f"{key} {table[key]}" for key in VARIABLES if isinstance(table.get(key), str)]
    platforms = [word.strip() for word in str(table.get("platform") or "").split("||") if word.strip()]
    if any(not word.isalnum() for word in platforms):
        return None
    parts.append(" or ".join(f'sys_platform == "{word}"' for word in platforms))
    alternatives = []
    for alternative in str(table.get("python") or "").replace("||", "|").split("|"):
        specifier = poetry_specifier(alternative)
        if specifier is None:
            return None
        signs = [re.match(r"[<>=!~]+", part) for part in specifier.split(",")]
        bounds = [(sign.group(), sign.string[sign.end() :]) for sign in signs if sign]
        alternatives.append(" and ".join(f'python_full_version {sign} "{bound}"' for sign, bound in bounds))
    parts.append(" or ".join(filter(None, alternatives)) if all(alternatives) else "")
    parts = [part for part in parts if part.strip()]
    return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)


def poetry_specifier(text: str) -> str | None:
    """Caret, tilde and wildcard constraints in PEP 440's form; ``None`` where there is none.

    Source: https://python-poetry.org/docs/dependency-specification/
    """
    if "|" in text:
        return None
    joined = re.sub(r"([\^~<>=!])\s+", r"\1", text)
    parts = [_poetry_part(part) for part in re.split(r"[\s,]+", joined) if part]
    specifier = ",".join(part for part in parts if part)
    if specifier and (plainly_within("0", specifier) is None and not is_specifier(specifier)):
        return None
    return specifier


def _poetry_part(part: str) -> str:
    if part == "*":
        return ""
    if part[0] not in "^~" or part.startswith("~="):
        return part if part.startswith(COMPARISONS) else f"=={part.removeprefix('=')}"
    version = part[1:].strip()
    numbers = _release(version)
    if not numbers:
        return f">={version}"
    if part[0] == "~":
        kept = 1 if len(numbers) == 1 else 2
    else:
        kept = min(next((index for index, number in enumerate(numbers) if number), len(numbers) - 1), 2) + 1
    upper = [*numbers[: kept - 1], numbers[kept - 1] + 1]
    epoch = version.partition("!")[0] + "!" if "!" in version else ""
    return f">={version},<{epoch}{'.'.join(map(str, upper))}"


def _release(version: str) -> list[int]:
    """The numbers of ``1!2.0rc1``, ``[2, 0]``: only they count for the bound above a caret or a tilde; nothing where a
    star stands in it."""
    told = re.match(r"v?(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return [int(piece) for piece in told[1].split(".")] if told and "*" not in version else []


def wanted_python(version: str) -> str | None:
    """A version that is to be used, as a specifier: all of its minor version; ``None`` for what is no version."""
    parts = version.strip().removeprefix("cpython-").removeprefix("python-").removeprefix("==").split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
        return None
    return f"=={parts[0]}.{parts[1]}.*"
