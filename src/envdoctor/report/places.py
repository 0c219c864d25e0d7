"""Paths as a person at a terminal wants to read them: from where they are, or from a place that they know.

What lies in the patient's site-packages is written from there on, what lies below the working directory from that on,
and the home folder as ``~``. All else stays as it is.
"""

from envdoctor.ecosystem import paths
from envdoctor.facts import Facts, Missing

# What follows these is kept for another folder, or run in one.
KEPT = frozenset({"export", "set", "setenv", "setx", "ln", "config", "cd", "&&", "||", ";", "|", ">", ">>"})
_BEFORE = " \t'\"`([{,"  # a path begins behind these; behind "=" or ":" it may be part of something else
_AFTER = " \t'\"`)]},:;"


class Places:
    """``home`` and ``folder``, where the reader works, are absolute, or empty where nothing is relative to them.
    ``shell`` is what Markdown calls the shell that is to take the commands."""

    def __init__(self, facts: Facts, home: str, folder: str, shell: str) -> None:
        packages = [] if isinstance(facts.prefix, Missing) else facts.prefix.site_packages
        folder = folder if len(paths.parts(folder)) > 1 else ""
        self._home = home if paths.parts(home) else ""
        self._folder = folder
        self._files = [place for place in packages if place]
        self._sh = shell == "sh"

    def prose(self, text: str) -> str:
        """Words of ours with paths in them."""
        if "/" not in text and "\\" not in text:
            return text
        for place in self._files:
            text = _below(text, place, "")
        if self._folder:
            text = _whole(_below(text, self._folder, ""), self._folder, ".")
        if self._home:
            text = _whole(_below(text, self._home, f"~{paths.separator(self._home)}"), self._home, "~")
        return text

    def command(self, text: str) -> str:
        """A command that does the same, run where the reader is; one that keeps a path for later stays as it is."""
        if not KEPT.isdisjoint(text.split()) or text.startswith("$"):
            return text
        if self._folder:
            text = _whole(_below(text, self._folder, "", command=True), self._folder, ".", command=True)
        if self._home and self._sh:
            # A shell expands it at the beginning of a word only, and not between quotes.
            text = "".join(
                piece if number % 2 else _below(piece, self._home, "~/", command=True)
                for number, piece in enumerate(_quoted(text))
            )
        return text


def _quoted(text: str) -> list[str]:
    """The text cut where quotes begin and end: every second piece stands between them, they themselves with it."""
    pieces, inside = [""], ""
    for letter in text:
        if inside:
            pieces[-1] += letter
            if letter == inside:
                inside = ""
                pieces.append("")
        elif letter in "'\"":
            inside = letter
            pieces.append(letter)
        else:
            pieces[-1] += letter
    return pieces


def _begins(text: str, at: int, command: bool) -> bool:
    return at == 0 or text[at - 1] in (" \t'\"" if command else _BEFORE)


def _below(text: str, place: str, short: str, command: bool = False) -> str:
    """``place`` and the separator behind it taken off the paths in the text, and ``short`` put there."""
    place = paths.without_end(place) + paths.separator(place)
    at = text.find(place)
    while at >= 0:
        end = at + len(place)
        rest = text[end : end + 1]
        if _begins(text, at, command) and rest and rest not in _AFTER + "-":
            new = short
            if command and not short and _bare(text, end, place[-1]):
                new = f".{place[-1]}"  # a bare name would be looked for elsewhere
            text = text[:at] + new + text[end:]
            at = text.find(place, at + len(new))
        else:
            at = text.find(place, end)
    return text


def _bare(text: str, start: int, separator: str) -> bool:
    """Whether the word from ``start`` on is a single name."""
    word = text[start:].replace("'", " ").replace('"', " ").split(" ", 1)[0]
    return separator not in word


def _whole(text: str, place: str, short: str, command: bool = False) -> str:
    """``place`` where it stands alone, as ``short``."""
    place = paths.without_end(place)
    at = text.find(place)
    while at >= 0:
        end = at + len(place)
        if _begins(text, at, command) and (end == len(text) or text[end] in _AFTER):
            text = text[:at] + short + text[end:]
            at = text.find(place, at + len(short))
        else:
            at = text.find(place, end)
    return text
