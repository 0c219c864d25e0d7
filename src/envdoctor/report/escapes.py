"""What makes a string harmless, one function a syntax; a format's row in the table of formats names its own.

Each takes a string that is sanitized already (`envdoctor.privacy.text.clean`) and its kind.
"""

import re

from envdoctor.privacy.lazy import pattern
from envdoctor.privacy.text import Kind

# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
# What stands before the mark is looked for from the beginning of its word only, and no further than a name may reach.
_LINKED = pattern(
    r"(?:https?://|ftp://|www\.|mailto:|xmpp:)[^\s`|\\<>]+"
    r"|(?:(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64})?@[A-Za-z0-9][A-Za-z0-9./_-]*"
    r"|(?:(?<![A-Za-z0-9._/-])[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9._-]{1,100})?)?#\d+|\bGH-\d+",
    re.IGNORECASE,
)
_CODE = pattern("`([^`]+)`")
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>()#+!|~@$"})
# What XML 1.0 can't hold (https://www.w3.org/TR/xml/#charsets), lone surrogates among it.
_NOT_XML = pattern("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_it_is(text: str, kind: Kind) -> str:
    """For what is no markup: a terminal, plain lines, the strings of a JSON document."""
    return text


def workflow(text: str, kind: Kind) -> str:
    """The data of a workflow command of GitHub Actions
    (https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts, ``escapeData``)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def markdown(text: str, kind: Kind) -> str:
    """Nothing is markup, a mention or a heading. Code in prose stays code; a command stays whole, for a fenced block."""
    if kind == "code":
        return text
    if kind == "text":
        return _plain(text)
    pieces = _CODE.split(text)
    return "".join(f"`{piece}`" if number % 2 else _plain(piece) for number, piece in enumerate(pieces))


def _plain(text: str) -> str:
    """No markup; what GitHub makes a mention or a link of, however it is escaped, becomes code."""
    if not _LINKED.search(text):
        return text.translate(_MARKDOWN)
    pieces, end = [], 0
    for match in _LINKED.finditer(text):
        pieces += [text[end : match.start()].translate(_MARKDOWN), f"`{match[0]}`"]
        end = match.end()
    return "".join([*pieces, text[end:].translate(_MARKDOWN)])


def xml(text: str, kind: Kind) -> str:
    """Character data of XML; for an attribute the quotes are still to be chosen (`quoted`)."""
    return _NOT_XML.sub("\ufffd", text).replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def quoted(text: str) -> str:
    """What `xml` has escaped, as an attribute's value with its quotes."""
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"{}"'.format(text.replace('"', "&quot;"))


def html(text: str, kind: Kind) -> str:
    """Character data or a quoted attribute of HTML; code in prose becomes ``<code>``."""
    from html import escape

    text = escape(text).replace("\ufeff", "")
    return _CODE.sub(r"<code>\1</code>", text) if kind == "words" else text
