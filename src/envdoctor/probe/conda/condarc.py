"""One condarc, parsed as conda does: values, and the flags that stand in comments.

Conda reads them with ruamel.yaml's round-trip loader (conda: common/configuration.py, YamlRawParameter), that is
YAML 1.2, and takes the comment beside a value for a flag: ``#!final``, ``#!top``, ``#!bottom``.
"""

import re
from typing import Any

from msgspec import Struct

FLAGS = ("final", "top", "bottom")
MOST = 100_000  # values: a few lines of aliases can stand for billions

Scalar = str | int | float | bool | None

_COMMENTS = re.compile(r"(?:[ \t\n]*#[^\n]*)*")
_INTEGER = re.compile(r"[-+]?(?:0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?$")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}$|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
)
_TAG = re.compile(r"!\S*")
_PLAIN_TAGS = ("!!int", "!!bool", "!!null", "!!float")
_NULLS = ("", "~", "null", "Null", "NULL")
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class CondarcError(ValueError):
    """The file is no condarc: the message says why, and where.

    ``skipped``: conda warns and goes on without the file, as it does for what its YAML scanner or reader refuse;
    all else ends it (conda: common/configuration.py, make_raw_parameters_from_file and _load_search_path).
    """

    def __init__(self, message: str, skipped: bool = False) -> None:
        super().__init__(message)
        self.skipped = skipped


class Raw(Struct, frozen=True):
    """A setting as one file gives it: ``flag`` beside its key, ``flags`` beside the items of a list or a map.

    ``value`` is a scalar, a list or a map of scalars (a map's items may be lists), or anything else YAML has.
    """

    value: Any
    flag: str | None = None
    flags: Any = ()


def parse(text: str) -> dict[str, Raw]:
    """The settings in a condarc. Raises `CondarcError` where conda can't read it either."""
    import yaml

    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        skipped = isinstance(error, (yaml.scanner.ScannerError, yaml.reader.ReaderError))
        said = getattr(error, "problem", None) or "unreadable characters"
        raise CondarcError(f"not YAML{where}: {said}", skipped) from None
    except RecursionError:
        raise CondarcError("nested too deeply") from None
    if root is None or _is_nothing(root, yaml):
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise CondarcError("not a map of settings")
    return _Reader(text, yaml).settings(root)


def _is_nothing(root: Any, yaml: Any) -> bool:
    """conda takes whatever is false for an empty file."""
    if isinstance(root, yaml.ScalarNode):
        return root.value == "" or (not root.style and not resolve(root.value))
    return isinstance(root, yaml.SequenceNode) and not root.value


def is_plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))


class _Reader:
    """Makes values of nodes, and looks up the comments beside them."""

    def __init__(self, text: str, yaml: Any) -> None:
        self._text = text
        self._yaml = yaml
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._depth = 0
        self._left = MOST

    def settings(self, root: Any) -> dict[str, Raw]:
        found: dict[str, Raw] = {}
        for key, node in root.value:
            name = self._key(key)
            if name in found:
                raise CondarcError(f"`{name}` stands there twice, in line {key.start_mark.line + 1} again")
            found[name] = Raw(self._value(node), self._key_flag(key, node), self._item_flags(node))
        return found

    def _at(self, mark: Any) -> int:
        return int(self._starts[mark.line] + mark.column)

    def _value(self, node: Any) -> Any:
        self._depth += 1
        self._left -= 1
        if self._depth > 50:
            raise CondarcError("nested too deeply")
        if self._left < 0:
            raise CondarcError(f"more than {MOST} values")
        try:
            if isinstance(node, self._yaml.ScalarNode):
                return self._scalar(node)
            if isinstance(node, self._yaml.SequenceNode):
                return [self._value(item) for item in node.value]
            if self._tag(node) == "!!set":
                raise self._refusal(node, "a set")
            return {self._key(key): self._value(item) for key, item in node.value}
        finally:
            self._depth -= 1

    def _scalar(self, node: Any) -> Any:
        """conda ends at what is neither a word, a number, a truth value nor nothing, in whatever setting it stands."""
        tag = self._tag(node)
        if tag in _PLAIN_TAGS and not node.style:
            value = resolve(node.value)
            return float(value) if tag == "!!float" and isinstance(value, int) else value
        if tag and tag != "!":
            raise self._refusal(node, f"the tag {tag}")
        if node.style or tag:
            return node.value
        if _TIME.match(node.value) or node.value == "=":
            raise self._refusal(
                node, f"{node.value} without quotation marks, a date to YAML," if node.value != "=" else "="
            )
        return resolve(node.value)

    def _key(self, node: Any) -> str:
        plain = isinstance(node, self._yaml.ScalarNode) and not node.style
        return str(resolve(node.value) if plain else self._value(node))

    def _tag(self, node: Any) -> str | None:
        match = _TAG.match(self._text, self._at(node.start_mark))
        return match.group() if match else None

    def _refusal(self, node: Any, what: str) -> CondarcError:
        return CondarcError(f"{what} in line {node.start_mark.line + 1} is nothing that conda takes")

    def _key_flag(self, key: Any, node: Any) -> str | None:
        """The flag beside a key: after the colon where the value begins on a later line, else after the value."""
        colon = self._text.find(":", self._at(key.end_mark))
        if colon >= 0 and node.start_mark.line > key.end_mark.line:
            rest = _COMMENTS.match(self._text, colon + 1)
            between = rest.group() if rest else ""
            return None if between.lstrip(" \t").startswith("\n") else flag(between)
        if isinstance(node, self._yaml.ScalarNode):
            return self._after(node)
        end = self._at(node.end_mark)
        return flag(self._text[end:].partition("\n")[0]) if node.flow_style else None

    def _item_flags(self, node: Any) -> Any:
        if isinstance(node, self._yaml.SequenceNode):
            return [self._after(item, sequence=True) for item in node.value]
        if isinstance(node, self._yaml.MappingNode):
            return {self._key(key): self._key_flag(key, item) for key, item in node.value}
        return ()

    def _after(self, node: Any, sequence: bool = False) -> str | None:
        """The flag in the comment after a scalar; a comment that goes on in the next line is none."""
        if not isinstance(node, self._yaml.ScalarNode):
            return None
        comment = _COMMENTS.match(self._text, self._at(node.end_mark))
        if comment and comment.group():
            return flag(comment.group())
        if not sequence:
            return None
        before = self._text[: self._at(node.start_mark)].rstrip()
        line = before.rpartition("\n")[2]
        return (
            flag("#" + line.partition("#")[2])
            if re.match(r"[^#]*[-,\[]\s*#|\s*#", line) and self._opens(before)
            else None
        )

    @staticmethod
    def _opens(before: str) -> bool:
        """True where the comment that ends ``before`` follows the item's own dash or comma."""
        lines = before.split("\n")
        while len(lines) > 1 and lines[-1].lstrip().startswith("#"):
            lines.pop()
        return lines[-1].partition("#")[0].rstrip().endswith(("-", ","))


def flag(comment: str) -> str | None:
    """``top`` of ``#!top``: the comment's only word (conda: ParameterFlag.from_string)."""
    word = comment.strip().strip("!#")
    return word if word in FLAGS and "#" in comment else None


def resolve(text: str) -> Scalar:
    """A plain scalar's value by YAML 1.2's core schema: ``on`` and ``yes`` are words there."""
    if text in _NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _INTEGER.match(text):
        digits = text.replace("_", "")
        try:
            return int(digits, 0) if digits.lstrip("+-").startswith(("0o", "0x")) else int(digits)
        except ValueError:
            return text
    if _FLOAT.match(text):
        return float(text.replace("_", ""))
    if _INFINITE.match(text):
        return float(text.replace(".", ""))
    return text
