"""The page that text for people is drawn on."""

import re
from textwrap import wrap

from envdoctor.privacy.text import clean, to_ascii
from envdoctor.report.view import Style

LABEL = 9  # columns of the label beside a paragraph
INDENT = 4
_CODE = re.compile("`[^`]+`")


# Select Graphic Rendition (ECMA-48). rich would take longer to import than all our checks to run.
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


class Page:
    """Text that is drawn line by line; what a person copies is never wrapped."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._lines: list[str] = []
        self.width = max(style.width, 40)

    def _put(self, *parts: tuple[str, str]) -> None:
        """A line of parts that are clean, each with its style: words of `_CODES`, or none."""
        self._lines.append("".join(self._styled(text, style) for text, style in parts))

    def _styled(self, text: str, style: str) -> str:
        if not (self._style.color and style and text):
            return text
        return f"\x1b[{';'.join(_CODES[word] for word in style.split())}m{text}\x1b[0m"

    def _clean(self, text: str) -> str:
        text = clean(text)
        return to_ascii(text) if self._style.ascii else text

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line of plain or (text, style) parts; the terminal may break it, we don't."""
        self._put(*((self._clean(it), "") if isinstance(it, str) else (self._clean(it[0]), it[1]) for it in parts))

    def paragraph(
        self,
        text: str,
        label: str = "",
        indent: int = INDENT,
        label_style: str = "bold",
        style: str = "",
        column: int = LABEL,
    ) -> None:
        """Wrapped text with a label beside its first line, ``column`` wide."""
        for index, piece in enumerate(self.pieces(text, indent + (column if label else 0))):
            beside = (self._clean(label) if index == 0 else "").ljust(column) if label else ""
            self._put((" " * indent, ""), (beside, label_style if index == 0 else ""), (piece, style))

    def pieces(self, text: str, column: int) -> list[str]:
        """The lines that a text takes from this column on.

        A word longer than the line, such as a path, stays whole: it is there to be copied. So does a command in the
        text, which stands between backticks; no NUL is left by sanitize.
        """
        whole = _CODE.sub(lambda code: code[0].replace(" ", "\0"), self._clean(text))
        lines = wrap(whole, max(self.width - column, 20), break_long_words=False, break_on_hyphens=False)
        return [line.replace("\0", " ") for line in lines]

    def clipped(self, text: str, label: str = "", label_style: str = "bold", style: str = "", end: str = "") -> None:
        """One line; where it is longer, something is left out before ``end``."""
        text, end = self._clean(text), self._clean(end)
        room = self.width - len(self._clean(label)) - len(end)
        if len(text) > room:
            dots = self._clean(" …")
            text = text[: max(room - len(dots) + 1, 1)].rsplit(" ", 1)[0].rstrip(" ,;:·│|-") + dots
        self.line((label, label_style), (text + end, style))

    def evidence(self, label: str, value: str) -> None:
        """What was seen, dim; a path that is longer than the line stays whole, on a line of its own."""
        style = "dim" if self._style.color else ""
        if max(map(len, value.split()), default=0) <= self.width - INDENT - len(label) - 2:
            self.paragraph(value, f"{label}  ", label_style=style, style=style, column=len(label) + 2)
            return
        if label.strip():
            self.line((" " * INDENT + label.rstrip(), style))
        self.line((" " * (INDENT + 2) + value, style))

    def space(self) -> None:
        """An empty line, but not at the top, and never two of them."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def blank(self) -> "Page":
        """Another page like this, with nothing on it."""
        return Page(self._style)

    def add(self, other: "Page") -> None:
        """What is on another page, below."""
        self._lines += other._lines

    @property
    def height(self) -> int:
        """The lines that are on it."""
        return len(self._lines)

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)
