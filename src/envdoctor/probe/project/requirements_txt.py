"""pip's requirements files (https://pip.pypa.io/en/stable/reference/requirements-file-format/)."""

import os
import re
from collections.abc import Callable, Iterator

from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.facts.project import Requirement
from envdoctor.probe.project.specs import MOST_LISTED, TOO_MANY, Broken, hosts, of_pip, quoted

NESTED = ("-r", "--requirement", "-c", "--constraint")
MOST_FILES = 500
EDITABLE = ("-e", "--editable")
BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32"}
BOMS |= {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # what PowerShell's ">" writes

Read = Callable[[str], str | None]  # a path relative to the project -> its text


# What may stand behind a requirement, those of older releases and uv's counted, and pip's options for a whole file.
BEHIND = (
    *("hash", "config-settings", "config-setting", "global-option", "install-option", "index-url", "extra-index-url"),
    *("no-index", "find-links", "no-binary", "only-binary", "prefer-binary", "require-hashes", "pre", "trusted-host"),
    *(
        "use-feature",
        "constraint",
        "requirement",
        "editable",
        "all-releases",
        "only-final",
        "pypi-url",
        "process-dependency-links",
    ),
    *(
        "use-wheel",
        "no-use-wheel",
        "always-unzip",
        "allow-external",
        "allow-all-external",
        "allow-unverified",
        "uploaded-prior-to",
    ),
)
INDEXES = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links")


def indexes(text: str) -> list[str]:
    """The hosts or folders that a requirements file adds to pip's index, without names or passwords."""
    if "-i" not in text and "-f" not in text and "--e" not in text:
        return []
    lines = (line.replace("=", " ", 1).partition(" ") for _, line in logical_lines(text))
    return hosts(value for option, _, value in lines if option in INDEXES)


def decode(data: bytes) -> str:
    """The text of a requirements file: pip goes by the mark at its beginning; what is not text there is replaced."""
    encoding = next((encoding for mark, encoding in BOMS.items() if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")


def parse(text: str, file: str, read: Read, seen: set[str] | None = None) -> list[Requirement]:
    """The requirements of a file and of those it names by ``-r``; constraints only bound them, and are left out.

    ``seen`` are the files that have been read: each is read once. Raises `Broken` with the line; of a file named by
    ``-r``, its name stands in the message.
    """
    seen = set() if seen is None else seen
    seen.add(file)
    found: list[Requirement] = []
    for number, line in logical_lines(text):
        option, _, rest = line.replace("=", " ", 1).partition(" ") if line.startswith("--") else line.partition(" ")
        if line.startswith(("-r", "-c")) and not line.startswith("--") and option not in NESTED:
            option, rest = line[:2], line[2:]
        if option in NESTED:
            found += _nested(option, rest.strip(), (file, number), read, seen)
        elif option in EDITABLE:
            named = _egg(rest.strip(), file, number)
            found += [named] if named else []
        elif not line.startswith("-"):
            if len(found) >= MOST_LISTED:
                raise Broken(number, TOO_MANY)
            requirement = _requirement(line, file, number)
            found += [requirement] if requirement else []
    return found


def _nested(option: str, name: str, where: tuple[str, int], read: Read, seen: set[str]) -> list[Requirement]:
    file, number = where
    name = name[1:-1] if name[:1] in ("'", '"') and name[-1:] == name[:1] else name
    path = os.path.normpath(os.path.join(os.path.dirname(file), name)).replace("\\", "/")
    if "://" in name or "${" in name or path in seen or len(seen) > MOST_FILES:
        return []
    try:
        text = read(path)
    except Broken as error:
        raise Broken(number, error.what) from None
    if text is None:
        raise Broken(number, f"{name}: no such file")
    if option in ("-c", "--constraint"):
        return []
    try:
        return parse(text, path, read, seen)
    except Broken as error:
        raise Broken(number, f"in {path}, line {error.line}: {error.what}") from None


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, those that end in a backslash joined; with the number of the first."""
    pending, begin = "", 0
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw if not raw.lstrip().startswith("#") else ""
        begin = begin or number
        if line.endswith("\\"):
            pending += line[:-1]
            continue
        whole = (pending + line).partition(" #")[0].partition("\t#")[0].strip()
        if whole:
            yield begin, whole
        pending, begin = "", 0
    if pending.strip():
        yield begin, pending.strip()


def _requirement(line: str, file: str, number: int) -> Requirement | None:
    """One requirement; ``None`` for a path or a URL that names no distribution."""
    text, option, rest = line.partition(" --")
    _known_options(option + rest, number)
    text = _marked(text.strip())
    named, at, rest = text.partition("@")
    direct = at and "://" in rest and name_in(named.partition("[")[0].strip()) == named.partition("[")[0].strip() != ""
    if (
        not direct
        and " @ " not in text
        and ("://" in text or text.startswith((".", "/", "file:")) or text.endswith((".whl", ".tar.gz", ".zip")))
    ):
        return _egg(text, file, number)
    if text[len(name_in(text)) :][:1] in ("/", "\\"):
        return None  # a folder of the project
    if "${" in text:
        return None  # filled in from the environment of whoever installs
    return of_pip(text, file, number)


def _known_options(text: str, number: int) -> None:
    """Raises `Broken` where an option stands behind a requirement that no pip has, old ones counted."""
    for word in text.split(" --")[1:] if text else ():
        name = word.replace("=", " ", 1).partition(" ")[0]
        if not any(known.startswith(name) for known in BEHIND):  # pip takes any beginning
            raise Broken(number, f"no such option: --{quoted(name)[1:-1]}")


def _marked(text: str) -> str:
    """pip parts the line at its semicolon before it reads either side, and nothing behind it is no marker."""
    if "://" in text or not (";" in text or "===" in text):
        return text
    asked, _, marker = text.partition(";")
    asked = re.sub(r"===\s*(,|$)", "", asked.rstrip())  # "===" asks for nothing
    return f"{asked} ; {marker.strip()}" if marker.strip() else asked


def _egg(text: str, file: str, number: int) -> Requirement | None:
    """``git+https://…#egg=name``: the name, if it is told."""
    _, _, fragment = text.partition("#")
    name = next((name_in(part[4:]) for part in fragment.split("&") if part.startswith("egg=")), "") or _wheel(text)
    if not name:
        return None
    source = "git" if text.startswith("git+") else "url" if "://" in text and not text.startswith("file:") else "path"
    return Requirement(text=name, name=name, key=normalise(name), file=file, line=number, specifier=None, source=source)


def _wheel(text: str) -> str:
    """The distribution that a wheel's name tells
    (https://packaging.python.org/en/latest/specifications/binary-distribution-format/)."""
    parts = text.partition("#")[0].partition("?")[0].replace("\\", "/").rpartition("/")[2].split("-")
    return name_in(parts[0]) if parts[-1].endswith(".whl") and len(parts) in (5, 6) else ""
