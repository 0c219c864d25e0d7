"""The metadata of installed distributions, from text to values: no file is opened here.

Formats: https://packaging.python.org/specifications/core-metadata/ and, for egg-info,
https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
"""

from msgspec import Struct

# INSTALLER words of package managers that keep their own account of what is installed.
MANAGERS = ("conda", "debian", "dpkg", "apt", "rpm", "dnf", "apk", "pacman", "portage", "brew", "nix", "guix")
# Folders that belong to the system's package manager unless INSTALLER says otherwise; /usr/local is the
# administrator's (https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html).
SYSTEM_FOLDERS = ("/usr/lib/", "/usr/lib64/", "/usr/share/")
STORES = ("/nix/store/", "/gnu/store/")


class Header(Struct, frozen=True):
    """The fields of a METADATA or PKG-INFO that a check-up needs; empty where they are not there."""

    name: str
    version: str
    requires: list[str]
    extras: list[str]
    python: str = ""


def parse(text: str) -> Header:
    """The fields of a header; the folded lines (RFC 822) of a requirement are joined."""
    head = "\n" + text.partition("\n\n")[0]
    return Header(
        _first(head, "\nName:"),
        _first(head, "\nVersion:"),
        _all(head, "\nRequires-Dist:"),
        _all(head, "\nProvides-Extra:"),
        (_all(head, "\nRequires-Python:") or [""])[-1],
    )


def _first(head: str, field: str) -> str:
    """The first value of a field that is not empty."""
    at = head.find(field)
    if at < 0:
        return ""
    end = head.find("\n", at + 1)
    value = head[at + len(field) : end if end >= 0 else None].strip()
    return value or next(filter(None, _all(head, field)), "")


def _all(head: str, field: str) -> list[str]:
    """All values of a field, each with the lines that go on with it. Most lines are of other fields, a licence at times."""
    values: list[str] = []
    if field not in head:
        return values
    for rest in head.split(field)[1:]:
        value, _, after = rest.partition("\n")
        value = value.strip()
        while after.startswith((" ", "\t")):
            more, _, after = after.partition("\n")
            value = f"{value} {more.strip()}"
        values.append(value)
    return values


def parse_requires_txt(text: str) -> tuple[list[str], list[str]]:
    """An egg-info's requires.txt as Requires-Dist lines, and its extras.

    A section ``[extra:marker]`` becomes ``; (marker) and extra == "extra"``.
    """
    requires: list[str] = []
    extras: list[str] = []
    condition = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
            parts = [f"({marker.strip()})"] if marker.strip() else []
            if extra.strip():
                extras.append(extra.strip())
                parts.append(f'extra == "{extra.strip()}"')
            condition = " and ".join(parts)
        else:
            requires.append(with_marker(line, condition))
    return requires, extras


def platforms(wheel: str) -> list[str]:
    """The platforms in a WHEEL's tags (https://packaging.python.org/specifications/binary-distribution-format/)."""
    tags = [line[4:].strip() for line in wheel.splitlines() if line.startswith("Tag:")]
    found = dict.fromkeys(platform for tag in tags for platform in tag.rpartition("-")[2].split("."))
    return [] if "any" in found else list(found)


def with_marker(requirement: str, condition: str) -> str:
    """The requirement, on ``condition`` besides its own."""
    if not condition:
        return requirement
    text, semicolon, own = requirement.partition(" ;" if " @ " in requirement else ";")
    # A URL ends at white space (PEP 508), so that its marker needs a blank before the semicolon.
    gap = " ; " if " @ " in text else "; "
    return f"{text.rstrip()}{gap}({own.strip()}) and {condition}" if semicolon else f"{text}{gap}{condition}"


def owner(installer: str | None, location: str, in_conda: bool) -> str | None:
    """The package manager other than pip's kin that answers for a distribution: by INSTALLER, else by place."""
    if installer in MANAGERS:
        return installer
    if location.startswith(STORES):
        return "nix" if location.startswith(STORES[0]) else "guix"
    if installer:
        return None
    if in_conda:
        return "conda"
    return "system" if location.startswith(SYSTEM_FOLDERS) else None


def name_and_version(stem: str) -> tuple[str, str]:
    """What the name of a dist-info or egg-info tells: ``PyYAML-6.0-py3.11`` is PyYAML 6.0; the version may be empty."""
    name, _, version = stem.partition("-")
    return name, version.partition("-py")[0]
