"""Making text fit to be shown: nothing that a package's metadata says may steer a terminal."""

import re
from collections.abc import Callable
from typing import Literal

from envdoctor.privacy.lazy import pattern
from envdoctor.privacy.redact import credentials

Kind = Literal["text", "words", "code"]
"""What a string is: text to be read as it stands; prose, where what stands between backticks is code; a command."""
Escape = Callable[[str, Kind], str]
"""Makes a string harmless in some format: nothing in it is markup there."""


class Clean(str):
    """One line of text that may be shown: sanitized, and without credentials. Made by `clean` and nowhere else."""

    __slots__ = ()


# Format characters that reorder or hide text (Unicode TR 36, "bidirectional text spoofing"), and line separators.
_HIDDEN = {
    0x00AD,
    0x034F,
    *(0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),  # blank, and yet letters or symbols
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0x061C,
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE0080),
}
_CONTROL = {*range(0x20), *range(0x7F, 0xA0)}
_ESCAPES = {
    number: f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    for number in _CONTROL | _HIDDEN
}
_ASCII = str.maketrans({
    "…": "...", "·": "-", "×": "x", "±": "+/-", "≤": "<=", "≥": ">=", "–": "-", "—": "-", "→": "->", "›": ">", "✓": "+", "│": "|",
    "“": '"', "”": '"', "‘": "'", "’": "'", "⌈": "", "⌉": "", "█": "#", "²": "^2",
    "÷": "/",
})  # fmt: skip


def sanitize(text: str) -> str:
    """``text`` with every control, bidirectional and invisible character, and every lone surrogate, written out."""
    if text.isascii() and text.isprintable():
        return text
    text = text.translate(_ESCAPES)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


# What makes a CI runner take a line for a command to itself: ``##[``, ``##vso[`` or ``##teamcity[`` anywhere in it
# (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs,
# https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands), ``::`` at its beginning.
_COMMAND = pattern(r"#(?=#[A-Za-z]*\[)")
_LINE = pattern(r"^([^\S\n]*):(?=:)(?!:(?:error|warning|notice) )", re.MULTILINE)


def unhooked(text: str, written: str = "\\x{:02x}") -> str:
    """``text`` without what would be a command to a CI runner; its first sign is ``written`` out by number.

    The annotations that the format for GitHub writes stay.
    """
    if "##" in text:
        text = _COMMAND.sub(written.format(0x23).replace("\\", r"\\"), text)
    if "::" in text:
        text = _LINE.sub(lambda match: match[1] + written.format(0x3A), text)
    return text


def clean(text: str, escape: Escape | None = None, kind: Kind = "text") -> Clean:
    """``text`` sanitized, without credentials, and then escaped; a line feed is written out like any control character."""
    if escape is None:
        return text if isinstance(text, Clean) else Clean(sanitize(credentials(text)))
    return Clean(escape(sanitize(credentials(text)), kind))


def lines(text: str) -> list[str]:
    """The lines of ``text``, each sanitized."""
    return [sanitize(line) for line in text.split("\n")]


def to_ascii(text: str) -> str:
    """``text`` in ASCII: what has a plain form takes it, the rest is written out."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def fitting(text: str, encoding: str) -> str:
    """``text`` for a stream of this encoding: a letter that it lacks takes its plain form, or is written out."""
    try:
        text.encode(encoding)
        return text
    except UnicodeEncodeError:
        return "".join(letter if letter.isascii() or _has(encoding, letter) else to_ascii(letter) for letter in text)


def _has(encoding: str, letter: str) -> bool:
    try:
        return bool(letter.encode(encoding))
    except UnicodeEncodeError:
        return False
