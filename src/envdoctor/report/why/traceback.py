"""Frames and errors of a traceback, whoever laid it out: Python, IPython, Rich, pytest, faulthandler."""

import re
from collections.abc import Iterator

from msgspec import Struct

# Each finds the file; the line and the function may be missing.
_FRAMES = (
    re.compile(r'\bFile "(?P<file>[^"\n]{1,1024})", line (?P<line>\d{1,9})(?:,? in (?P<function>.{1,200}))?'),
    re.compile(r"^File (?P<file>\S[^\n]{0,1024}?):(?P<line>\d{1,9})(?:, in (?P<function>.{1,200}))?$"),  # IPython 8
    re.compile(r"^(?:Cell|Input) (?P<file>In ?\[\d{1,9}\]),? ?line (?P<line>\d{1,9})"),
    re.compile(r"^(?P<file>(?:[~./\\]|[A-Za-z]:\\|<ipython-input)[^\n:]{0,1024}?) in (?P<function>[\w.<>]{1,200}(?:\(.*)?)$"),
    re.compile(r"^\s{0,8}(?P<file>(?:[~./\\]|[A-Za-z]:\\)?[^\s:\"'(][^\n:\"']{0,1024}\.pyx?):(?P<line>\d{1,9})"
               r"(?::? in (?P<function>[\w.<>]{1,200})|: (?=[A-Z]\w{0,80}(?:Error|Exception|Warning)\b))"),  # Rich, pytest
)  # fmt: skip
_WORTH = ("File ", "line ", " in ", ".py:", ".pyx:")
_ERROR = re.compile(
    r"^\s{0,12}(?:\S{1,1024}\.pyx?:\d{1,9}: )?(?P<type>(?:[A-Za-z_]\w{0,80}\.){0,8}"
    r"(?:[A-Z]\w{0,80}(?:Error|Exception|Warning|Interrupt|Exit|Failure|NotFound|Conflict|Refused|Impossible|Kernel|Timeout|Killed\w{0,40})"
    r"|KilledWorker|PreconditionNotMet))\b(?::\s?(?P<message>.*)|\s*$)"
)


class Frame(Struct, frozen=True):
    """One step of a traceback: ``file`` as written, ``line`` 0 where none is told."""

    file: str
    line: int = 0
    function: str = ""


class Raised(Struct, frozen=True):
    """An error that a text shows: its type (with its module where that is written) and its message's first line."""

    type: str
    message: str

    @property
    def name(self) -> str:
        """The type's own name."""
        return self.type.rpartition(".")[2]


class Traceback(Struct, frozen=True):
    """What a text shows of what was raised where, in its order: the last error is what ended the program.

    ``last`` is the number of that error's line, from 0.
    """

    frames: tuple[Frame, ...]
    errors: tuple[Raised, ...]
    last: int | None = None


def read(text: str) -> Traceback:
    """The frames and the errors in ``text`` (`envdoctor.report.why.text.plain`)."""
    frames: list[Frame] = []
    errors: list[Raised] = []
    last = None
    for number, line in enumerate(text.split("\n")):
        if any(word in line for word in _WORTH):
            frames.extend(_frames(line))
        if (found := _ERROR.match(line)) is not None and "Traceback (most recent call last)" not in line:
            errors.append(Raised(found["type"], (found["message"] or "").strip()))
            last = number
    return Traceback(tuple(frames[-500:]), tuple(errors[-50:]), last)


def _frames(line: str) -> Iterator[Frame]:
    for pattern in _FRAMES:
        if (found := pattern.search(line)) is not None:
            groups = found.groupdict()
            function = (groups.get("function") or "").partition("(")[0].strip()
            yield Frame(groups["file"].strip(), int(groups.get("line") or 0), function)
            return
