"""Names and versions of packages, and how to know that a word is one.

What a patient or a recording calls a name may be anything: an option of pip, a folder, a URL. Only what is a name by
its grammar becomes an argument of a command.
"""

import re
from collections.abc import Iterable
from functools import cache

# https://packaging.python.org/en/latest/specifications/name-normalization/
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
# Any that PEP 440 lets pass, and the older ones; no blank, and no dash at the beginning.
VERSION = r"[A-Za-z0-9](?:[A-Za-z0-9._!+-]*[A-Za-z0-9])?"
_SPECIFIER = rf"(?:===|==|~=|!=|<=|>=|<|>) *{VERSION}(?:\.\*)?"
_SPECIFIERS = rf"{_SPECIFIER}(?: *, *{_SPECIFIER})* *,?"
REQUIREMENT = rf"{NAME} *(?:\[ *(?:{NAME}(?: *, *{NAME})*)? *\])? *(?:\( *{_SPECIFIERS} *\)|{_SPECIFIERS})?"
# What conda takes for a name or a version, and its way of naming a package in a command (CEP 26, CEP 29).
CONDA = r"[A-Za-z0-9_](?:[A-Za-z0-9_.!+~-]*[A-Za-z0-9_.+!])?"
CONDA_SPEC = (
    r"(?:[a-z0-9_-]+::)?[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\[[A-Za-z0-9,_-]*\])?(?: *[=<>!~][=<>!~,|.*+A-Za-z0-9_ -]*)?"
)
# Where a package may come from (https://packaging.python.org/en/latest/specifications/direct-url-data-structure/); a
# dash behind a separator would be an option of the program that is sent there.
URL = r"(?:(?:git|hg|svn|bzr)\+)?(?:https?|ssh|file|git)://(?!-)(?:[A-Za-z0-9._~?#!&*+,;=%\[\]-]|[@/:](?!-))+"

# What conda takes for a channel: its name, with a label or a subfolder, or where it is served.
CHANNEL = rf"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*|{URL}"


def normalise(name: str) -> str:
    """The key of a distribution's name (https://packaging.python.org/specifications/name-normalization/)."""
    key = name.lower().replace("_", "-").replace(".", "-")
    while "--" in key:
        key = key.replace("--", "-")
    return key


@cache
def _pattern(grammar: str) -> re.Pattern[str]:
    return re.compile(grammar, re.ASCII)


def _is_plain(word: str) -> bool:
    """Whether `NAME` is sure to know a word: letters and digits, parted by hyphens and the like."""
    if word.isalnum():
        return word.isascii()
    letters = word.replace("-", "").replace("_", "").replace(".", "")
    return word.isascii() and letters.isalnum() and word[0].isalnum() and word[-1].isalnum()


def is_a(grammar: str, word: str) -> bool:
    """Whether ``word`` is what it is taken for: ``is_a(NAME, "numpy")``."""
    if grammar == NAME and _is_plain(word):  # most are, and need no expression
        return len(word) <= 1000
    return len(word) <= 1000 and _pattern(grammar).fullmatch(word) is not None


def first_that_is_not(grammar: str, words: Iterable[str]) -> str | None:
    """The first of ``words`` that the grammar does not know; ``None`` where all are sound."""
    return next((word for word in words if not is_a(grammar, word)), None)
