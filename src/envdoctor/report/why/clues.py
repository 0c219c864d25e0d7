"""What an error text names: modules, files, libraries, the environment it comes from. A guess is left out."""

import re

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.report.why.traceback import Frame, Traceback

_NAME = r"[A-Za-z_]\w{0,80}"
_DOTTED = rf"{_NAME}(?:\.{_NAME}){{0,10}}"
MISSING = re.compile(
    rf"No module named ['\"]?(?P<name>{_DOTTED})['\"]?|Error while finding module specification for ['\"](?P<spec>{_DOTTED})"
)
CANNOT = re.compile(
    rf"cannot import name ['\"]?(?P<name>{_NAME})['\"]? from (?:partially initialized module )?['\"](?P<module>{_DOTTED})['\"]"
    r"(?: \(most likely due to a circular import\))?(?: \((?P<file>[^()\n]{1,1024})\))?"
)
ATTRIBUTE = re.compile(
    rf"(?:partially initialized )?module ['\"](?P<module>{_DOTTED})['\"] "
    rf"(?:\(?from ['\"](?P<file>[^'\"\n]{{1,1024}})['\"]\)? )?has no attribute ['\"](?P<name>{_NAME})['\"]"
)
NUMPY_GONE = re.compile(rf"`(?:np|numpy)\.(?P<name>{_NAME})` (?:was removed in the NumPy|was a deprecated alias)")
RENAMING = re.compile(r"consider renaming ['\"](?P<file>[^'\"\n]{1,1024})['\"] since it has the same name")
LIBRARY = re.compile(
    r"(?P<name>(?:lib[\w+.-]{1,80}?\.so(?:\.[\d.]{1,20})?|lib[\w+.-]{1,80}\.dylib|[\w+.-]{1,80}\.dll))\b[^\n]{0,200}?"
    r"(?:cannot open shared object file|: No such file|not found|cannot be (?:found|loaded)|could not be (?:found|loaded))"
    r"|(?:Library not loaded: |Error loading shared library |Could not load (?:dynamic )?library |[Ff]ailed to load )"
    r"['\"]?(?:@\w{1,20}/)?(?:[^\s'\"]{0,300}/)?(?P<other>lib[\w+.-]{1,80})|DLL load failed while importing (?P<dll>[\w.]{1,80})"
)
_SUFFIX = re.compile(r"\.(?:so|pyd)(?=[:'\")\s,]|$)")
_SITE = re.compile(
    r"[/\\](?:lib(?:64|32)?[/\\](?:python3(?:\.\d{1,2}t?)?|pypy3(?:\.\d{1,2})?)|Lib|lib)[/\\](?:site|dist)-packages(?:[/\\]|$)",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"(?:^|(?<=[\s\"'`(=<:,\[|]))(?:[A-Za-z]:[\\/]|~[\\/]|~\w{1,32}/|/|\\\\)")
_PACKAGE = re.compile(r"(?:site|dist)-packages[/\\](?P<top>[A-Za-z_]\w{0,80})")
_NOT_ONES = (".local", "Roaming\\Python", "Roaming/Python", "LocalCache")  # user site-packages are no environment


class Clues(Struct, frozen=True):
    """What a text names.

    ``module`` can't be imported (dotted, as written); ``owner`` and ``attribute`` are a module and a name that it
    lacks, ``origin`` the file that the module came from as the text tells. ``shadow`` is a file that answered in
    a module's place, ``library`` one that the loader misses, ``extension`` the file that did not load.
    ``prefixes`` are the environments whose files the text names, in its order; ``packages`` the top-level
    modules in frames and paths, the innermost first.
    """

    module: str = ""
    owner: str = ""
    attribute: str = ""
    origin: str = ""
    shadow: str = ""
    library: str = ""
    extension: str = ""
    prefixes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The top-level module that the error is about, empty where it is about none."""
        return (self.module or self.owner).partition(".")[0]


def read(text: str, traceback: Traceback) -> Clues:
    """What ``text`` names; of several errors the last counts that names anything."""
    lines = [line for line in text.split("\n") if line]
    missing = _last(MISSING, lines)
    module = (missing["name"] or missing["spec"]) if missing else ""
    lacking = _last(CANNOT, lines) or _last(ATTRIBUTE, lines)
    gone = _last(NUMPY_GONE, lines) if lacking is None else None
    library = _last(LIBRARY, [line for line in lines if "lib" in line or ".dll" in line or "DLL" in line])
    return Clues(
        module=module,
        owner=lacking["module"] if lacking else "numpy" if gone else "",
        attribute=lacking["name"] if lacking else gone["name"] if gone else "",
        origin=(lacking["file"] or "") if lacking else "",
        shadow=_shadow(lines, module, lacking, traceback.frames),
        library=next((name for name in library.groups() if name), "").rstrip(".") if library else "",
        extension=next((file for line in reversed(lines) if (file := _extension(line))), ""),
        prefixes=tuple(prefixes(lines)),
        packages=tuple(_packages(lines, traceback.frames)),
    )


def _last(pattern: re.Pattern[str], lines: list[str]) -> re.Match[str] | None:
    return next((found for line in reversed(lines) if (found := pattern.search(line)) is not None), None)


def _extension(line: str) -> str:
    """The last extension module that ``line`` names, with its path; a library (``libx.so``) is none."""
    if ".so" not in line and ".pyd" not in line:
        return ""
    for found in reversed(list(_SUFFIX.finditer(line))[:50]):
        before = re.split(r"[\"'`(]", line[max(0, found.start() - 600) : found.start()])[-1]
        starts = list(_ABSOLUTE.finditer(before))
        path = before[starts[-1].start() :] if starts else before.split()[-1] if before.split() else ""
        if path and not re.match(r"lib\w", paths.name(path)):
            return path + found[0]
    return ""


def _shadow(lines: list[str], module: str, lacking: re.Match[str] | None, frames: tuple[Frame, ...]) -> str:
    """The file that answers in the place of the module that was meant; the text has to name it."""
    if (renaming := _last(RENAMING, lines)) is not None:
        return renaming["file"]
    file = (lacking["file"] or "") if lacking is not None else ""
    if lacking is not None and _is_own(file):
        first = lacking["module"].partition(".")[0]
        if _stem(file) == first or lacking["module"] in paths.parts(file)[:-1]:
            return file
    top = module.partition(".")[0] if "." in module else lacking["module"].partition(".")[0] if lacking else ""
    if not top:
        return ""
    own = [frame.file for frame in frames if _stem(frame.file) == top and _is_own(frame.file)]
    return own[-1] if own else ""


def _stem(file: str) -> str:
    name = paths.name(file)
    if name == "__init__.py":
        return paths.name(paths.parent(file))
    return name.removesuffix(".py")


def _is_own(file: str) -> bool:
    """Whether a file is the user's: in no site-packages and in no standard library."""
    library = re.search(r"[/\\](?:lib(?:64)?/python3\.\d{1,2}t?|lib/pypy3[\d.]*|Lib)[/\\]", file)
    return file.endswith(".py") and library is None and "site-packages" not in file and "dist-packages" not in file


def prefixes(lines: list[str]) -> list[str]:
    """The environments whose site-packages the lines name, each once, in their order; user site-packages are none."""
    found: dict[str, None] = {}
    for line in lines:
        if "-packages" not in line:
            continue
        for site in _SITE.finditer(line):
            before = line[max(0, site.start() - 600) : site.start()]
            starts = list(_ABSOLUTE.finditer(before))
            if not starts:
                continue
            path = before[starts[-1].start() :]
            if path and ": " not in path and not any(word in path for word in _NOT_ONES):
                found.setdefault(path)
    return list(found)


def _packages(lines: list[str], frames: tuple[Frame, ...]) -> list[str]:
    """The top-level modules that frames and paths lie in: the innermost frame first, then what messages name."""
    files = [frame.file for frame in reversed(frames)]
    named = [line for line in lines if "-packages" in line]
    found: dict[str, None] = {}
    for text in [*files, *reversed(named)]:
        for match in _PACKAGE.finditer(text):
            found.setdefault(match["top"])
    return list(found)[:20]
