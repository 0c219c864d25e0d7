"""Environment markers and version specifiers of the common kinds, judged without importing packaging.

The grammar and the meaning are packaging's (https://packaging.pypa.io,
https://packaging.python.org/specifications/dependency-specifiers/). Where a marker or a specifier is of
an uncommon kind the answer is ``None``: ask packaging.
"""

import operator
from collections.abc import Mapping

from envdoctor.ecosystem.names import normalise

OPERATORS = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "~=": operator.ge,
}
VERSIONS = ("python_version", "python_full_version")
# Compared as versions where both sides look like one, and as words where not: packaging is to tell.
DOUBTFUL = ("platform_release", "platform_version", "implementation_version")
SIGNS = "<>=!~"


class _Unclear(Exception):
    """The marker is of an uncommon kind."""


def plain_marker(marker: str, values: Mapping[str, str]) -> bool | None:
    """The truth of a marker for a patient whose marker variables are ``values``; ``None``: ask packaging."""
    try:
        parser = _Parser(marker, values)
        truth = parser.disjunction()
        return truth if parser.at_end() else None
    except _Unclear:
        return None


class _Parser:
    """Recursive descent over ``a == "b" and (c or d)``; every part is judged, so that none goes unread."""

    def __init__(self, text: str, values: Mapping[str, str]) -> None:
        self._text = text
        self._values = values
        self._at = 0
        self._blank()

    def at_end(self) -> bool:
        return self._at == len(self._text)

    def disjunction(self) -> bool:
        truth = self._conjunction()
        while self._word("or"):
            truth = self._conjunction() or truth
        return truth

    def _conjunction(self) -> bool:
        truth = self._atom()
        while self._word("and"):
            truth = self._atom() and truth
        return truth

    def _atom(self) -> bool:
        if self._text.startswith("(", self._at):
            if self._text.count("(") > 50:
                raise _Unclear  # nested too deeply for us
            self._at += 1
            self._blank()
            truth = self.disjunction()
            if not self._text.startswith(")", self._at):
                raise _Unclear
            self._at += 1
            self._blank()
            return truth
        left = self._side()
        sign = self._sign()
        return _compare(left, sign, self._side(), self._values)

    def _blank(self) -> None:
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1

    def _word(self, word: str) -> bool:
        end = self._at + len(word)
        if self._text[self._at : end] != word or self._text[end : end + 1] not in (" ", "\t", "(", '"', "'"):
            return False
        self._at = end
        self._blank()
        return True

    def _sign(self) -> str:
        for word in ("in", "not in"):
            if self._word(word):
                return word
        begin = self._at
        while self._at < len(self._text) and self._text[self._at] in SIGNS:
            self._at += 1
        sign = self._text[begin : self._at]
        self._blank()
        return sign

    def _side(self) -> tuple[str, bool]:
        """A literal's or a variable's text, and whether it is a variable."""
        quote = self._text[self._at : self._at + 1]
        begin = self._at
        if quote in ('"', "'"):
            end = self._text.find(quote, begin + 1)
            if end < 0:
                raise _Unclear
            self._at = end + 1
            self._blank()
            return self._text[begin + 1 : end], False
        while self._at < len(self._text) and (self._text[self._at].isalnum() or self._text[self._at] in "_."):
            self._at += 1
        name = self._text[begin : self._at]
        self._blank()
        return name, True


def _compare(left: tuple[str, bool], sign: str, right: tuple[str, bool], values: Mapping[str, str]) -> bool:
    """``variable sign "literal"`` or the other way round, by equality of words or order of versions."""
    if left[1] == right[1]:
        raise _Unclear
    name = left[0] if left[1] else right[0]
    literal = right[0] if left[1] else left[0]
    if name not in values or name in DOUBTFUL or "\\" in literal:
        raise _Unclear
    value = values[name]
    if name in VERSIONS:
        within = plainly_within(value, sign + literal) if left[1] else plainly_within(literal, sign + value)
        if within is None:
            raise _Unclear
        return within
    if name == "extra":
        if not left[1] or sign not in ("==", "!="):
            raise _Unclear
        value, literal = normalise(value), normalise(literal)
    if sign in ("==", "!="):
        if (literal if left[1] else value).strip().lstrip("vV")[:1].isdigit():
            raise _Unclear  # it may be read as a version
        return (value == literal) is (sign == "==")
    if sign in ("in", "not in"):
        return ((value in literal) if left[1] else (literal in value)) is (sign == "in")
    raise _Unclear


def plainly_within(version: str, specifiers: str) -> bool | None:
    """Whether a release such as ``1.26.4`` meets specifiers such as ``>=1.2,!=1.5.*,<3``.

    ``None`` where the version or one of the specifiers is not plain.
    """
    release = _release(version)
    if release is None:
        return None
    verdict = True
    text = specifiers.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    for specifier in text.split(","):
        specifier = specifier.strip()
        sign = specifier[:2] if specifier[:2] in OPERATORS else specifier[:1]
        written = specifier[len(sign) :].strip()
        wildcard = written.endswith(".*")
        bound = _release(written[:-2] if wildcard else written)
        if bound is None or sign not in OPERATORS or (sign == "~=" and len(bound) < 2):
            return None
        if wildcard and sign not in ("==", "!="):
            return None
        width = len(bound) if wildcard else max(len(release), len(bound))
        left = (release + (0,) * width)[:width]
        right = (bound + (0,) * width)[:width]
        verdict = OPERATORS[sign](left, right) and verdict
        if sign == "~=":
            verdict = left[: len(bound) - 1] == bound[:-1] and verdict
    return verdict


def _release(text: str) -> tuple[int, ...] | None:
    """``1.26.4`` as numbers; ``None`` for anything with an epoch, a wildcard, a suffix."""
    parts = text.split(".")
    plain = len(text) <= 100 and text.isascii() and all(map(str.isdigit, parts))
    return tuple(map(int, parts)) if plain else None
