"""Version constraints of other tools, in PEP 440's form, and requirements made of them."""

from typing import Any

from envdoctor.facts.project import Requirement
from envdoctor.markers import plain_marker, plainly_within
from envdoctor.names import normalise
from envdoctor.requirements import name_in

VARIABLES = (
    *("python_version", "python_full_version", "sys_platform", "platform_system", "platform_machine", "os_name"),
    *("platform_python_implementation", "implementation_name", "extra"),
)
COMPARISONS = ("==", ">=", "<=", "!=", "~=", "===", ">", "<")


class Broken(Exception):
    """A file that can't be read: the line (0: not known) and what is wrong."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


def of_pip(text: str, file: str, line: int, group: str = "") -> Requirement:
    """A PEP 508 requirement. Raises `Broken` where packaging refuses it; plain ones are read without it."""
    name = name_in(text)
    rest, semicolon, marker = text[len(name) :].partition(";")
    rest = rest.strip()
    if rest.startswith("[") and all(name_in(extra.strip()) for extra in rest[1:].partition("]")[0].split(",")):
        rest = rest.partition("]")[2].strip()
    sound = name[:1].isalnum() and name[-1:].isalnum() and name.isascii()
    if sound and (not rest or plainly_within("0", rest) is not None) and (not semicolon or _plain(marker)):
        specifier = rest.strip("()").replace(" ", "")
        return Requirement(
            text=text, name=name, key=normalise(name), file=file, line=line, specifier=specifier, group=group
        )
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Parsed

    try:
        parsed = Parsed(text)
    except (InvalidRequirement, RecursionError) as error:
        raise Broken(line, f"{text!r}: {str(error).partition(chr(10))[0] or 'nested too deeply'}") from None
    return Requirement(
        text=text,
        name=parsed.name,
        key=normalise(parsed.name),
        file=file,
        line=line,
        specifier=None if parsed.url else str(parsed.specifier),
        group=group,
    )


def _plain(marker: str) -> bool:
    """Whether a marker is of the common kinds, whatever its truth."""
    return plain_marker(marker, dict.fromkeys(VARIABLES, "0")) is not None


def of_conda(text: str, file: str, line: int, group: str = "") -> Requirement:
    """A conda spec (https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html)."""
    spec = text.rpartition("::")[2].partition("[")[0].strip()
    end = next((index for index, character in enumerate(spec) if character in " =<>!~"), len(spec))
    name, rest = spec[:end].strip().lower(), spec[end:].strip()
    return Requirement(
        text=text,
        name=name,
        key=normalise(name),
        file=file,
        line=line,
        manager="conda",
        specifier=conda_specifier(rest) if "[" not in text else None,
        group=group,
    )


def conda_specifier(text: str) -> str | None:
    """``=1.26`` is ``==1.26.*``, ``1.26.4 py312*`` is ``==1.26.4``; ``None`` where alternatives (``|``) are given."""
    version = text.strip()
    if "|" in version:
        return None
    if not version.startswith(COMPARISONS) and version.startswith("="):
        version = version[1:].partition("=")[0].strip()
        return f"=={version.removesuffix('.*').removesuffix('*')}.*" if version not in ("", "*") else ""
    if version.startswith("==") or not version.startswith(COMPARISONS):
        exact = version.removeprefix("==").split()[0].partition("=")[0] if version else ""
        return f"=={exact}" if exact not in ("", "*") else ""
    return version.partition(" ")[0] if ", " not in version else version.replace(" ", "")


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
    marker = str(table.get("markers") or table.get("marker") or "")
    text = f"{name}{f'[{extras}]' if extras else ''}{specifier or ''}{f'; {marker}' if marker else ''}"
    return Requirement(
        text=text, name=name, key=normalise(name), file=file, line=line, specifier=specifier, group=group
    )


def poetry_specifier(text: str) -> str | None:
    """Caret, tilde and wildcard constraints in PEP 440's form.

    Source: https://python-poetry.org/docs/dependency-specification/
    """
    if "||" in text or "|" in text:
        return None
    parts = [_poetry_part(part.strip()) for part in text.replace(", ", ",").split(",")]
    return None if None in parts else ",".join(part for part in parts if part)


def _poetry_part(part: str) -> str | None:
    if part in ("", "*"):
        return ""
    if part[0] not in "^~" or part.startswith("~="):
        if " " in part and not part.startswith(COMPARISONS):
            return None
        return part.replace(" ", "") if part.startswith(COMPARISONS) else f"=={part.removeprefix('=').strip()}"
    version = part[1:].strip()
    try:
        numbers = [int(piece) for piece in version.split(".")]
    except ValueError:
        return f">={version}"
    if part[0] == "~":
        kept = 1 if len(numbers) == 1 else 2
    else:
        kept = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1) + 1
    upper = [*numbers[: kept - 1], numbers[kept - 1] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"
