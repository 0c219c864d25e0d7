"""Conda's own requirements: does a package of this name, version and build meet a spec? Pure; no conda is asked.

Versions are ordered, and specs read, as conda does (https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html,
https://docs.conda.io/projects/conda/en/stable/dev-guide/api/conda/models/version/index.html); what conda
refuses, and what only newer installers know, is `None`: unknown.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from msgspec import Struct

from envdoctor.privacy.lazy import pattern

_NAME = pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_VERSION = pattern(r"[A-Za-z0-9_.+!*-]+")
_PARTS = pattern(r"\d+|\*+|[^\d*]+")
_FIELD = pattern(r"""\s*([a-z_0-9]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^,'"\]\s]+))\s*(?:,|$)""")
_SIGN = pattern(r"(==|!=|<=|>=|~=|=|<|>)\s*(.*)", re.DOTALL)
_PLAIN = {"==": (0,), "!=": (-1, 1), "<=": (-1, 0), ">=": (0, 1), "<": (-1,), ">": (1,)}
_POST, _DEV, _WORD, _NUMBER = 3, 0, 1, 2  # how kinds of parts are ordered: dev < other words < numbers < post

Part = tuple[int, int | str]
Segments = tuple[tuple[Part, ...], ...]
Key = tuple[Segments, Segments]
_ZERO: tuple[Part, ...] = ((_NUMBER, 0),)


class Spec(Struct, frozen=True):
    """``name``, in lower case, and what its version and build have to be; empty: anything. ``build`` may be a glob."""

    name: str
    version: str = ""
    build: str = ""

    def met_by(self, version: str, build: str) -> bool | None:
        """Whether a package of this name meets the spec; ``None`` where that can't be told."""
        if order(version) is None:
            return None
        if self.build and not _globbed(self.build, build):
            return False
        return True if self.version in ("", "*") else within(version, self.version)


def spec_of(text: str) -> Spec | None:
    """A spec as it stands in a package's ``depends`` or in ``conda-meta/pinned``; ``None`` where it can't be read.

    Fields in brackets outrank what stands before them; of those only version and build decide here.
    """
    text = text.partition("#")[0].strip()
    if ";" in text or "@" in text.partition(" ")[0] or " if " in text:  # conditions, features, direct references
        return None
    text, bracket, fields = text.partition("[")
    given: dict[str, str] = {}
    if bracket:
        inside, _, after = fields.rpartition("]")
        if after.strip():
            return None
        place = 0
        while place < len(inside):
            found = _FIELD.match(inside, place)
            if not found:
                return None
            value = next(word for word in found.groups()[1:] if word is not None)
            given[found[1]] = re.sub(r"\s*([,|])\s*", r"\1", value)
            if " " in given[found[1]]:
                return None
            place = found.end()
    text = text.rpartition("::")[2].rpartition(":")[2].strip()
    name = _NAME.match(text)
    if not name:
        return None
    version, build = _split(text[name.end() :])
    version, build = given.get("version", version), given.get("build", build)
    if "build_number" in given or "(" in version + build or "^" in version + build:
        return None
    if version and within("0", version) is None:
        return None
    return Spec(name.group().lower(), version, build)


def _split(rest: str) -> tuple[str, str]:
    """Version and build of what follows the name: ``1.2 py_0`` or ``=1.2=py_0``.

    ``=1.2`` alone is all that begin with 1.2; with a build, and after ``==``, it is that version.
    """
    text, build = rest.strip(), ""
    for place in range(len(text) - 1, 0, -1):
        if text[place] in " =" and text[place - 1] not in "=!|,<>~":
            if not set(text[place + 1 :]) & set("-=,|<>~"):
                text, build = text[:place], text[place + 1 :].strip()
            break
    version = text.replace(" ", "")
    bare = version[1:]
    if version.startswith("==") and not build:
        return version[2:], build
    if version.startswith("=") and bare and not set(bare) & set("=,|"):
        return (bare if build or bare.endswith("*") else f"{bare}*"), build
    return version, build


def within(version: str, spec: str) -> bool | None:
    """Whether ``version`` lies within ``spec`` (``>=1.2,<2|1.0.*``); ``None`` where conda would refuse either."""
    here = order(version)
    if here is None:
        return None
    verdicts = []
    for alternative in spec.split("|"):
        conditions = [_meets(version, here, condition.strip()) for condition in alternative.split(",")]
        if None in conditions:
            return None
        verdicts.append(all(conditions))
    return any(verdicts)


def _meets(version: str, here: Key, condition: str) -> bool | None:
    if condition == "*":
        return True
    found = _SIGN.fullmatch(condition)
    sign, wanted = (found[1], found[2].strip()) if found else ("", condition)
    if not sign and "*" in wanted.rstrip("*"):
        return _globbed(wanted, version)
    if not sign and wanted.endswith("*"):
        return _begins(here, order(wanted.rstrip("*").rstrip(".")))
    if wanted.endswith(".*"):  # only `=` and `!=` heed it
        if sign == "~=":
            return None
        wanted, sign = wanted[:-2], "!begins" if sign == "!=" else sign
    other = order(wanted)
    if other is None:
        return None
    match sign:
        case "=":
            return _begins(here, other)
        case "!begins":
            return not _begins(here, other)
        case "~=":
            return _compare(here, other) >= 0 and _begins(here, order(wanted.rpartition(".")[0]))
    return _compare(here, other) in _PLAIN[sign or "=="]


def _globbed(pattern: str, text: str) -> bool:
    if "*" not in pattern:
        return pattern == text
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


@lru_cache(maxsize=4096)
def order(version: str) -> Key | None:
    """What a version is compared by; ``None`` for what is no version."""
    text = version.strip().lower()
    if not text or not _VERSION.fullmatch(text):
        return None
    text = text.replace("-", "_") if "_" not in text else text
    if "-" in text or text.count("!") > 1 or text.count("+") > 1:
        return None
    epoch, bang, rest = text.rpartition("!")
    if bang and not epoch.isdigit():
        return None
    public, plus, local = rest.partition("+")
    main, behind = _segments(public), _segments(local, openssl=False) if plus else ()
    if main is None or behind is None:
        return None
    return (((_NUMBER, int(epoch or 0)),), *main), behind


def _segments(text: str, openssl: bool = True) -> Segments | None:
    if openssl and text.endswith("_"):  # openssl's way: 1.0.1_ comes before 1.0.1a
        text = text[:-1].replace("_", ".") + "_"
    else:
        text = text.replace("_", ".")
    found = []
    for segment in text.split("."):
        if not segment:
            return None
        parts = [_part(word) for word in _PARTS.findall(segment)]
        if parts[0][0] != _NUMBER:  # 1.1a is 1.1.0a
            parts.insert(0, (_NUMBER, 0))
        found.append(tuple(parts))
    return tuple(found)


def _part(word: str) -> Part:
    if word.isdigit():
        return (_NUMBER, int(word))
    return (_POST, 0) if word == "post" else (_DEV, 0) if word == "dev" else (_WORD, word)


def _compare(one: Key, other: Key) -> int:
    for ours, theirs in zip(one, other, strict=True):
        for mine, yours in zip_longest(ours, theirs, fillvalue=_ZERO):
            for left, right in zip_longest(mine, yours, fillvalue=(_NUMBER, 0)):
                if left != right:
                    return -1 if _before(left, right) else 1
    return 0


def _before(left: Part, right: Part) -> bool:
    if left[0] != right[0]:
        return left[0] < right[0]
    return left[1] < right[1]  # type: ignore[operator]


def _begins(here: Key, stem: Key | None) -> bool | None:
    """``1.2`` begins 1.2, 1.2.3 and 1.2a, but not 1.20."""
    if stem is None:
        return None
    if stem[1] and not _same(here[0], stem[0]):
        return False
    ours, theirs = (here[1], stem[1]) if stem[1] else (here[0], stem[0])
    last = len(theirs) - 1
    if not _same(ours[:last], theirs[:last]):
        return False
    mine, yours = ours[last] if len(ours) > last else (), theirs[last]
    end = len(yours) - 1
    if not _same((mine[:end],), (yours[:end],)):
        return False
    left, right = mine[end] if len(mine) > end else (_NUMBER, 0), yours[end]
    if right[0] in (_WORD, _DEV):
        return left[0] == right[0] and str(left[1]).startswith(str(right[1]))
    return left == right


def _same(ours: Segments, theirs: Segments) -> bool:
    return _compare((ours, ()), (theirs, ())) == 0


def names(depends: list[str]) -> Iterator[str]:
    """The packages that ``depends`` name, without virtual ones (``__glibc``), which stand for the machine."""
    for text in depends:
        spec = spec_of(text)
        if spec is not None and not spec.name.startswith("__"):
            yield spec.name
