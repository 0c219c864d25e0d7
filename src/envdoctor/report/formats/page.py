"""The page that text for people is drawn on."""

import io
import re
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from envdoctor.privacy.text import clean, to_ascii
from envdoctor.report.view import Style

LABEL = 9  # columns of the label beside a paragraph
INDENT = 4
_CODE = re.compile("`[^`]+`")


class Page:
    """Text that is drawn line by line; what a person copies is never wrapped."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._console = Console(
            file=io.StringIO(),
            force_jupyter=False,  # in a notebook rich would show each line and write nothing
            width=max(style.width, 40),
            color_system="standard" if style.color else None,
            force_terminal=style.color,
            no_color=not style.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},  # what the environment says of width and colour has been weighed (session)
        )

    def _clean(self, text: str) -> str:
        text = clean(text)
        return to_ascii(text) if self._style.ascii else text

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line of plain or (text, style) parts; the terminal may break it, we don't."""
        clean = [self._clean(part) if isinstance(part, str) else (self._clean(part[0]), part[1]) for part in parts]
        self._console.print(Text.assemble(*clean), soft_wrap=True)

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
            head = Text(" " * indent)
            if label:
                head.append((self._clean(label) if index == 0 else "").ljust(column), style=label_style)
            self._console.print(head.append(piece, style=style), soft_wrap=True)

    def pieces(self, text: str, column: int) -> list[str]:
        """The lines that a text takes from this column on.

        A word longer than the line, such as a path, stays whole: it is there to be copied. So does a command in the
        text, which stands between backticks; no NUL is left by sanitize.
        """
        whole = _CODE.sub(lambda code: code[0].replace(" ", "\0"), self._clean(text))
        lines = wrap(whole, max(self._console.width - column, 20), break_long_words=False, break_on_hyphens=False)
        return [line.replace("\0", " ") for line in lines]

    def clipped(self, text: str, label: str = "", label_style: str = "bold", style: str = "", end: str = "") -> None:
        """One line; where it is longer, something is left out before ``end``."""
        text, end = self._clean(text), self._clean(end)
        room = self._console.width - len(self._clean(label)) - len(end)
        if len(text) > room:
            dots = self._clean(" …")
            text = text[: max(room - len(dots) + 1, 1)].rsplit(" ", 1)[0].rstrip(" ,;:·│|-") + dots
        self.line((label, label_style), (text + end, style))

    def evidence(self, label: str, value: str) -> None:
        """What was seen, dim; a path that is longer than the line stays whole, on a line of its own."""
        style = "dim" if self._style.color else ""
        if max(map(len, value.split()), default=0) <= self._console.width - INDENT - len(label) - 2:
            self.paragraph(value, f"{label}  ", label_style=style, style=style, column=len(label) + 2)
            return
        if label.strip():
            self.line((" " * INDENT + label.rstrip(), style))
        self.line((" " * (INDENT + 2) + value, style))

    def space(self) -> None:
        """An empty line, but not at the top, and never two of them."""
        text = self.text
        if text and not text.endswith("\n\n"):
            self.line()

    def blank(self) -> "Page":
        """Another page like this, with nothing on it."""
        return Page(self._style)

    @property
    def width(self) -> int:
        """Its columns."""
        return self._console.width

    @property
    def height(self) -> int:
        """The lines that are on it."""
        return self.text.count("\n")

    @property
    def text(self) -> str:
        file = self._console.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()
